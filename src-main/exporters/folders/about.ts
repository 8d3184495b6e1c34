/** What a folder's own list of samples (`samples.jsonl`) says of each: which file of it is which question of which picture. */
import type { Selected } from '../select.ts';

export function aboutSample({ sample, prediction, source }: Selected): Readonly<Record<string, unknown>> {
  return {
    fovea: sample.sampleId,
    question_id: sample.externalId,
    image: sample.image.name,
    image_size_wh: [sample.image.width, sample.image.height],
    question: sample.question,
    answer: sample.referenceAnswer,
    model_answer: prediction.answer,
    language: sample.language,
    split: sample.split,
    tags: sample.tags,
    state: sample.state,
    label_source: source,
    reviewer: sample.review?.reviewer ?? null,
  };
}
