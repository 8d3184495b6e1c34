/** Has the engine load a model, which may kill it as anything may: memory that others hold just now, a driver that is renewed. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Engine, ModelInfo, ModelRef } from '../../engine/protocol.ts';

/** So often loading a model may kill the engine before it is given up. */
const LOADS = 3;

/** @throws what the load throws; `engine_died` when it died of it three times, `cancelled` by the signal */
export async function loaded(engine: Engine, model: ModelRef, signal?: AbortSignal): Promise<ModelInfo> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await engine.modelInfo(model, signal);
    } catch (thrown) {
      if (FoveaError.from(thrown).code !== 'engine_died' || attempt === LOADS) throw thrown;
    }
  }
}
