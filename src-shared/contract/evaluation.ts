/**
 * What an evaluation compares: methods that answer a sample's question or say where its answer lies (METHOD §4–§6), by the names that
 * command line, store, engine and page share.
 */
import { z } from 'zod';

/**
 * `alone` the whole picture, once · crop of the box of a map: `raw` attention, `relative` attention (ViCrop's question map ÷ generic
 * map), `denoised` attention, the `rpn` · crop of a box that is known: an outside `proposal`, the `truth` · `vicrop` relative attention
 * with window search · `s2` two scales, features combined · `scaled` the whole picture at another resolution · `warp` the picture
 * warped by attention · `packed` several regions packed into one crop · `random`, `centre` a crop that looks at nothing · `saliency`
 * the crop of a map that knows no question.
 */
export const METHODS = [
  'alone',
  'raw',
  'relative',
  'denoised',
  'rpn',
  'proposal',
  'truth',
  'vicrop',
  's2',
  'scaled',
  'warp',
  'packed',
  'random',
  'centre',
  'saliency',
] as const;

export const methodSchema = z.enum(METHODS);
export type Method = z.infer<typeof methodSchema>;

/** Methods of other authors and controls: the engine's request `tryMethod` runs them. */
export const BASELINES = [
  'relative',
  'vicrop',
  's2',
  'scaled',
  'warp',
  'packed',
  'random',
  'centre',
  'saliency',
] as const satisfies readonly Method[];
export const baselineSchema = z.enum(BASELINES);
export type Baseline = z.infer<typeof baselineSchema>;

/** Methods that give a map of the picture, so that it can be compared with where the answer is known to be. */
export const MAPPED = [
  'raw',
  'relative',
  'denoised',
  'rpn',
  'vicrop',
  'saliency',
] as const satisfies readonly Method[];
