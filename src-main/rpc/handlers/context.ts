/** What a handler is, and what it may reach: the open project, ways to open another, and what the host said at start. */
import type {
  ProcedureName,
  ProcedureOutput,
  ProcedureParsedInput,
} from '../../../src-shared/contract/procedures.ts';
import type { ModelLibrary } from '../../library/library.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { sampleState } from '../../store/samples/state.ts';
import type { ReadableDb } from '../../store/db.ts';
import type { Desk } from '../../store/desk/desk.ts';
import type { Project } from '../../store/file/project.ts';
import type { Caller } from '../caller.ts';
import type { ModelTasks } from '../model-tasks.ts';
import type { Preferences } from '../preferences.ts';
import type { BackendOptions } from '../options.ts';
import type { Publish, Session } from '../session.ts';

export interface HandlerContext {
  readonly options: BackendOptions & { readonly demoProjectDir: string };
  /** Who asks; what they may not was refused already. */
  readonly caller: Caller;
  /** The open project. Throws `not_found` when none is. */
  session(): Session;
  current(): Session | null;
  /**
   * The open project's database as the caller may know it: whatever only reads asks this one. Throws `not_found` when no
   * project is open.
   */
  seen(): ReadableDb;
  /** What is dealt to the caller in open rounds; null for who sees all samples. */
  desk(): Desk | null;
  /** What the person prefers, whatever project is open. */
  readonly preferences: Preferences;
  /** The models Fovea knows, and what is being done about them. */
  readonly library: ModelLibrary;
  readonly modelTasks: ModelTasks;
  /** Aborted when the backend ends. */
  readonly closing: AbortSignal;
  /** Tells every client. */
  readonly publish: Publish;
  /** Opens what `make` gives in place of the project that is open; does nothing when `path` is open already. */
  open(path: string, make: () => Promise<Project>): Promise<Session>;
}

/** One handler for every procedure of the contract. */
export type Handlers = {
  readonly [N in ProcedureName]: (
    context: HandlerContext,
    input: ProcedureParsedInput<N>,
  ) => Promise<ProcedureOutput<N>> | ProcedureOutput<N>;
};

/** Throws `forbidden` where the caller works on what is dealt to them, and one of these samples is not. */
export function requireDealt({ desk }: HandlerContext, sampleIds: readonly number[]): void {
  const own = desk();
  if (own === null || sampleIds.every((id) => sampleState(own.db, id) !== null)) return;
  throw new FoveaError('forbidden', 'This sample is not dealt to you', {
    next: 'Go on with those in your list',
  });
}

/** The open project, once nothing writes for long to it: for handlers that write. Throws `not_found` when none is open. */
export async function freeSession({ session }: HandlerContext): Promise<Session> {
  const open = session();
  await open.untilFree();
  return open;
}
