/**
 * WebDataset: tar shards for each split, in each of which a sample is `NUMBER.jpg` and `NUMBER.json`, side by side. Readers
 * take what samples are made of from the first ones: so every sample has the same members, and its JSON the same keys, each
 * of one type and none null. Keys of samples end at the first dot of a name, so names are numbers; the picture's own
 * name stands in the JSON. Its bytes are its file's, whatever their kind: the ending only says that it is a picture.
 */
import { SHARD_MEGABYTES } from '../../../src-shared/contract/export-formats.ts';
import type { Folder, FolderFile } from '../../files/atomic-folder.ts';
import { labelBox } from '../label-box.ts';
import { PicturesAhead } from '../pictures/ahead.ts';
import { runFolderExport, type Written } from '../run.ts';
import { select, type Selected } from '../select.ts';
import { SplitNames } from '../split-names.ts';
import type { Exporter, ExportOptions } from '../types.ts';
import { numbered } from './pictures.ts';
import { TAR_END, tarEntry } from './tar.ts';

export const webdatasetExporter: Exporter = {
  format: 'webdataset',
  export: (samples, path, options) => {
    const pictures = new PicturesAhead(options);
    return runFolderExport(pictures.samples(samples), path, options, new TarWriter(options, pictures));
  },
};

class TarWriter {
  readonly choose = select;
  readonly #shardBytes: number;
  readonly #pictures: PicturesAhead;
  readonly #names = new SplitNames();
  readonly #splits = new Map<string, { file: FolderFile | null; shards: number }>();

  constructor({ shardBytes = SHARD_MEGABYTES * 1e6 }: ExportOptions, pictures: PicturesAhead) {
    this.#shardBytes = shardBytes;
    this.#pictures = pictures;
  }

  async begin(): Promise<void> {
    // A shard is made when the first sample of its split comes.
  }

  async sample(folder: Folder, chosen: Selected): Promise<Written> {
    const bytes = await this.#pictures.bytesOf(chosen.sample.image);
    if ('skip' in bytes) return bytes;
    const split = this.#names.nameOf(chosen.sample.split);
    const open = this.#splits.get(split) ?? { file: null, shards: 0 };
    this.#splits.set(split, open);
    open.file ??= await folder.create(`${split}-${String(open.shards++).padStart(6, '0')}.tar`);
    const key = numbered(chosen.sample.sampleId);
    await open.file.write(tarEntry(`${key}.jpg`, bytes));
    await open.file.write(tarEntry(`${key}.json`, Buffer.from(JSON.stringify(fields(chosen)))));
    if (open.file.size >= this.#shardBytes) await close(open);
    return { skip: null };
  }

  async end(): Promise<void> {
    for (const open of this.#splits.values()) await close(open);
  }
}

async function close(open: { file: FolderFile | null }): Promise<void> {
  await open.file?.write(TAR_END);
  await open.file?.close();
  open.file = null;
}

/** Lists that may be empty are JSON in a text: of an empty list a reader does not learn what is in the others. */
function fields(chosen: Selected): object {
  const { sample, prediction, label, source } = chosen;
  const { scaleX, scaleY, offsetX, offsetY } = prediction.transform;
  return {
    fovea: sample.sampleId,
    question_id: sample.externalId,
    image: sample.image.name,
    width: sample.image.width,
    height: sample.image.height,
    question: sample.question,
    answer: sample.referenceAnswer ?? '',
    model_answer: prediction.answer,
    crop_answer: prediction.secondStage?.answer ?? '',
    language: sample.language ?? '',
    tags: JSON.stringify(sample.tags),
    truth_boxes: JSON.stringify(sample.truthBoxes),
    state: sample.state,
    label: [...label],
    label_source: source,
    label_box: JSON.stringify(labelBox(chosen) ?? []),
    grid: [...prediction.grid],
    // As text: 1 and 0.5 would be of two types to a reader.
    transform: JSON.stringify([scaleX, scaleY, offsetX, offsetY]),
    reviewer: sample.review?.reviewer ?? '',
    model: sample.run?.modelName ?? '',
    preset: sample.run?.preset.id ?? '',
  };
}
