/** Runs command lines in this process and catches what they write. */
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runCli } from '../../../src-main/app/cli/run.ts';

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `fovea ...args`. @param isTTY whether a person types `stdin` at a terminal */
export async function fovea(args: readonly string[], stdin = '', isTTY = false): Promise<CliResult> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const said = Promise.all([text(stdout), text(stderr)]);
  const code = await runCli(args, {
    stdin: Object.assign(Readable.from([stdin]), { isTTY }),
    stdout,
    stderr,
    signal: new AbortController().signal,
  });
  stdout.end();
  stderr.end();
  const [out, err] = await said;
  return { code, stdout: out, stderr: err };
}

/** The same with `--json`: stdout must be one JSON value and nothing else. */
export async function foveaJson(args: readonly string[]): Promise<CliResult & { readonly json: unknown }> {
  const result = await fovea([...args, '--json']);
  return { ...result, json: JSON.parse(result.stdout) };
}
