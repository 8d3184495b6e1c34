import { reviewHistory, submitReview } from '../../store/reviews/review.ts';
import { listRejectReasons, setRejectReasons } from '../../store/reviews/reject-reason.ts';
import { getSample } from '../../store/samples/sample.ts';
import { freeSession, type Handlers } from './context.ts';

export const reviewHandlers = {
  'reviews.submit': async (context, { basedOn, ...review }) => {
    const open = await freeSession(context);
    const result = submitReview(open.project.db, review, basedOn);
    open.sampleChanged(review.sampleId);
    return result;
  },

  'reviews.history': ({ session }, { sampleId }) => {
    const { db } = session().project;
    getSample(db, sampleId);
    return reviewHistory(db, sampleId);
  },

  'rejectReasons.list': ({ session }) => listRejectReasons(session().project.db),

  'rejectReasons.set': async (context, { reasons }) => {
    const { project } = await freeSession(context);
    const now = setRejectReasons(project.db, reasons);
    context.publish('rejectReasons.changed', { reasons: now });
    return now;
  },
} satisfies Partial<Handlers>;
