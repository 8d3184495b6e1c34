import { tellDiff } from '../../jobs/datasets/diff.ts';
import { freezeVersion } from '../../jobs/datasets/freeze.ts';
import { datasetVersions } from '../../store/datasets/version.ts';
import type { Handlers } from './context.ts';
import { during } from './during.ts';

export const datasetHandlers = {
  'datasets.list': ({ session }) => datasetVersions(session().project.db),

  'datasets.freeze': ({ session, publish }, { name, reviewer, slot, ...choices }) => {
    const open = session();
    return during(open, publish, slot, async (signal) => {
      const version = await freezeVersion(open.project, { name, reviewer, choices, signal });
      publish('datasets.changed', {});
      return version;
    });
  },

  'datasets.diff': ({ session }, { before, after }) => tellDiff(session().project.db, before, after),
} satisfies Partial<Handlers>;
