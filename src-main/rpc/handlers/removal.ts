import type { RemovalWish } from '../../../src-shared/contract/procedures.ts';
import { removeFromProject } from '../../jobs/removal/remove.ts';
import type { ReadableDb } from '../../store/db.ts';
import { importedIds, listImports } from '../../store/exchange/import-log.ts';
import { countRemoval, idsOfScope } from '../../store/samples/removal.ts';
import { freeSession, type Handlers } from './context.ts';
import { during } from './during.ts';

export const removalHandlers = {
  'imports.list': ({ session }) => {
    const { db, path } = session().project;
    return listImports(db, path);
  },

  'removal.count': ({ session }, wish) => {
    const { db } = session().project;
    return countRemoval(db, idsOf(db, wish));
  },

  'removal.start': async (context, { wish, slot }) => {
    const open = await freeSession(context);
    return during(open, context.publish, slot, async (signal, tell) => {
      try {
        return await removeFromProject(open.project, idsOf(open.project.db, wish), {
          signal,
          onProgress: tell,
        });
      } finally {
        open.samplesChanged();
        open.projectChanged(true);
      }
    });
  },
} satisfies Partial<Handlers>;

/** Ascending. */
function idsOf(db: ReadableDb, wish: RemovalWish): number[] {
  return wish.of === 'import' ? importedIds(db, wish.id) : idsOfScope(db, wish);
}
