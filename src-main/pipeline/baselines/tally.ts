/** How many visual tokens a method costs, counted where they pass: at the model's door. */
import type { FeedPart, VisionLanguageModel } from '../ports.ts';

export class VisualTally {
  #fed = 0;
  #encoded = 0;

  /** Fed to the language model so far. */
  get fed(): number {
    return this.#fed;
  }

  /** Made by the vision encoder so far. */
  get encoded(): number {
    return this.#encoded;
  }

  /** The model, counted. */
  over(model: VisionLanguageModel): VisionLanguageModel {
    return {
      profile: model.profile,
      encodeImage: async (...args) => {
        const features = await model.encodeImage(...args);
        this.#encoded += features.length / model.profile.hiddenSize;
        return features;
      },
      pixelCount: (grid) => model.pixelCount(grid),
      newCache: () => model.newCache(),
      forward: (cache, request, pause) => {
        this.#fed += visual(request.parts);
        return model.forward(cache, request, pause);
      },
      steps: (requests) => model.steps(requests),
      rpn: (...args) => model.rpn(...args),
      gate: (...args) => model.gate(...args),
      dispose: () => Promise.resolve(),
    };
  }
}

function visual(parts: readonly FeedPart[]): number {
  return parts.reduce((n, part) => n + ('features' in part ? part.count : 0), 0);
}
