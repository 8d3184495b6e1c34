/** The engine for whoever needs one: its first process starts with the first call, and all end with `dispose`. */
import { EngineClient } from '../engine/client.ts';
import { EngineGroup } from '../engine/group.ts';
import { processEntry } from './process-entry.ts';

/** An engine that has not been started yet. */
export function startEngine(): EngineGroup {
  return new EngineGroup(() => new EngineClient(processEntry('engine')));
}

/** An engine for one piece of work; its processes are gone when this is over. */
export async function withEngine<T>(body: (engine: EngineGroup) => Promise<T>): Promise<T> {
  const engine = startEngine();
  try {
    return await body(engine);
  } finally {
    await engine.dispose();
  }
}
