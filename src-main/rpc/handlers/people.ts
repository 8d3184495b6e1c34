import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { agreementOf } from '../../store/assignment/agreement.ts';
import { countUndealt, createDeal, dealsOf, endDeal, listDeals } from '../../store/assignment/deals.ts';
import { differing } from '../../store/assignment/differing.ts';
import type { People } from '../options.ts';
import { freeSession, type HandlerContext, type Handlers } from './context.ts';

/** @throws FoveaError `bad_input` where nobody else can come in */
function peopleOf({ options }: HandlerContext): People {
  if (options.people) return options.people;
  throw new FoveaError('bad_input', 'Nobody can be invited here', { next: 'Serve the project: fovea serve' });
}

export const peopleHandlers = {
  'people.list': ({ options, session }) => options.people?.list(session().project.path) ?? [],

  'people.invite': async (context, wish) => {
    const invited = await peopleOf(context).invite(context.session().project.path, wish);
    context.publish('people.changed', {});
    return invited;
  },

  'people.revoke': async (context, { name }) => {
    await peopleOf(context).revoke(context.session().project.path, name);
    context.publish('people.changed', {});
    return {};
  },

  // Of all samples, whoever asks: a reviewer's desk would count their own.
  'deals.list': ({ session }) => listDeals(session().project.db),

  'deals.mine': ({ session }, { reviewer }) => dealsOf(session().project.db, reviewer),

  'deals.preview': ({ session }, scope) => ({
    samples: countUndealt(session().project.db, { ...scope, filter: { ...NO_FILTER, ...scope.filter } }),
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

  'adjudication.list': ({ session }, { deal }) => differing(session().project.db, deal),

  'agreement.get': ({ session }, { deal }) => agreementOf(session().project.db, deal),
} satisfies Partial<Handlers>;
