/** `fovea import --from`: the decisions of another project on the same data. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { counted } from '../../../../src-shared/contract/counts.ts';
import type { MergeReport } from '../../../../src-shared/contract/procedures.ts';
import { reasonLines } from '../../../../src-shared/contract/reasons.ts';
import { mergeProject } from '../../../jobs/merge/merge.ts';
import { backUpDaily } from '../../../store/backup/backup.ts';
import { withProject } from '../../projects.ts';
import type { CommandContext } from '../frame/command.ts';
import { exitOfBatch, type ExitCode } from '../frame/exit.ts';

/** Conflicts that are printed; `--json` has more. */
const PRINTED = 20;

export interface FromOptions {
  readonly from?: string;
  /** An option of the command itself. */
  readonly dryRun?: boolean;
}

export function addFromOptions(command: Command): void {
  command.option(
    '--from <project>',
    'decisions, notes, flags and tags of another Fovea project on the same data; --dry-run says what would be brought in',
  );
}

export async function importFrom(
  { output, signal, stderr }: CommandContext,
  path: string,
  { from, dryRun = false }: FromOptions,
): Promise<ExitCode> {
  const report = await withProject(
    path,
    async (project) => {
      if (!dryRun) {
        const copy = await backUpDaily(project.db, project.path);
        if (copy && 'leftOut' in copy) stderr.write(`No copy of the project was made: ${copy.leftOut}\n`);
      }
      return mergeProject(project, { from: from!, dryRun, signal });
    },
    { writes: !dryRun },
  );
  for (const line of reasonLines(from!, report.reasons, 'sample')) output.note(line);
  for (const line of conflictLines(report)) output.note(line);
  const { decisions, matched, conflicting, already, agreed } = report;
  const verb = dryRun ? 'Would bring in' : 'Brought in';
  output.result(
    { ...report, project: resolve(path) },
    `${verb} ${counted(decisions, 'decision')} on ${counted(matched + report.added, 'sample')} of ${report.other} (${already} there already, ${agreed} decided the same, ${counted(conflicting, 'conflict')} left as they are here)`,
  );
  return exitOfBatch(conflicting + report.left);
}

function* conflictLines({ conflicts, conflicting }: MergeReport): Generator<string> {
  for (const { id, here, there } of conflicts.slice(0, PRINTED)) {
    yield `${id}: ${here.decision} here (${here.reviewer}, ${here.at}), ${there.decision} there (${there.reviewer}, ${there.at})`;
  }
  if (conflicting > PRINTED)
    yield `… and ${counted(conflicting - PRINTED, 'more conflict')}: --json lists them`;
}
