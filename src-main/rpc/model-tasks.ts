/**
 * Checks and downloads that run while people do other things: each is told to every page, can be stopped, and stays on
 * the list for a while after its end, so that a page that was closed meanwhile still learns how it went.
 */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { ModelTask } from '../../src-shared/contract/models.ts';
import type { Publish } from './session.ts';
import { throttle, type Throttle } from './throttle.ts';

/** At most five progress events a second. */
const EVENT_MS = 200;
/** Finished tasks that are remembered. */
const KEPT = 20;

const BLANK = {
  doneBytes: 0,
  totalBytes: null,
  rate: null,
  etaSeconds: null,
  tower: null,
  chosen: null,
  check: null,
  error: null,
} as const;

export type TaskChange = Partial<Omit<ModelTask, 'id' | 'kind' | 'state' | 'error'>>;

export interface ModelTasks {
  /** What runs, and what ended lately, newest first. */
  list(): ModelTask[];
  /**
   * Begins a task. `work` says by `change` how far it is; what it throws becomes the task's error.
   * @throws FoveaError `conflict` when one of this kind runs for `name` already
   */
  start(
    kind: ModelTask['kind'],
    name: string,
    stage: ModelTask['stage'],
    work: (signal: AbortSignal, change: (change: TaskChange) => void) => Promise<void>,
    precision?: ModelTask['precision'],
  ): ModelTask;
  /** Does nothing when it is over. @throws FoveaError `not_found` */
  cancel(id: number): void;
  /** Stops everything and waits for it. */
  stop(): Promise<void>;
}

interface Running {
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

export function startModelTasks(publish: Publish): ModelTasks {
  const running = new Map<number, Running>();
  const events = new Map<number, Throttle<ModelTask>>();
  let tasks: readonly ModelTask[] = [];
  let lastId = 0;

  const set = (id: number, change: Partial<ModelTask>, now = false): void => {
    tasks = tasks.map((task) => (task.id === id ? { ...task, ...change } : task));
    const task = tasks.find((known) => known.id === id);
    if (task) events.get(id)?.push(task, now);
  };
  const end = (id: number, change: Partial<ModelTask>): void => {
    set(id, { ...change, rate: null, etaSeconds: null }, true);
    events.get(id)?.stop();
    events.delete(id);
    running.delete(id);
    const over = tasks.filter((task) => task.state !== 'running').slice(KEPT);
    tasks = tasks.filter((task) => !over.includes(task));
    publish('models.changed', {});
  };

  return {
    list: () => [...tasks],
    start(kind, name, stage, work, precision = null) {
      if (tasks.some((task) => task.state === 'running' && task.kind === kind && task.name === name)) {
        const doing = kind === 'check' ? 'checked' : 'downloaded';
        throw new FoveaError('conflict', `${name} is being ${doing} already`, {
          next: 'Wait, or cancel it first',
        });
      }
      const id = ++lastId;
      const task: ModelTask = { ...BLANK, id, kind, name, stage, state: 'running', precision };
      tasks = [task, ...tasks];
      events.set(
        id,
        throttle<ModelTask>(EVENT_MS, (now) => publish('models.task', now)),
      );
      const controller = new AbortController();
      const ended = work(controller.signal, (change) => set(id, change)).then(
        () => end(id, { state: 'done' }),
        (thrown: unknown) => {
          const error = FoveaError.from(thrown);
          const state = error.code === 'cancelled' ? 'cancelled' : 'failed';
          end(id, { state, error: error.toWire() });
        },
      );
      running.set(id, { controller, ended });
      return task;
    },
    cancel(id) {
      if (!tasks.some((task) => task.id === id)) {
        throw new FoveaError('not_found', `there is no task ${id}`, { next: 'Reload the page' });
      }
      running.get(id)?.controller.abort();
    },
    async stop() {
      for (const { controller } of running.values()) controller.abort();
      await Promise.all([...running.values()].map(({ ended }) => ended));
    },
  };
}
