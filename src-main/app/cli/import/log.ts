/** `fovea import --log`: the answers of an outside model, out of its log, to samples that are there. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { counted } from '../../../../src-shared/contract/counts.ts';
import { reasonLines } from '../../../../src-shared/contract/reasons.ts';
import { importLog } from '../../../jobs/import/log.ts';
import { withProject } from '../../projects.ts';
import type { CommandContext } from '../frame/command.ts';
import { exitOfBatch, type ExitCode } from '../frame/exit.ts';

export interface LogOptions {
  readonly log?: string;
  readonly model?: string;
  readonly questions?: string;
}

export function addLogOptions(command: Command): void {
  command
    .option(
      '--log <file>',
      "answers of another model: lmms-eval's …_samples_….jsonl (--log_samples); --questions says of which imported file, where several fit",
    )
    .option('--model <name>', 'with --log: what the model is called (default: the folder of the log)');
}

export async function importLogInto(
  { output, signal }: CommandContext,
  path: string,
  { log, model, questions }: LogOptions,
): Promise<ExitCode> {
  const report = await withProject(
    path,
    (project) =>
      importLog(project, {
        logFile: log!,
        questionsFile: questions ?? null,
        model: model ?? null,
        signal,
      }),
    { writes: true },
  );
  const { added, updated, skipped, failed, failures } = report;
  for (const line of reasonLines(log!, failures, 'row')) output.note(line);
  const changed = updated > 0 ? `${counted(updated, 'was', 'were')} changed, ` : '';
  output.result(
    { ...report, project: resolve(path) },
    `Imported ${counted(added, 'answer')} of ${report.model} (${report.task}; ${changed}${counted(skipped, 'was', 'were')} there already, ${failed} not joined)`,
  );
  return exitOfBatch(failed);
}
