/**
 * Looks after the pictures of an open project: at all their files now and then, in a thread of its own, so that a folder
 * that was moved and pictures that were replaced are said before somebody decides on them.
 */
import type { PictureState } from '../../src-shared/contract/procedures.ts';
import { checkInThread } from '../jobs/pictures/in-thread.ts';
import { countMarked } from '../store/pictures/change.ts';
import { missingByRoot } from '../store/pictures/version.ts';
import type { Project } from '../store/file/project.ts';
import { rootsInUse } from '../store/pictures/root.ts';
import { throttle } from './throttle.ts';

/** Whoever opens a project looks at it first. */
const FIRST_LOOK_MS = 1500;
const LOOK_AGAIN_MS = 900_000;
const TELL_MS = 500;

export interface PictureCare {
  state(): PictureState;
  /** Looks at all files now; a look that is under way is begun anew after it. */
  check(): void;
  /** Tells what is marked now. */
  changed(): void;
  stop(): void;
}

/** @param run runs a long call that closing stops; @param tell hears of every change */
export function carePictures(
  project: Project,
  run: (body: (signal: AbortSignal) => Promise<void>) => Promise<void>,
  tell: { readonly state: (state: PictureState) => void; readonly samples: () => void },
): PictureCare {
  let checking: PictureState['checking'] = null;
  let again = false;
  const state = (): PictureState => {
    const missing = missingByRoot(project.db);
    return {
      checking,
      roots: rootsInUse(project.db, project.path).map(({ id, dir, pictures }) => ({
        dir,
        pictures,
        missing: missing.get(id) ?? 0,
      })),
      ...countMarked(project.db),
    };
  };
  const marks = (): { readonly all: string; readonly samples: string } => ({
    all: JSON.stringify({ ...state(), checking: null }),
    samples: JSON.stringify(countMarked(project.db)),
  });
  // Clients ask once; after that they are told what is new to them. Whoever found it, lists of samples show it, too.
  let told = marks();
  const events = throttle<null>(TELL_MS, () => {
    const now = marks();
    if (now.all !== told.all) tell.state(state());
    if (now.samples !== told.samples) tell.samples();
    told = now;
  });
  const check = (): void => {
    // What is found could not be noted.
    if (project.readOnly) return;
    if (checking) {
      again = true;
      return;
    }
    checking = { done: 0, total: 0 };
    void run(async (signal) => {
      await checkInThread(project, true, {
        signal,
        onProgress: (done, total) => {
          checking = { done, total };
        },
      });
    })
      // A disk that does not answer or may not be written to: what was known stays, and the next look tries again.
      .catch(() => undefined)
      .then(() => {
        checking = null;
        if (stopped) return;
        events.push(null, true);
        if (again) check();
        again = false;
      });
  };
  let stopped = false;
  const first = setTimeout(check, FIRST_LOOK_MS);
  const timer = setInterval(check, LOOK_AGAIN_MS);
  first.unref();
  timer.unref();
  return {
    state,
    check,
    changed: () => events.push(null),
    stop() {
      stopped = true;
      clearTimeout(first);
      clearInterval(timer);
      events.stop();
    },
  };
}
