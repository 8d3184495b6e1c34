/** Long calls of a project that can be cancelled by their slot, and tell how far they are. */
import { Newest } from '../../inspect/newest.ts';
import type { Session } from '../session.ts';
import { throttle } from '../throttle.ts';
import type { HandlerContext } from './context.ts';

const PROGRESS_MS = 200;

/** What is under way in an open project, by slot; it goes with the project. */
const running = new WeakMap<Session, Newest>();

function runningOf(session: Session): Newest {
  const known = running.get(session) ?? new Newest();
  running.set(session, known);
  return known;
}

/** Asks what runs in the slot for an end. */
export function cancelSlot(session: Session, slot: string): void {
  runningOf(session).cancel(slot);
}

/** Runs a long call of a slot: it can be cancelled, and tells how far it is a few times a second. */
export function during<T>(
  open: Session,
  publish: HandlerContext['publish'],
  slot: string | undefined,
  work: (signal: AbortSignal, tell: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  if (slot === undefined) return open.task((closing) => work(closing, () => undefined));
  const events = throttle<{ done: number; total: number }>(PROGRESS_MS, ({ done, total }) =>
    publish('exchange.progress', { slot, done: Math.min(done, total), total }),
  );
  return open.task((closing) =>
    runningOf(open)
      .run(slot, closing, (signal) => work(signal, (done, total) => events.push({ done, total })))
      .finally(() => events.stop()),
  );
}
