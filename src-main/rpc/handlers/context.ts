/** What a handler is, and what it may reach: the open project, ways to open another, and what the host said at start. */
import type {
  ProcedureName,
  ProcedureOutput,
  ProcedureParsedInput,
} from '../../../src-shared/contract/procedures.ts';
import type { ModelLibrary } from '../../library/library.ts';
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

/** The open project, once nothing writes for long to it: for handlers that write. Throws `not_found` when none is open. */
export async function freeSession({ session }: HandlerContext): Promise<Session> {
  const open = session();
  await open.untilFree();
  return open;
}
