/**
 * Entry of the process that trains, forked by `client.ts`. It holds weights, gradients and moments of one branch, answers
 * one call at a time, and never outlives its owner.
 */
import { z } from 'zod';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { watchParent } from '../process/parent.ts';
import { BranchInTraining } from './branch.ts';
import type { CallName, FromTrainer, TrainerCall } from './wire.ts';
import { CALLS, toTrainerSchema } from './wire.ts';

const BEAT_MS = 1000;

const branch = new BranchInTraining();
const send = (message: FromTrainer): void => {
  if (process.connected) process.send?.(message);
};

const answers: {
  readonly [N in CallName]: (
    input: z.output<(typeof CALLS)[N]['input']>,
    signal: AbortSignal,
  ) => Promise<unknown>;
} = {
  open: (start) => branch.open(start),
  step: (examples, signal) => branch.step(examples, signal),
  score: ({ examples, roi }) => branch.score(examples, roi),
  save: (path) => branch.save(path).then(() => null),
  exportVersion: (folder) => branch.exportVersion(folder),
  peakBytes: () => branch.peakBytes(),
};

/** Never rejects: every call ends in a message. */
async function answer({ id, call, input }: TrainerCall, signal: AbortSignal): Promise<void> {
  try {
    const parsed = CALLS[call].input.safeParse(input);
    if (!parsed.success) throw new FoveaError('bad_input', `${call}: ${z.prettifyError(parsed.error)}`);
    const output = await (answers[call] as (input: unknown, signal: AbortSignal) => Promise<unknown>)(
      parsed.data,
      signal,
    );
    send({ type: 'done', id, output });
  } catch (thrown) {
    send({ type: 'error', id, error: FoveaError.from(thrown).toWire() });
  }
}

/** Calls that are not answered yet, by their numbers. */
const open = new Map<number, AbortController>();
let tail = Promise.resolve();
process.on('message', (raw) => {
  const message = toTrainerSchema.parse(raw);
  if ('giveUp' in message) {
    open.get(message.giveUp)?.abort();
    return;
  }
  const stop = new AbortController();
  open.set(message.id, stop);
  tail = tail.then(() => answer(message, stop.signal)).finally(() => open.delete(message.id));
});
process.on('disconnect', () => process.exit(0));
// A terminal's Ctrl-C reaches the whole group; the owner decides when this process goes.
process.on('SIGINT', () => {});
setInterval(() => send({ type: 'beat' }), BEAT_MS).unref();
watchParent(BEAT_MS);
send({ type: 'ready' });
