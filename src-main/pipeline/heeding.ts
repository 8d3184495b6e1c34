/** A model that is asked by one call alone, which can be cancelled between two chunks of a prompt. */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { VisionLanguageModel } from './ports.ts';

/** The model as that call asks it: a prompt rejects with `cancelled` at its next pause when the signal has fired. */
export function heeding(model: VisionLanguageModel, signal: AbortSignal): VisionLanguageModel {
  const pause = (): Promise<void> =>
    signal.aborted
      ? Promise.reject(new FoveaError('cancelled', 'the sample was cancelled'))
      : Promise.resolve();
  return {
    profile: model.profile,
    encodeImage: (...args) => model.encodeImage(...args),
    pixelCount: (grid) => model.pixelCount(grid),
    newCache: () => model.newCache(),
    forward: (cache, request) => model.forward(cache, request, pause),
    steps: (requests) => model.steps(requests),
    rpn: (...args) => model.rpn(...args),
    gate: (...args) => model.gate(...args),
    dispose: () => Promise.resolve(),
  };
}
