/** How many samples of a model may be in flight: what their keys and values take is known before they begin. */
import { availableMemory } from 'node:process';
import { MOST } from '../../src-shared/contract/limits.ts';
import type { ModelProfile } from '../pipeline/ports.ts';
import type { Subject } from '../pipeline/subject/subject.ts';
import type { LabelRequest } from './protocol.ts';

/**
 * Bytes of keys and values that samples in flight may take on a graphics card, which does not say how much memory it has:
 * an eighth of a small card's 8 GB. One sample that takes more runs alone (runtime/resident has the limit).
 */
const ON_DEVICE = 2 ** 30;
/** Part of the free memory that keys and values may take; activations and pictures want room too. */
const SHARE = 0.5;
/** Tokens of a prompt's text and template. */
const TEXT_TOKENS = 256;
const FLOAT = 4;

/** What of a model says how much a sample takes. */
interface Measured {
  readonly model: { readonly profile: Pick<ModelProfile, 'batches' | 'device' | 'grid'> };
  readonly checkpoint: Pick<Subject['checkpoint'], 'config' | 'preprocessor'>;
}

/**
 * @param free bytes of memory; default: what the system says
 * @returns at least 1; just 1 where the device takes one sequence at a time
 */
export function roomFor(
  { model, checkpoint }: Measured,
  request: Pick<LabelRequest, 'preset' | 'want'>,
  free: number = availableMemory(),
): number {
  if (!model.profile.batches) return 1;
  // Where the system does not say, its memory is not the limit to go by. That of a device may be the same as the system's.
  const host = free <= 0 ? Infinity : SHARE * free;
  const bytes = model.profile.device === 'cpu' ? host : Math.min(host, ON_DEVICE);
  const room = Math.floor(bytes / sequenceBytes({ model, checkpoint }, request));
  return Math.min(MOST.inFlight, Math.max(1, room));
}

/** Keys and values of one sample: a prompt with its picture in each view, a crop, and the answer. */
export function sequenceBytes(
  { model, checkpoint }: Measured,
  { preset, want }: Pick<LabelRequest, 'preset' | 'want'>,
): number {
  const { layers, kvHeads, headDim, maxPositions } = checkpoint.config.text;
  const { preprocessor } = checkpoint;
  const [rows, columns] = model.profile.grid;
  const square = rows * columns;
  const own =
    preprocessor.geometry === 'dynamic'
      ? Math.floor(preprocessor.maxPixels / (preprocessor.patchSize * preprocessor.mergeSize) ** 2)
      : square;
  const prompt = (visual: number): number =>
    Math.min(maxPositions, visual + TEXT_TOKENS + preset.maxNewTokens);
  const crop = want.secondStage ? own : 0;
  // One view, or the teacher's and the picture's own beside it.
  const tokens =
    preprocessor.geometry === 'dynamic' ? prompt(square) + prompt(own + crop) : prompt(square + crop);
  return 2 * layers * kvHeads * headDim * FLOAT * tokens;
}
