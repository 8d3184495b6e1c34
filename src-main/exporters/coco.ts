/**
 * COCO: the foreground of each label as a box and an RLE mask in source pixels, or as polygons along the edges of pixels. Pictures are listed once, however many
 * questions they have; what a question adds rides on its annotation. Annotations are written as they come, the
 * pictures (a path and two numbers each) after them.
 */
import { oneLine, outlinesOfCells } from '../../src-shared/kernels/cell-pixels.ts';
import { rleArea, rleBox } from '../../src-shared/kernels/rle.ts';
import { FG } from '../../src-shared/kernels/types.ts';
import { foreground } from './label-box.ts';
import { runExport } from './run.ts';
import type { Written } from './run.ts';
import type { Sink } from '../files/atomic-file.ts';
import { select } from './select.ts';
import type { Selected } from './select.ts';
import type { Exporter, ExportOptions, ExportSample } from './types.ts';

const CATEGORIES = [{ id: 1, name: 'roi', supercategory: 'region' }];
const INFO = { description: 'RoI labels exported by Fovea', version: '1' };

export const cocoExporter: Exporter = {
  format: 'coco',
  export: (samples, path, options) => runExport(samples, path, options, new CocoWriter(options)),
};

class CocoWriter {
  readonly choose = select;
  readonly #images = new Map<string, { id: number; image: ExportSample['image'] }>();
  #folder: string | null = null;
  #annotations = 0;
  readonly #polygons: boolean;

  constructor({ shape }: ExportOptions) {
    this.#polygons = shape === 'polygons';
  }

  async begin(sink: Sink): Promise<void> {
    await sink.write(
      `{"info":${JSON.stringify(INFO)},"licenses":[],"categories":${JSON.stringify(CATEGORIES)},`,
    );
    await sink.write('"annotations":[');
  }

  async sample(sink: Sink, chosen: Selected): Promise<Written> {
    const { sample, prediction, label } = chosen;
    // Ignore everywhere means nobody knows, which COCO cannot say: a picture without boxes means there is nothing.
    if (label.every((value) => value !== FG) && label.some((value) => value < 0)) {
      return { skip: 'not_expressible_ignore_without_fg' };
    }
    const rle = foreground(chosen);
    const bbox = rleBox(rle);
    const imageId = this.#imageId(sample.image);
    if (!bbox) return { skip: null, notes: { image_without_box: 1 } };
    const annotation = {
      id: ++this.#annotations,
      image_id: imageId,
      category_id: 1,
      bbox: [bbox[0], bbox[1], bbox[2] - bbox[0], bbox[3] - bbox[1]],
      area: rleArea(rle),
      segmentation: this.#polygons ? polygons(chosen) : rle,
      iscrowd: 0,
      question_id: sample.externalId,
      question: sample.question,
      answer: prediction.answer,
      state: sample.state,
      reviewer: sample.review?.reviewer ?? null,
    };
    await sink.write(`${this.#annotations > 1 ? ',' : ''}\n${JSON.stringify(annotation)}`);
    return { skip: null };
  }

  async end(sink: Sink): Promise<void> {
    await sink.write('\n],"images":[');
    let first = true;
    for (const { id, image } of this.#images.values()) {
      const line = { id, file_name: image.name, width: image.width, height: image.height };
      await sink.write(`${first ? '' : ','}\n${JSON.stringify(line)}`);
      first = false;
    }
    // Where file names start; `info` itself is written before a picture is known.
    await sink.write(`\n],"images_folder":${JSON.stringify(this.#folder)}}\n`);
  }

  #imageId(image: ExportSample['image']): number {
    this.#folder = image.folder;
    const known = this.#images.get(image.name);
    if (known) return known.id;
    const id = this.#images.size + 1;
    this.#images.set(image.name, { id, image });
    return id;
  }
}

/** One for each part; a hole is joined to what is around it by a line there and back, which encloses nothing. */
function polygons({ sample, prediction, label }: Selected): number[][] {
  const { width, height } = sample.image;
  const cells = label.map((value) => (value === FG ? 1 : 0));
  const outlines = outlinesOfCells(cells, prediction.grid, prediction.transform, [width, height]);
  return outlines.map((outline) => oneLine([outline]).flat());
}
