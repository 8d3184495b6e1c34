/** Entry of the thread that reads folders of others for whoever may not be held up (`checkpoint/reader/reader.ts`). */
import { parentPort } from 'node:worker_threads';
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { wholeModel } from '../checkpoint/adapter/base.ts';
import { readBranchFacts } from '../checkpoint/branch-facts.ts';
import { removeCached } from '../checkpoint/cached.ts';
import { openModel } from '../checkpoint/open.ts';
import { readPrompts } from '../checkpoint/prompt-identity.ts';
import { readPromptShape } from '../checkpoint/prompt-shape.ts';
import type { ReaderWork } from '../checkpoint/reader/tasks.ts';
import { readTensors } from '../checkpoint/files/tensor-index.ts';
import { look, neighbours, readAdapter, readFacts, readRpnOnly, readTower } from './facts.ts';

const WORK: ReaderWork = {
  facts: ({ dir, places }) => readFacts(dir, places),
  known: ({ dir, places }) => look(dir, places),
  adapter: ({ dir, places }) => readAdapter(dir, places),
  rpnOnly: ({ dir }) => readRpnOnly(dir),
  tower: ({ dir }) => readTower(dir),
  neighbours: ({ dir, places }) => neighbours(dir, places),
  removeCaches: ({ dir, places }) =>
    openModel(dir, null, places).then(
      (checkpoint) => removeCached(checkpoint),
      () => null,
    ),
  tensors: async ({ dir }) => [...(await readTensors(dir)).keys()],
  prompts: async ({ folders, teacher }) => {
    const prompts = await readPrompts(folders);
    return { identity: prompts.identity(teacher), asBefore: prompts.asBefore };
  },
  promptShape: ({ folders, questions }) => readPromptShape(folders, questions),
  branch: ({ folders }) => readBranchFacts(folders),
  wholeModel: ({ folders }) => wholeModel(folders),
};

/** Inputs are the backend's own; only what decides which work it is, is looked at. */
const questionSchema = z.object({ id: z.number(), task: z.string(), input: z.unknown() });

parentPort?.on('message', (raw: unknown) => {
  const { id, task, input } = questionSchema.parse(raw);
  void answer(task, input).then(
    (found) => parentPort?.postMessage({ id, answer: found, error: null }),
    (thrown: unknown) => parentPort?.postMessage({ id, error: FoveaError.from(thrown).toWire() }),
  );
});

async function answer(task: string, input: unknown): Promise<unknown> {
  if (!Object.hasOwn(WORK, task)) throw new FoveaError('internal', `no such reading: ${task}`);
  return (WORK as Record<string, (input: unknown) => Promise<unknown>>)[task]?.(input);
}
