/**
 * Entry of the engine process, forked by `client.ts`: the only process that loads ONNX Runtime. It may hang, run out of
 * memory or die with a driver; the backend starts another. It never outlives the backend: the pipe's end stops it, and
 * a watching thread does when a forward pass blocks this one.
 */
import { z } from 'zod';
import { watchParent } from '../process/parent.ts';
import { ModelCache } from './models.ts';
import { Worker } from './work.ts';
import { toEngineSchema } from './wire.ts';
import type { FromEngine } from './wire.ts';

/** Given as the one command line argument, JSON. */
const settingsSchema = z.object({
  models: z.number().int().min(1).default(1),
  cpuThreads: z.number().int().min(1).optional(),
});

const BEAT_MS = 1000;

const settings = settingsSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
const send = (message: FromEngine): void => {
  if (process.connected) process.send?.(message);
};
const worker = new Worker(new ModelCache(settings.models, settings.cpuThreads), send);

process.on('message', (raw) => {
  const parsed = toEngineSchema.safeParse(raw);
  if (parsed.success) worker.accept(parsed.data);
  else refuse(raw, z.prettifyError(parsed.error));
});
process.on('disconnect', () => process.exit(0));
// A terminal's Ctrl-C reaches the whole group; the backend decides when this process goes.
process.on('SIGINT', () => {});
setInterval(() => send({ type: 'beat' }), BEAT_MS).unref();
watchParent(BEAT_MS);
send({ type: 'ready' });

/** A message that is not understood still gets its answer, or the caller would wait for ever. */
function refuse(raw: unknown, reason: string): void {
  const id = z.object({ id: z.number().int().positive() }).safeParse(raw);
  if (!id.success) return;
  const message = `the engine does not understand the call: ${reason}`;
  send({ type: 'error', id: id.data.id, error: { code: 'bad_input', message, where: null, next: null } });
}
