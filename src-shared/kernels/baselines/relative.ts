/**
 * Relative attention (ViCrop): where a question makes a model look, over where it looks anyway. Source: Zhang et al., "MLLMs Know Where
 * to Look" (arXiv 2502.17422), `rel_attention_*` of saccharomycetes/mllms_know.
 */
import type { FloatMap } from '../check.ts';

/** What a model is asked for the map that the question's is divided by (`general_question` of the authors' run.py). */
export const GENERAL_QUESTION = 'Write a general description of the image.';

/** Of a generic attention of 0 there is no ratio; the smallest normal float32 stands for it. */
const LEAST = 2 ** -126;
/** The largest float16, which maps are kept as. */
const MOST = 65504;

/**
 * The question's map over that of {@link GENERAL_QUESTION}, cell by cell, in float32.
 * @param question mean attention over heads of the last prompt token's row at one layer, `[H*W]`
 * @param general the same of the generic prompt
 * @throws RangeError for maps of different lengths, or with what is no attention
 */
export function relativeMap(question: FloatMap, general: FloatMap): Float32Array {
  if (question.length !== general.length) {
    throw new RangeError(
      `the question's map has ${question.length} cells, the general one ${general.length}`,
    );
  }
  return Float32Array.from(question, (value, i) => {
    const by = general[i]!;
    if (!(value >= 0 && by >= 0 && value + by < Infinity)) {
      throw new RangeError(`cell ${i}: ${value} and ${by} are no attention`);
    }
    return Math.min(MOST, value / Math.max(LEAST, by));
  });
}
