/**
 * YOLO as Ultralytics reads it: `images/SPLIT`, `labels/SPLIT` and `data.yaml`, one class. A sample is one object: the box
 * around its foreground, or its outline along the edges of pixels (a converter from RLE loses half a pixel at each side,
 * and fills holes). Ultralytics has one line for an object: parts and holes are joined by a line there and back, as its
 * own converter joins parts. It turns pictures as EXIF says, so coordinates are those of the upright picture.
 */
import { oneLine, outlinesOfCells } from '../../../src-shared/kernels/cell-pixels.ts';
import { turnedPair, uprightBox, type Orientation } from '../../../src-shared/kernels/labels/orientation.ts';
import { FG } from '../../../src-shared/kernels/types.ts';
import type { SourceXyxy } from '../../../src-shared/kernels/types.ts';
import type { Folder, FolderFile } from '../../files/atomic-folder.ts';
import { labelBox } from '../label-box.ts';
import { runFolderExport, type Written } from '../run.ts';
import { select, type Selected } from '../select.ts';
import { SplitNames } from '../split-names.ts';
import type { Exporter, ExportOptions } from '../types.ts';
import { aboutSample } from './about.ts';
import { FolderPictures } from './pictures.ts';

/** Names of splits that Ultralytics looks for, and what data sets call them. */
const ROLES: readonly (readonly [role: string, names: RegExp])[] = [
  ['train', /^(train|training)$/i],
  ['val', /^(val|valid|validation|dev|development)$/i],
  ['test', /^(test|testing)$/i],
];

export const yoloExporter: Exporter = {
  format: 'yolo',
  export: (samples, path, options) => runFolderExport(samples, path, options, new YoloWriter(options)),
};

class YoloWriter {
  readonly choose = select;
  readonly #options: ExportOptions;
  readonly #names = new SplitNames();
  readonly #splits = new Set<string>();
  readonly #pictures: FolderPictures;
  #list: FolderFile | null = null;

  constructor(options: ExportOptions) {
    this.#options = options;
    this.#pictures = new FolderPictures(options.pictures ?? 'with');
  }

  async begin(folder: Folder): Promise<void> {
    this.#list = await folder.create('samples.jsonl');
  }

  async sample(folder: Folder, chosen: Selected): Promise<Written> {
    const { sample, label } = chosen;
    const ignored = label.some((value) => value < 0);
    if (!label.includes(FG) && ignored) return { skip: 'not_expressible_ignore_without_fg' };
    const split = this.#names.nameOf(sample.split);
    const placed = await this.#pictures.place(folder, `images/${split}`, sample.image);
    if ('skip' in placed) return placed;
    this.#splits.add(split);
    const turned = (await this.#options.orientationOf?.(sample.image.path)) ?? 1;
    const boxed = this.#options.shape === 'boxes';
    const { line, notes } = boxed ? boxLine(chosen, turned) : outlineLine(chosen, turned);
    // A picture without a region has an empty file: Ultralytics takes it for background.
    await folder.append(`labels/${split}/${placed.number}.txt`, line === null ? '' : `${line}\n`);
    const about = { file: placed.file, ...aboutSample(chosen) };
    await this.#list!.write(`${JSON.stringify(about)}\n`);
    return {
      skip: null,
      notes: {
        ...notes,
        image_without_box: line === null ? 1 : 0,
        ignore_as_background: ignored ? 1 : 0,
        turned_upright: turned === 1 ? 0 : 1,
      },
    };
  }

  async end(folder: Folder): Promise<void> {
    await this.#list?.close();
    await folder.put('data.yaml', dataYaml([...this.#splits].sort()));
  }
}

function boxLine(chosen: Selected, turned: Orientation) {
  const box = labelBox(chosen);
  if (!box) return { line: null, notes: {} };
  const { width, height } = chosen.sample.image;
  const [x0, y0, x1, y1] = uprightBox(box, [width, height], turned);
  const [w, h] = turnedPair([width, height], turned);
  return {
    line: `0 ${[(x0 + x1) / 2 / w, (y0 + y1) / 2 / h, (x1 - x0) / w, (y1 - y0) / h].map(share).join(' ')}`,
    notes: {},
  };
}

function outlineLine({ sample, prediction, label }: Selected, turned: Orientation) {
  const size = [sample.image.width, sample.image.height] as const;
  const cells = label.map((value) => (value === FG ? 1 : 0));
  const outlines = outlinesOfCells(cells, prediction.grid, prediction.transform, size);
  const notes = {
    parts_joined_by_a_line: outlines.length > 1 ? 1 : 0,
    holes_joined_by_a_line: outlines.some(({ holes }) => holes.length > 0) ? 1 : 0,
  };
  if (outlines.length === 0) return { line: null, notes };
  const [w, h] = turnedPair(size, turned);
  const corners = oneLine(outlines).map(([x, y]) => {
    const point: SourceXyxy = uprightBox([x, y, x, y], size, turned);
    return `${share(point[0] / w)} ${share(point[1] / h)}`;
  });
  return { line: `0 ${corners.join(' ')}`, notes };
}

/** Exact to a hundredth of a pixel in pictures of any size that there is, and never above 1, which is refused. */
function share(value: number): string {
  return String(Math.round(value * 1e8) / 1e8);
}

/** Without `path`: the folder of this file is meant, wherever it is put. Training needs both `train` and `val`. */
function dataYaml(splits: readonly string[]): string {
  const role = (names: RegExp): string[] => splits.filter((split) => names.test(split));
  const found = ROLES.map(([name, names]) => [name, role(names)] as const);
  const train = found[0]![1];
  const lines = found.flatMap(([name, its]) => {
    if (its.length > 0) return entry(name, its);
    if (name === 'train') return entry(name, splits);
    return name === 'val'
      ? [
          '# No split to validate on: that of training stands for it.',
          ...entry(name, train.length > 0 ? train : splits),
        ]
      : [];
  });
  const others = splits.filter((split) => !ROLES.some(([, names]) => names.test(split)));
  return [
    '# RoI labels exported by Fovea. Coordinates are shares of the upright picture; samples.jsonl says which question is which.',
    ...lines,
    ...(train.length > 0 && others.length > 0
      ? ['# Not named above:', ...others.map((name) => `#   images/${name}`)]
      : []),
    'names:',
    '  0: roi',
    '',
  ].join('\n');
}

function entry(name: string, splits: readonly string[]): string[] {
  return splits.length === 1
    ? [`${name}: images/${splits[0]}`]
    : [`${name}:${splits.length === 0 ? ' []' : ''}`, ...splits.map((split) => `  - images/${split}`)];
}
