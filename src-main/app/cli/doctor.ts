/** `fovea doctor`: everything Fovea needs of this machine, tried and not assumed, each with what to do when it fails. */
import type { AddCommand } from './command.ts';
import { runChecks, type CheckResult } from '../doctor/checks.ts';
import { EXIT } from './exit.ts';

export const addDoctor: AddCommand = (program, cli) => {
  const command = program.command('doctor').description('check what Fovea needs of this machine');
  cli.define(command, async ({ output }) => {
    const checks = await runChecks();
    const ok = checks.every(({ status }) => status !== 'failed');
    output.result({ ok, checks }, checks.map(line).join('\n'));
    return ok ? EXIT.done : EXIT.failed;
  });
};

const MARKS = { ok: '✔', missing: '–', failed: '✖' } as const;

function line({ name, status, detail, next }: CheckResult): string {
  return `${MARKS[status]} ${name.padEnd(12)} ${detail}${next === null ? '' : `. ${next}`}`;
}
