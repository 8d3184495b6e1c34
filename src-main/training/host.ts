/**
 * Entry of the process that trains, forked by `client.ts`. It holds weights, gradients and moments of one branch, answers
 * one call at a time, and never outlives its owner.
 */
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { watchParent } from '../process/parent.ts';
import { BranchInTraining } from './branch.ts';
import type { CallName, FromTrainer, ToTrainer } from './wire.ts';
import { CALLS, toTrainerSchema } from './wire.ts';

const BEAT_MS = 1000;

const branch = new BranchInTraining();
const send = (message: FromTrainer): void => {
  if (process.connected) process.send?.(message);
};

const answers: {
  readonly [N in CallName]: (input: z.output<(typeof CALLS)[N]['input']>) => Promise<unknown>;
} = {
  open: (start) => branch.open(start),
  step: (examples) => branch.step(examples),
  score: ({ examples, roi }) => branch.score(examples, roi),
  save: (path) => branch.save(path).then(() => null),
  exportVersion: (folder) => branch.exportVersion(folder),
  peakBytes: () => branch.peakBytes(),
};

/** Never rejects: every call ends in a message. */
async function answer({ id, call, input }: ToTrainer): Promise<void> {
  try {
    const parsed = CALLS[call].input.safeParse(input);
    if (!parsed.success) throw new FoveaError('bad_input', `${call}: ${z.prettifyError(parsed.error)}`);
    const output = await (answers[call] as (input: unknown) => Promise<unknown>)(parsed.data);
    send({ type: 'done', id, output });
  } catch (thrown) {
    send({ type: 'error', id, error: FoveaError.from(thrown).toWire() });
  }
}

let tail = Promise.resolve();
process.on('message', (raw) => {
  const message = toTrainerSchema.parse(raw);
  tail = tail.then(() => answer(message));
});
process.on('disconnect', () => process.exit(0));
// A terminal's Ctrl-C reaches the whole group; the owner decides when this process goes.
process.on('SIGINT', () => {});
setInterval(() => send({ type: 'beat' }), BEAT_MS).unref();
watchParent(BEAT_MS);
send({ type: 'ready' });
