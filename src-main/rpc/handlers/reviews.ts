import { reviewHistory, submitReview } from '../../store/review.ts';
import { getSample } from '../../store/sample.ts';
import type { Handlers } from './context.ts';

export const reviewHandlers = {
  'reviews.submit': async ({ session }, { basedOn, ...review }) => {
    const open = session();
    await open.untilFree();
    const result = submitReview(open.project.db, review, basedOn);
    open.sampleChanged(review.sampleId);
    return result;
  },

  'reviews.history': ({ session }, { sampleId }) => {
    const { db } = session().project;
    getSample(db, sampleId);
    return reviewHistory(db, sampleId);
  },
} satisfies Partial<Handlers>;
