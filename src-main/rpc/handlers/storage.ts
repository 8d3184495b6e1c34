import { spaceBudgets } from '../../jobs/space/budgets.ts';
import { spaceInThread } from '../../jobs/space/in-thread.ts';
import type { Handlers } from './context.ts';

export const storageHandlers = {
  'storage.measure': async ({ session, options }) => {
    const open = session();
    const { space } = await open.task((signal) =>
      spaceInThread(open.project, [], spaceBudgets(options.uploadBudget), signal),
    );
    return space;
  },

  'storage.clean': ({ session, options }, { parts }) => {
    const open = session();
    return open.task((signal) =>
      spaceInThread(open.project, parts, spaceBudgets(options.uploadBudget), signal),
    );
  },
} satisfies Partial<Handlers>;
