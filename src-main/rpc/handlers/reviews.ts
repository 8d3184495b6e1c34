import { reviewHistory, submitReview } from '../../store/reviews/review.ts';
import { listRejectReasons, setRejectReasons } from '../../store/reviews/reject-reason.ts';
import { getSample } from '../../store/samples/sample.ts';
import { dealtTo, openRounds } from '../../store/assignment/deals.ts';
import { wordsOn } from '../../store/assignment/words.ts';
import { sampleState } from '../../store/samples/state.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { freeSession, requireDealt, type HandlerContext, type Handlers } from './context.ts';

/** A sample that others were asked about is theirs and an admin's. @throws FoveaError `forbidden` */
function requireNotOthers({ caller }: HandlerContext, dealt: readonly string[]): void {
  if (caller.role === 'admin' || dealt.length === 0 || dealt.includes(caller.name ?? '')) return;
  throw new FoveaError(
    'forbidden',
    `This sample was dealt to ${dealt.join(', ')}: only an admin decides on it besides`,
    {
      next: 'Go on with another one',
    },
  );
}

export const reviewHandlers = {
  'reviews.submit': async (context, { basedOn, ...review }) => {
    const open = await freeSession(context);
    const { db } = open.project;
    const desk = context.desk();
    requireDealt(context, [review.sampleId]);
    if (desk === null) requireNotOthers(context, dealtTo(db, review.sampleId));
    const result = submitReview(db, review, basedOn, desk !== null);
    open.sampleChanged(review.sampleId);
    // Who decides beside others is told of the own decision; what it comes to is for an admin to see.
    return desk === null ? result : { ...result, state: sampleState(desk.db, review.sampleId)!.state };
  },

  'reviews.history': ({ seen }, { sampleId }) => {
    const db = seen();
    getSample(db, sampleId);
    return reviewHistory(db, sampleId);
  },

  'reviews.words': ({ session, desk }, { sampleId }) => {
    const { db } = session().project;
    const own = desk();
    if (own === null) return wordsOn(db, sampleId);
    const state = sampleState(own.db, sampleId);
    const hidden = state === null || (openRounds(db).blind && state.reviewId === null);
    return hidden ? [] : wordsOn(db, sampleId);
  },

  'rejectReasons.list': ({ session }) => listRejectReasons(session().project.db),

  'rejectReasons.set': async (context, { reasons }) => {
    const { project } = await freeSession(context);
    const now = setRejectReasons(project.db, reasons);
    context.publish('rejectReasons.changed', { reasons: now });
    return now;
  },
} satisfies Partial<Handlers>;
