// A child that is us: our signals are its signals, its end is our end.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs a command to its end, passing signals on; `onStart` gets its process id. @returns {Promise<{code: number | null, signal: string | null}>} */
export function runChild(command, args, options, onStart = () => {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, options);
    if (child.pid !== undefined) onStart(child.pid);
    const forward = (signal) => child.kill(signal);
    for (const signal of SIGNALS) process.on(signal, forward);
    const watch = watchNpm(() => child.kill('SIGTERM'));
    const done = () => {
      clearInterval(watch);
      for (const signal of SIGNALS) process.removeListener(signal, forward);
    };
    child.on('error', (error) => {
      done();
      reject(error);
    });
    child.on('exit', (code, signal) => {
      done();
      resolve({ code, signal });
    });
  });
}

/** npm that is told to stop takes only the shell between us with it; being handed to another parent is how we notice. */
function watchNpm(onGone) {
  if (!process.env.npm_lifecycle_event) return undefined;
  const parent = process.ppid;
  return setInterval(() => {
    if (process.ppid !== parent) onGone();
  }, 500).unref();
}

/** Ends this process as the child ended. */
export function exitLike({ code, signal }) {
  if (signal === null) process.exit(code ?? 1);
  process.exit(128 + (constants.signals[signal] ?? 0));
}
