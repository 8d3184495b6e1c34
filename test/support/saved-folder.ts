/**
 * A folder that some transformers saved, run by Fovea and compared with what that transformers computed
 * (test/golden/oracle/versions): from the picture and the question to the answer.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openModel } from '../../src-main/checkpoint/open.ts';
import { decodeImage } from '../../src-main/checkpoint/image/decode.ts';
import { greedy } from '../../src-main/pipeline/passes/greedy.ts';
import { promptFor, promptParts, promptTokens } from '../../src-main/pipeline/subject/prompted.ts';
import { Stopwatch } from '../../src-main/pipeline/subject/stopwatch.ts';
import { preparePixels } from '../../src-main/pipeline/subject/subject.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { joined } from './golden-model.ts';
import { expectedArray, readOracleCase, relativeDifference, type OracleCase } from './oracle.ts';

/** What came of a folder: a refusal in Fovea's words, or how far each array is from the library's. */
export type Outcome =
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** Infinity: another length, other tokens, or not a number. */
  | { readonly kind: 'ran'; readonly differences: ReadonlyMap<string, number> };

/** The cases below a folder, by name. */
export async function savedFolders(root: string): Promise<OracleCase[]> {
  const names = existsSync(root) ? readdirSync(root).sort() : [];
  return Promise.all(names.map((name) => readOracleCase(join(root, name), 'model')));
}

/** @throws whatever is not a FoveaError: a crash is neither a number nor a refusal. */
export async function runSavedFolder(golden: OracleCase): Promise<Outcome> {
  try {
    return { kind: 'ran', differences: await differences(golden) };
  } catch (error) {
    if (error instanceof FoveaError) return { kind: 'refused', code: error.code, message: error.message };
    throw error;
  }
}

async function differences(golden: OracleCase): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const close = (what: string, actual: ArrayLike<number> | null): void => {
    found.set(what, relativeDifference(actual ?? [], expectedArray(golden, what)));
  };
  const same = (what: string, actual: readonly number[], wanted: readonly number[]): void => {
    found.set(
      what,
      actual.length === wanted.length && actual.every((id, i) => id === wanted[i]) ? 0 : Infinity,
    );
  };
  const checkpoint = await openModel(golden.dir);
  const model = await loadModel(checkpoint, { device: 'cpu' });
  const subject = { checkpoint, model };
  try {
    const { pixels, placement } = preparePixels(subject, await decodeImage(golden.image), null);
    same('grid', placement.grid, golden.grid);
    close('pixel_values', rowsKept(golden, pixels, placement.grid));
    const prompt = promptFor(subject, golden.question, placement.grid);
    same('prompt', [...prompt.ids.before, prompt.placeholder ?? -1, ...prompt.ids.after], golden.input_ids);
    const features = await model.encodeImage(pixels, placement.grid);
    close('visual_features', features);

    const parts = promptParts(prompt, features);
    const cache = model.newCache();
    const prefill = await model.forward(cache, { parts, logits: 'last' });
    close('logits', prefill.logits);
    const options = {
      generation: checkpoint.generation,
      maxNewTokens: NEW_TOKENS,
      promptTokens: promptTokens(prompt),
      taps: null,
    };
    const { tokens } = await greedy(model, cache, prefill.logits as Float32Array, options, new Stopwatch());
    const answer = expectedArray(golden, 'answer_ids') as number[];
    same('answer_ids', tokens, answer);
    const fed = answer.slice(0, (expectedArray(golden, 'rows') as number[]).length - 1);
    const forced = await model.forward(model.newCache(), {
      parts: [...parts, { tokens: fed }],
      logits: 'none',
      taps: {
        heads: (expectedArray(golden, 'layers') as number[]).map((layer) => ({ layer, heads: 'all' })),
        rows: [prompt.length - 1, prompt.length + fed.length],
        keys: [0, prompt.length + fed.length],
      },
    });
    close('attention', joined(forced.taps));
    return found;
  } finally {
    await model.dispose();
  }
}

/** As many as `versions/measure.py` generates. */
const NEW_TOKENS = 12;

/** Of Qwen's rows of patches a case keeps a few. */
function rowsKept(
  golden: OracleCase,
  pixels: Float32Array,
  [height, width]: readonly number[],
): Float32Array {
  const kept = golden.expected.get('pixel_rows')?.data;
  if (kept === undefined) return pixels;
  const size = pixels.length / (4 * (height as number) * (width as number));
  return joined(Array.from(kept, (row) => ({ data: pixels.subarray(row * size, (row + 1) * size) })));
}

/** The largest difference and its array. */
export function worst(differences: ReadonlyMap<string, number>): readonly [what: string, difference: number] {
  return [...differences].reduce((a, b) => (b[1] > a[1] ? b : a));
}
