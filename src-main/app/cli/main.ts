/** The `fovea` program. */
import { runCli } from './run.ts';
import { stopSignal } from './signals.ts';

const code = await runCli(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: stopSignal(),
});
// A reader that is slow must still get everything; one that has gone (`| head`) is no error.
process.stdout.on('error', () => process.exit(code));
process.stdout.write('', () => process.exit(code));
