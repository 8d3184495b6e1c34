import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { DIFFERING_MOST } from '../../../src-shared/contract/procedures/people.ts';
import { agreementOf } from '../../store/assignment/agreement.ts';
import { countUndealt, createDeal, endDeal, listDeals } from '../../store/assignment/deals.ts';
import { countDiffering, listDiffering } from '../../store/assignment/words.ts';
import { freeSession, type Handlers } from './context.ts';

export const peopleHandlers = {
  'people.list': ({ options, session }) => options.people?.(session().project.path) ?? [],

  'deals.list': ({ seen }) => listDeals(seen()),

  'deals.preview': ({ session }, { filter }) => ({
    samples: countUndealt(session().project.db, { ...NO_FILTER, ...filter }),
  }),

  'deals.start': async (context, wish) => {
    const open = await freeSession(context);
    const made = createDeal(open.project.db, {
      ...wish,
      by: context.caller.name ?? context.options.reviewer,
    });
    context.publish('deals.changed', {});
    open.samplesChanged();
    return made;
  },

  'deals.end': async (context, { id }) => {
    const open = await freeSession(context);
    const ended = endDeal(open.project.db, id);
    context.publish('deals.changed', {});
    open.samplesChanged();
    return ended;
  },

  'adjudication.list': ({ session }) => {
    const { db } = session().project;
    return { total: countDiffering(db), ids: listDiffering(db, DIFFERING_MOST) };
  },

  'agreement.get': ({ session }) => agreementOf(session().project.db),
} satisfies Partial<Handlers>;
