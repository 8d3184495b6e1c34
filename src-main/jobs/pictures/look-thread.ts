/** Entry of the threads that `looks.ts` starts: looks at the pictures it is asked about, one list after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type Looked, lookRequestSchema, lookTaskSchema } from './look-wire.ts';
import { PictureLook } from './look.ts';

const pictures = new PictureLook(lookTaskSchema.parse(workerData).root);

parentPort?.on('message', (raw: unknown) => {
  void answer(lookRequestSchema.parse(raw));
});

async function answer(paths: readonly string[]): Promise<void> {
  const all: Looked[] = [];
  for (const path of paths) {
    all.push(
      await pictures.look(path).catch((thrown: unknown) => ({ error: FoveaError.from(thrown).toWire() })),
    );
  }
  parentPort?.postMessage(all);
}
