/**
 * Where a command's words go. stdout is its result: text for people, or with `--json` one JSON value and nothing else,
 * whatever happens. Progress, notes and errors go to stderr.
 */
import type { Writable } from 'node:stream';
import type { FoveaError } from '../../../../src-shared/contract/errors.ts';

export class Output {
  readonly json: boolean;
  readonly #stdout: Writable;
  readonly #stderr: Writable;

  constructor(json: boolean, stdout: Writable, stderr: Writable) {
    this.json = json;
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  /** The result: `value` with `--json`, else `text`, a line or more. */
  result(value: unknown, text: string): void {
    this.#stdout.write(`${this.json ? JSON.stringify(value) : text}\n`);
  }

  /** A note for people while the command runs. */
  note(line: string): void {
    this.#stderr.write(`${line}\n`);
  }

  /** The one line of a failure; with `--json` also `{"error":{code,message,where,next}}` on stdout. */
  error(error: FoveaError): void {
    this.#stderr.write(`fovea: ${error.toLine()}\n`);
    if (this.json) this.#stdout.write(`${JSON.stringify({ error: error.toWire() })}\n`);
  }
}
