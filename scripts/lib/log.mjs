// Set-up talks on stderr only: stdout belongs to the command that set-up makes possible.

/** One line about what set-up is doing. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Ends the process with one line: what went wrong and what to do. */
export function fail(line) {
  say(`fovea: ${line}`);
  process.exit(1);
}
