/** What is told of the engine process while it works. */
import type { QuantiseProgress } from './protocol.ts';

/** What the UI shows; the payload of the `engine.changed` event. */
export interface EngineStatus {
  readonly state: 'stopped' | 'starting' | 'ready' | 'restarting' | 'failed';
  /** The device of the model used last. */
  readonly device: string | null;
  readonly message: string | null;
}

/** The words for a cache that is being written. */
export function writing({ precision, done, total }: QuantiseProgress): string {
  const percent = Math.floor((100 * done) / Math.max(1, total));
  return `writing ${precision === 'as-stored' ? 'merged' : precision} weights, ${percent}%`;
}
