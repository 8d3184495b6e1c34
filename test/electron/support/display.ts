/** A display of its own for the windows of a test file: nothing shows up on the desk of whoever runs the tests. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

export interface Display {
  /** What programs find it by, e.g. `:99`. */
  readonly name: string;
  close(): Promise<void>;
}

/** Starts Xvfb on the first free number. @throws Error with its words when it does not start */
export async function openDisplay(): Promise<Display> {
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text));
  const exited = once(child, 'exit');
  const named = once(child.stdio[3] as Readable, 'data').then(([bytes]) => String(bytes).trim());
  const number = await Promise.race([named, exited.then(() => null)]);
  if (number === null) throw new Error(`Xvfb did not start:\n${said}`);
  return {
    name: `:${number}`,
    close: async () => {
      child.kill();
      await exited;
    },
  };
}
