/**
 * The two sides of `bench:oracle` behind one door: Fovea's engine process, and the original in a Python process. Each
 * says what it answered and the grounding map, so that the two can be seen to do the same work.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { openCheckpoint } from '../../../src-main/checkpoint/checkpoint.ts';
import { buildPrompt } from '../../../src-main/checkpoint/prompt.ts';
import { EngineClient } from '../../../src-main/engine/client.ts';
import type { Precision } from '../../../src-shared/contract/models.ts';
import type { Preset } from '../../../src-shared/contract/preset.ts';
import { presetSchema } from '../../../src-shared/contract/preset.ts';
import { decodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { HEADS } from './checkpoint.ts';

const SCRIPT = fileURLToPath(new URL('./original.py', import.meta.url));
const GRID = [24, 24] as const;
/** More than any answer here: a given answer is then fed whole. */
const NO_LIMIT = 128;

/** What the original computes in. */
export const REFERENCES = ['fp32', 'bf16'] as const;
export type Reference = (typeof REFERENCES)[number];
const DTYPE = { fp32: 'float32', bf16: 'bfloat16' } as const;

export interface Sample {
  readonly image: string;
  readonly question: string;
  /** Tokens of the answer. */
  readonly length: number;
  readonly mode: 'self' | 'teacher';
}

export interface Labelled {
  readonly tokens: readonly number[];
  /** Grounding map, `[H·W]`; null when the answer gave no rows. */
  readonly map: ArrayLike<number> | null;
}

export interface Labeller {
  readonly pid: number;
  /** @param together one of several that are asked at once; the original knows nothing of it */
  readonly label: (sample: Sample, together?: boolean) => Promise<Labelled>;
  readonly close: () => Promise<void>;
}

/** A preset of that many answer tokens. */
export function presetOf(maxNewTokens: number): Preset {
  return presetSchema.parse({
    id: 'bench-oracle',
    name: 'LLaVA-1.5-7B in mid-size',
    family: 'llava',
    ...HEADS,
    rows: 'answer',
    labels: { variant: 'llava', sinkThresh: 0.001, binaryCoff: 0.2, bgCoff: 0.1, maxRatioLimit: 0.5 },
    roi: { variant: 'llava', form: 'mask', threshold: 0.15 },
    rpn: null,
    maxNewTokens,
    notes: '',
  });
}

/** Texts of exactly so many tokens: letters that merge with nothing, or, for one token, a word the tokenizer knows. */
async function answersOf(dir: string): Promise<(length: number) => { text: string; ids: readonly number[] }> {
  const { tokenizer } = await openCheckpoint(dir);
  return (length) => {
    const letters = Array.from({ length }, (_, i) => 'Z'.repeat(i + 1));
    for (const text of [...letters, 'a', 'an', 'and', 'the', 'is']) {
      const ids = tokenizer.encode(text);
      if (ids.length === length) return { text, ids };
    }
    throw new Error(`no answer of ${length} tokens`);
  };
}

/** Fovea: the engine process with the checkpoint loaded. */
export async function openFovea(
  dir: string,
  threads: number,
  precision: Precision = 'as-stored',
): Promise<Labeller> {
  const engine = new EngineClient({ cpuThreads: threads });
  const model = { dir, device: 'cpu' as const, precision };
  await engine.modelInfo(model);
  const answer = await answersOf(dir);
  return {
    pid: engine.pid as number,
    label: async ({ image, question, length, mode }, together = false) => {
      const outcome = await engine.label({
        together,
        model,
        preset: presetOf(mode === 'self' ? length : NO_LIMIT),
        imagePath: image,
        question,
        answerMode: mode,
        answer: mode === 'self' ? null : answer(length).text,
        want: { questionMap: false, rpn: false, secondStage: false, allHeadsOf: [] },
      });
      const { grounding } = outcome.maps;
      return { tokens: outcome.answerTokens, map: grounding && decodeFloat16(grounding.bits) };
    },
    close: () => engine.dispose(),
  };
}

const replySchema = z.object({ tokens: z.array(z.number()), map: z.array(z.number()).nullable() });

/** The original: transformers on the same folder, given the same prompt ids. */
export async function openOriginal(
  python: string,
  dir: string,
  threads: number,
  reference: Reference = 'fp32',
): Promise<Labeller> {
  const checkpoint = await openCheckpoint(dir);
  const answer = await answersOf(dir);
  const child = spawn(python, [SCRIPT, dir, String(threads), DTYPE[reference]], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...process.env,
      OMP_NUM_THREADS: String(threads),
      HF_HUB_OFFLINE: '1',
      TRANSFORMERS_VERBOSITY: 'error',
      HF_HUB_DISABLE_PROGRESS_BARS: '1',
    },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<unknown> => {
    const line = await lines.next();
    if (line.done) throw new Error('the original ended; its message is above');
    return JSON.parse(line.value);
  };
  await read();
  const { tokenizer, config } = checkpoint;
  return {
    pid: child.pid as number,
    label: async ({ image, question, length, mode }) => {
      const { before, after } = buildPrompt(tokenizer, config.imageTokenId, question);
      const visual = new Array<number | null>(GRID[0] * GRID[1]).fill(config.imageTokenId);
      const request = {
        ...HEADS,
        image,
        ids: [...before, ...visual, ...after],
        span: [before.length, before.length + visual.length],
        grid: GRID,
        new_tokens: length,
        answer: mode === 'self' ? null : answer(length).ids,
      };
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return replySchema.parse(await read());
    },
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.stdin.end();
      }),
  };
}
