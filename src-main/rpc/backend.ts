/**
 * The backend: one object that answers every procedure of the contract over the project that is open, for whichever
 * door holds it (Electron, browser host, tests). Transports carry calls and events; nothing of them is known here.
 */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { projectKey } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import {
  BOUND_TO_PROJECT,
  type EventName,
  type EventPayload,
  type ProcedureName,
  type ProcedureOutput,
  procedures,
} from '../../src-shared/contract/procedures.ts';
import { demoModelDir } from '../jobs/presets/resources.ts';
import { ModelLibrary } from '../library/library.ts';
import { requireSameFiles } from '../store/db.ts';
import { storeError } from '../store/errors.ts';
import { type Project, openProject } from '../store/file/project.ts';
import type { Desk } from '../store/desk/desk.ts';
import { askedAgain } from '../store/patience.ts';
import { sameSamples } from '../store/file/same-samples.ts';
import { projectId, projectName } from '../store/dashboard/summary.ts';
import { OWNER, requireAllowed, seenBy, signedBy, type Caller } from './caller.ts';
import { withGivenPaths, type PathRules } from './given-paths.ts';
import type { HandlerContext, Handlers } from './handlers/context.ts';
import { handlers } from './handlers/index.ts';
import type { Download } from './downloads.ts';
import type { ImageFile } from './image-file.ts';
import { startModelTasks } from './model-tasks.ts';
import type { BackendOptions } from './options.ts';
import { openPreferences, type Preferences } from './preferences.ts';
import { recentProjects, rememberProject } from './recent-projects.ts';
import { type Publish, type Session, openSession } from './session.ts';

export type { BackendOptions } from './options.ts';
export type EventListener = <N extends EventName>(name: N, payload: EventPayload<N>) => void;

export interface Backend {
  /** Parses the input, answers. Rejects with a FoveaError whatever went wrong. */
  /**
   * @param project what the caller shows: see `BOUND_TO_PROJECT`
   * @param caller default: whoever started Fovea. Rejects with `forbidden` what their role may not
   */
  call<N extends ProcedureName>(
    name: N,
    input: unknown,
    project?: string | null,
    caller?: Caller,
  ): Promise<ProcedureOutput<N>>;
  /** Every event that the caller may hear, until the returned function is called. */
  subscribe(listener: EventListener, caller?: Caller): () => void;
  /** For what happens outside of the handlers, such as `engine.changed`. */
  publish: Publish;
  /** The file behind `/image/ID`, or null when there is none or it is no picture. */
  imageFile(imageId: number): Promise<ImageFile | null>;
  /** The export behind `/export/WORD`, or null when the word stands for none. Throws `not_found` when it changed since. */
  download(word: string): Promise<Download | null>;
  /** Stops jobs (they go on at the next start) and closes the project. */
  dispose(): Promise<void>;
}

/** Opens the project, if one is named, and starts its unfinished jobs. Throws what `openProject` throws. */
export async function createBackend(options: BackendOptions): Promise<Backend> {
  const listeners = new Set<EventListener>();
  const publish: Publish = (name, payload) => {
    for (const listener of listeners) listener(name, payload);
  };
  const paths: PathRules = options.paths ?? { base: process.cwd(), roots: null };
  const closing = new AbortController();
  let session: Session | null = null;
  // Opening and closing take turns: two of them at once would leave one project open and forgotten.
  let turn: Promise<unknown> = Promise.resolve();

  const change = <T>(body: () => Promise<T>): Promise<T> => {
    const next = turn.then(body, body);
    turn = next.catch(() => {});
    return next;
  };
  const open = (path: string, make: () => Promise<Project>): Promise<Session> =>
    change(async () => {
      const before = session;
      const again = before?.project.path === resolve(path) ? before : null;
      if (again && !again.project.readOnly && !isReplaced(again.project)) return again;
      if (again && !again.project.readOnly) {
        // Connections of one process to one file share what SQLite knows of it: the old ones have to go first. What is
        // asked of the old session from here on is answered with `project_replaced`.
        await again.close();
      }
      const project = await make();
      if (again) requireSameSamples(again, project);
      session = openSession(project, options.engine, publish, options.training?.start, options.uploadBudget);
      await before?.close();
      session.projectChanged(true);
      if (again) session.samplesChanged();
      await rememberProject(options.recentFile ?? null, {
        path: project.path,
        name: projectName(project.db),
        openedAt: new Date().toISOString(),
      });
      publish('project.remembered', {});
      return session;
    });

  const context: HandlerContext = {
    options: { ...options, demoProjectDir: options.demoProjectDir ?? join(homedir(), 'Fovea demo') },
    open,
    current: () => session,
    library: new ModelLibrary({
      home: options.dataDir ?? join(homedir(), 'Fovea'),
      demoDir: demoModelDir(options.resources),
    }),
    preferences: openPreferences(options.preferencesFile ?? null),
    caller: OWNER,
    seen: () => context.session().project.db,
    desk: () => null,
    modelTasks: startModelTasks(publish),
    publish,
    closing: closing.signal,
    session() {
      if (session) return session;
      throw new FoveaError('not_found', 'no project is open', { next: 'Open a project or the demo' });
    },
  };
  const preferencesOf = new Map<string | null, Preferences>();
  const forCaller = (caller: Caller): HandlerContext => {
    if (caller.name === null) return context;
    const file = caller.preferencesFile;
    const own = preferencesOf.get(file) ?? openPreferences(file);
    preferencesOf.set(file, own);
    const desk = (): Desk | null => context.session().desks.of(caller);
    return {
      ...context,
      caller,
      preferences: own,
      desk,
      seen: () => desk()?.db ?? context.session().project.db,
    };
  };
  if (options.projectPath !== null) {
    const path = options.projectPath;
    await open(path, async () => openProject(path));
  }

  return {
    async call(name, input, project = null, caller = OWNER) {
      requireAllowed(caller, name, session?.project.path ?? null);
      const parsed = procedures[name].input.safeParse(input);
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        throw new FoveaError('bad_input', `${[name, ...issue.path].join('.')}: ${issue.message}`, {
          next: 'Reload the page: it may be of another version',
        });
      }
      try {
        session?.desks.requireOpen(caller, name, parsed.data);
        if (project !== null && BOUND_TO_PROJECT.has(name)) requireShown(session?.project ?? null, project);
        const given = await withGivenPaths(name, signedBy(caller, parsed.data), paths, {
          project: session?.project.path ?? null,
          recent: async () => (await recentProjects(options.recentFile ?? null)).map(({ path }) => path),
        });
        return await askedAgain(session?.project.db ?? null, () =>
          answer(handlers, name, forCaller(caller), given),
        );
      } catch (thrown) {
        throw storeError(thrown, session?.project.path ?? null);
      }
    },
    subscribe(listener, caller = OWNER) {
      const heard: EventListener = (name, payload) => {
        if (caller.project !== null && caller.project !== session?.project.path) return;
        if (caller.name === null) return listener(name, payload);
        // Those of whoever started Fovea.
        if (name === 'preferences.changed') return;
        const heardBy = session ? session.desks.heard(caller, name, payload) : payload;
        if (heardBy === null) return;
        if (name !== 'project.changed') return listener(name, heardBy);
        listener('project.changed', seenBy(caller, heardBy as EventPayload<'project.changed'>));
      };
      listeners.add(heard);
      return () => void listeners.delete(heard);
    },
    publish,
    async imageFile(imageId) {
      const asked = session;
      if (!asked) return null;
      try {
        return await askedAgain(asked.project.db, () => asked.pictures.find(imageId));
      } catch (thrown) {
        throw storeError(thrown, asked.project.path);
      }
    },
    download: (word) => session?.downloads.find(word) ?? Promise.resolve(null),
    dispose: () =>
      change(async () => {
        closing.abort();
        const last = session;
        session = null;
        await Promise.all([last?.close(), context.modelTasks.stop()]);
        listeners.clear();
      }),
  };
}

/** Whether another file lies where the project was opened, or none. */
function isReplaced(project: Project): boolean {
  try {
    requireSameFiles(project.db);
    return false;
  } catch {
    return true;
  }
}

/** What pages still hold of `before` will be saved in `now`. Throws `conflict` and closes `now` when it is another project. */
function requireSameSamples(before: Session, now: Project): void {
  let same = false;
  try {
    same = sameSamples(before.samples(), now.db);
  } finally {
    if (!same) now.close();
  }
  if (same) return;
  throw new FoveaError(
    'conflict',
    'this is another project now: its samples are not those that were decided on',
    {
      where: now.path,
      next: 'Put back the project that was open, then open it again; what is not saved yet is kept until then',
    },
  );
}

/** @param key what a page shows. Throws `other_project` when that is not what is open: a copy is another one. */
function requireShown(open: Project | null, key: string): void {
  if (open && projectKey({ id: projectId(open.db), path: open.path }) === key) return;
  throw new FoveaError('other_project', 'This page shows another project than the one that is open', {
    where: open?.path ?? null,
    next: 'What is not saved is kept; open the other project again to save it',
  });
}

/** One cast for the whole table: TypeScript cannot see that a name picks input and handler together. */
function answer<N extends ProcedureName>(
  table: Handlers,
  name: N,
  context: HandlerContext,
  input: unknown,
): Promise<ProcedureOutput<N>> | ProcedureOutput<N> {
  const handler = table[name] as (
    context: HandlerContext,
    input: unknown,
  ) => Promise<ProcedureOutput<N>> | ProcedureOutput<N>;
  return handler(context, input);
}
