import { planInThread } from '../../jobs/pictures/in-thread.ts';
import { relink } from '../../jobs/pictures/relink.ts';
import { keepForPicture } from '../../store/pictures/change.ts';
import { type Handlers, freeSession } from './context.ts';

export const pictureHandlers = {
  'pictures.state': ({ session }) => session().care.state(),

  'pictures.check': ({ session }) => {
    session().care.check();
    return {};
  },

  'pictures.relinkPlan': ({ session }, { from, to }) => {
    const open = session();
    return open.task((signal) => planInThread(open.project, from, to, { signal }));
  },

  'pictures.relink': async (context, { from, to }) => {
    const open = await freeSession(context);
    const plan = await open.task((signal) => planInThread(open.project, from, to, { signal }));
    await relink(open.project, from, to, plan);
    open.care.check();
    open.samplesChanged();
    return plan;
  },

  'pictures.keep': async (context, { sampleIds, reviewer }) => {
    const open = await freeSession(context);
    const outcome = keepForPicture(open.project.db, sampleIds, reviewer);
    open.samplesChanged();
    open.care.changed();
    return outcome;
  },
} satisfies Partial<Handlers>;
