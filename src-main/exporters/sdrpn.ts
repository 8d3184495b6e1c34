/**
 * The authors' training record (METHOD §7): a pickle of a list of dicts, one per sample, whose maps their trainer turns
 * into labels. Labels that no maps can say are refused and counted, never bent.
 */
import { decodeFloat16 } from '../../src-shared/kernels/float16.ts';
import { express } from './expressible.ts';
import { pickleFooter, pickleHeader, pickleRecord } from './pickle.ts';
import type { PickleArray } from './pickle.ts';
import { runExport } from './run.ts';
import type { Written } from './run.ts';
import type { Sink } from '../files/atomic-file.ts';
import { select } from './select.ts';
import type { Selected } from './select.ts';
import type { Exporter } from './types.ts';

/** The one grid the authors' LLaVA trainer reads. */
const LLAVA_TRAINER_SIDE = 24;

export const sdrpnExporter: Exporter = {
  format: 'sdrpn',
  export: (samples, path, options) =>
    runExport(samples, path, options, {
      choose: select,
      begin: (sink) => sink.write(pickleHeader()),
      sample: writeSample,
      end: (sink) => sink.write(pickleFooter()),
    }),
};

async function writeSample(sink: Sink, { sample, prediction, label }: Selected): Promise<Written> {
  const { grid, maps } = prediction;
  const variant = sample.run?.preset.labels.variant ?? 'llava';
  const result = express({
    variant,
    grid,
    imageSize: [sample.image.width, sample.image.height],
    label,
    grounding: maps.grounding && decodeFloat16(maps.grounding.bits),
    sink: maps.sink && decodeFloat16(maps.sink.bits),
  });
  if ('reason' in result) return { skip: result.reason };
  // LLaVA's maps are flat, Qwen's square.
  const shape = variant === 'llava' ? [grid[0] * grid[1]] : [...grid];
  const array = (data: Float32Array): PickleArray => ({ shape, data });
  await sink.write(
    pickleRecord({
      question_id: sample.externalId,
      prompt: sample.question,
      text: prediction.answer,
      image: sample.image.name,
      sink_attn: array(result.sink),
      grounding_attn_o2i: array(result.grounding),
      ...(maps.question && { grounding_attn_q2i: array(decodeFloat16(maps.question.bits)) }),
    }),
  );
  const readable = variant === 'qwen' || (grid[0] === LLAVA_TRAINER_SIDE && grid[1] === LLAVA_TRAINER_SIDE);
  return {
    skip: null,
    notes: {
      ...result.changes,
      [result.origin === 'original' ? 'original_maps' : 'synthetic_maps']: 1,
      ...(!readable && { grid_not_24x24: 1 }),
    },
  };
}
