import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { Newest } from '../../inspect/newest.ts';
import { baseOfProject } from '../../jobs/rpn/base.ts';
import { comparableSides, isRunSide, sidesOf } from '../../jobs/rpn/sides.ts';
import type { Project } from '../../store/file/project.ts';
import { countAll } from '../../store/samples/page.ts';
import { activations } from '../../store/training/rpn.ts';
import { Comparisons } from '../comparisons.ts';
import type { Session } from '../session.ts';
import type { Handlers } from './context.ts';

/** Changes of the version in use that a page shows. */
const HISTORY = 20;

/** What is compared on an open project; it goes with the project. */
interface Comparing {
  readonly newest: Newest;
  readonly comparisons: Comparisons;
}
const comparing = new WeakMap<Session, Comparing>();

function comparingOf(open: Session): Comparing {
  const known = comparing.get(open);
  if (known) return known;
  const made = { newest: new Newest(), comparisons: new Comparisons(open.project) };
  comparing.set(open, made);
  return made;
}

export const comparingHandlers = {
  'compare.sides': async ({ session }) => {
    const { project } = session();
    const samples = countAll(project.db);
    try {
      const { fingerprint } = await baseOfProject(project);
      return {
        sides: await comparableSides(project),
        samples,
        history: historyOf(project, fingerprint),
        problem: null,
      };
    } catch (thrown) {
      // Why there is nothing to compare is what a page shows in its place.
      return { sides: [], samples, history: [], problem: FoveaError.from(thrown).toWire() };
    }
  },

  'compare.run': ({ session, publish }, { slot, a, b, against, over }) => {
    const open = session();
    const { newest, comparisons } = comparingOf(open);
    return open.task((closing) => {
      closing.addEventListener('abort', comparisons.end, { once: true });
      return newest.run(slot, closing, async (signal) => {
        // Runs are compared without a model: theirs may be gone.
        const named = [String(a), String(b)] as const;
        const base = named.every(isRunSide) ? null : await baseOfProject(open.project);
        const sides = await sidesOf(open.project, base, named);
        return comparisons.run(
          { sides, against, over },
          { signal, onProgress: (done, total) => publish('compare.progress', { slot, done, total }) },
        );
      });
    });
  },

  'compare.list': ({ session }, { offset, limit, ...wish }) =>
    comparingOf(session()).comparisons.list(wish, offset, limit),

  'compare.position': ({ session }, { sampleId, ...wish }) => ({
    position: comparingOf(session()).comparisons.position(wish, sampleId),
  }),
} satisfies Partial<Handlers>;

function historyOf({ db }: Project, fingerprint: string) {
  return activations(db)
    .filter(({ baseFingerprint }) => baseFingerprint === fingerprint)
    .slice(-HISTORY)
    .reverse()
    .map(({ rpnId, createdAt }) => ({ rpnId, since: createdAt }));
}
