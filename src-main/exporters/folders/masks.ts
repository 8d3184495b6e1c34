/**
 * A PNG mask for each sample, in stored pixels of its picture, and a list (`samples.jsonl`) that says which is which. A
 * picture with several questions has several masks. What the values mean is chosen, and stands in the list's first line.
 */
import { pixelsOfCells } from '../../../src-shared/kernels/cell-pixels.ts';
import { FG } from '../../../src-shared/kernels/types.ts';
import type { Folder, FolderFile } from '../../files/atomic-folder.ts';
import { runFolderExport, type Written } from '../run.ts';
import { select, type Selected } from '../select.ts';
import type { Exporter, ExportOptions } from '../types.ts';
import { aboutSample } from './about.ts';
import { FolderPictures, numbered } from './pictures.ts';
import { greyPng } from './png.ts';

/** Of foreground, and of ignored cells where they are kept apart: 255 is what segmenters ignore, 128 is grey to the eye. */
const VALUES = { one: { foreground: 1, ignore: 255 }, full: { foreground: 255, ignore: 128 } } as const;

export const masksExporter: Exporter = {
  format: 'masks',
  export: (samples, path, options) => runFolderExport(samples, path, options, new MaskWriter(options)),
};

class MaskWriter {
  readonly choose = select;
  readonly #pictures: FolderPictures;
  readonly #foreground: number;
  /** Null: ignored cells are background. */
  readonly #ignore: number | null;
  #list: FolderFile | null = null;

  constructor({ pictures = 'named', maskValues = 'full', maskIgnore = 'background' }: ExportOptions) {
    const values = VALUES[maskValues];
    this.#pictures = new FolderPictures(pictures);
    this.#foreground = values.foreground;
    this.#ignore = maskIgnore === 'apart' ? values.ignore : null;
  }

  async begin(folder: Folder): Promise<void> {
    this.#list = await folder.create('samples.jsonl');
    const values = { background: 0, foreground: this.#foreground, ignore: this.#ignore };
    await this.#list.write(`${JSON.stringify({ schema: 'fovea.masks/1', values })}\n`);
  }

  async sample(folder: Folder, chosen: Selected): Promise<Written> {
    const { sample, prediction, label } = chosen;
    const ignored = label.some((value) => value < 0);
    if (this.#ignore === null && ignored && !label.includes(FG)) {
      return { skip: 'not_expressible_ignore_without_fg' };
    }
    const placed = await this.#pictures.place(folder, 'images', sample.image);
    if ('skip' in placed) return placed;
    const size = [sample.image.width, sample.image.height] as const;
    const values = Uint8Array.from(label, (value) =>
      value === FG ? this.#foreground : value < 0 ? (this.#ignore ?? 0) : 0,
    );
    const pixels = pixelsOfCells(values, prediction.grid, prediction.transform, size, 0);
    const mask = `masks/${numbered(sample.sampleId)}.png`;
    await folder.put(mask, greyPng(pixels, size));
    await this.#list!.write(`${JSON.stringify({ mask, file: placed.file, ...aboutSample(chosen) })}\n`);
    return { skip: null, notes: { ignore_as_background: ignored && this.#ignore === null ? 1 : 0 } };
  }

  async end(): Promise<void> {
    await this.#list?.close();
  }
}
