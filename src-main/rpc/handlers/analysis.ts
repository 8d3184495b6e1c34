import type { HeadMapSet } from '../../../src-shared/contract/procedures/analysis.ts';
import { rankHeads } from '../../inspect/head-ranking.ts';
import { headMaps } from '../../inspect/heads.ts';
import { Newest } from '../../inspect/newest.ts';
import type { Session } from '../session.ts';
import type { Handlers } from './context.ts';

/** So many samples' heads are kept: going back to one is common, and asking the model takes seconds. */
const KEPT = 6;

/** What is being looked into on an open project; it goes with the project. */
interface Looking {
  readonly newest: Newest;
  /** By prediction and layers, the one unused for longest first. */
  readonly known: Map<string, HeadMapSet>;
}
const looking = new WeakMap<Session, Looking>();

function lookingOf(session: Session): Looking {
  const known = looking.get(session);
  if (known) return known;
  const made = { newest: new Newest(), known: new Map<string, HeadMapSet>() };
  looking.set(session, made);
  return made;
}

export const analysisHandlers = {
  'analysis.heads': ({ session, publish, options: { engine } }, { slot, predictionId, layers }) => {
    const open = session();
    const { newest, known } = lookingOf(open);
    const tell = (done: number, total: number): void => publish('analysis.progress', { slot, done, total });
    return open.task((closing) =>
      newest.run(slot, closing, async (signal) => {
        const key = `${predictionId} ${layers}`;
        const found =
          known.get(key) ?? (await headMaps(open.project, engine, predictionId, layers, tell, signal));
        known.delete(key);
        known.set(key, found);
        for (const oldest of known.keys()) if (known.size > KEPT) known.delete(oldest);
        return found;
      }),
    );
  },

  'analysis.rankHeads': ({ session, publish, options: { engine } }, { slot, ...wish }) => {
    const open = session();
    const tell = (done: number, total: number): void => publish('analysis.progress', { slot, done, total });
    return open.task((closing) =>
      lookingOf(open).newest.run(slot, closing, (signal) =>
        rankHeads(open.project, engine, wish, tell, signal),
      ),
    );
  },

  'analysis.cancel': ({ session }, { slot }) => {
    lookingOf(session()).newest.cancel(slot);
    return {};
  },
} satisfies Partial<Handlers>;
