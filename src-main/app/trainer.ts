/** The process that trains for whoever needs one: it starts with the first branch and ends with `dispose`. */
import { TrainerClient } from '../training/client.ts';
import { inApp } from './app-root.ts';

/** A trainer that has not been started yet. The Electron build sets FOVEA_BUNDLED: there, sources do not run. */
export function startTrainer(): TrainerClient {
  const bundled = process.env.FOVEA_BUNDLED === '1';
  return new TrainerClient(bundled ? { entry: inApp('dist/electron/trainer.mjs') } : {});
}

/** A trainer for one piece of work; its process is gone when this is over. */
export async function withTrainer<T>(body: (trainer: TrainerClient) => Promise<T>): Promise<T> {
  const trainer = startTrainer();
  try {
    return await body(trainer);
  } finally {
    await trainer.dispose();
  }
}
