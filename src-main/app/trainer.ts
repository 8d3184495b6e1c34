/** The process that trains for whoever needs one: it starts with the first branch and ends with `dispose`. */
import { TrainerClient } from '../training/client.ts';
import { processEntry } from './process-entry.ts';

/** A trainer that has not been started yet. */
export function startTrainer(): TrainerClient {
  return new TrainerClient(processEntry('trainer'));
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
