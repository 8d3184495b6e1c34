import { Newest } from '../../inspect/newest.ts';
import { askOwnPicture } from '../own-picture.ts';
import type { HandlerContext, Handlers } from './context.ts';

/** What is being asked, by the page that asks: it needs no project, and none stops it. */
const running = new WeakMap<HandlerContext, Newest>();

function runningOf(context: HandlerContext): Newest {
  const known = running.get(context) ?? new Newest();
  running.set(context, known);
  return known;
}

export const ownPictureHandlers = {
  'ownPicture.ask': (context, { slot, model, ...wish }) =>
    runningOf(context).run(slot, context.closing, async (signal) => {
      const modelDir = model === null ? null : (await context.library.get(model)).dir;
      return askOwnPicture({ ...wish, modelDir }, context.options, signal);
    }),

  'ownPicture.cancel': (context, { slot }) => {
    runningOf(context).cancel(slot);
    return {};
  },
} satisfies Partial<Handlers>;
