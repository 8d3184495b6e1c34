/** The engine for whoever needs one: its process starts with the first call and ends with `dispose`. */
import { EngineClient } from '../engine/client.ts';
import { inApp } from './app-root.ts';

/** An engine that has not been started yet. The Electron build sets FOVEA_BUNDLED: there, sources do not run. */
export function startEngine(): EngineClient {
  const bundled = process.env.FOVEA_BUNDLED === '1';
  return new EngineClient(bundled ? { entry: inApp('dist/electron/engine.mjs') } : {});
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
