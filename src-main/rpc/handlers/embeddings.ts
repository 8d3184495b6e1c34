/** Pictures that look alike: compared in a thread of the open project, which remembers its embeddings. */
import { Newest } from '../../inspect/newest.ts';
import { addEmbedJob, embedParams } from '../../jobs/embed/embed.ts';
import { PictureComparer } from '../../jobs/embeddings/comparer.ts';
import { activeRunId } from '../../store/runs/run.ts';
import type { Session } from '../session.ts';
import type { Handlers } from './context.ts';
import { queued } from './jobs.ts';

/** What is compared on an open project; it goes with the project. */
interface Comparing {
  readonly newest: Newest;
  readonly pictures: PictureComparer;
}
const comparing = new WeakMap<Session, Comparing>();

function comparingOf(open: Session): Comparing {
  const known = comparing.get(open);
  if (known) return known;
  const made = { newest: new Newest(), pictures: new PictureComparer(open.project) };
  comparing.set(open, made);
  return made;
}

/** Asks the thread, which ends with the project. */
function asking<T>(
  open: Session,
  ask: (comparing: Comparing, closing: AbortSignal) => Promise<T>,
): Promise<T> {
  const own = comparingOf(open);
  return open.task((closing) => {
    closing.addEventListener('abort', () => own.pictures.end(), { once: true });
    return ask(own, closing);
  });
}

export const embeddingHandlers = {
  'embeddings.status': async ({ session }) => {
    const open = session();
    const status = await asking(open, ({ pictures }, signal) => pictures.status({ signal }));
    const { db, readOnly } = open.project;
    const refused = readOnly ? 'read_only' : activeRunId(db) === null ? 'not_labelled' : null;
    return { ...status, refused };
  },

  'embeddings.encode': ({ session }) => {
    const open = session();
    return queued(open, addEmbedJob(open.project, embedParams(open.project)));
  },

  'embeddings.similar': ({ session }, { id, limit }) =>
    asking(session(), ({ pictures }, signal) => pictures.similar(id, limit, { signal })),

  'embeddings.nearDuplicates': async ({ session, publish }, { slot, threshold }) => {
    const open = session();
    const found = await asking(open, ({ newest, pictures }, closing) =>
      newest.run(`near ${slot}`, closing, (signal) =>
        pictures.nearDuplicates(threshold, {
          signal,
          onProgress: (done, total) => publish('embeddings.progress', { slot, done, total }),
        }),
      ),
    );
    // Lists that are filtered by near-duplicates are others now.
    if (found.kept) open.samplesChanged();
    return found;
  },

  'embeddings.stop': ({ session }, { slot }) => {
    comparingOf(session()).newest.cancel(`near ${slot}`);
    return {};
  },

  'embeddings.plane': ({ session }, { slot, filter, measure }) =>
    asking(session(), ({ newest, pictures }, closing) =>
      newest.run(`plane ${slot}`, closing, (signal) => pictures.plane(filter, measure, { signal })),
    ),
} satisfies Partial<Handlers>;
