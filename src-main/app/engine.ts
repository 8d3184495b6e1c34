/** The engine for whoever needs one: its process starts with the first call and ends with `dispose`. */
import { EngineClient } from '../engine/client.ts';
import { processEntry } from './process-entry.ts';

/** An engine that has not been started yet. */
export function startEngine(): EngineClient {
  return new EngineClient(processEntry('engine'));
}

/** An engine for one piece of work; its process is gone when this is over. */
export async function withEngine<T>(body: (engine: EngineClient) => Promise<T>): Promise<T> {
  const engine = startEngine();
  try {
    return await body(engine);
  } finally {
    await engine.dispose();
  }
}
