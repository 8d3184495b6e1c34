/** `fovea proposals`: boxes that others proposed, from a file of lines, beside truth and labels. */
import { resolve } from 'node:path';
import { counted } from '../../../../src-shared/contract/counts.ts';
import { reasonLines } from '../../../../src-shared/contract/reasons.ts';
import { importProposals } from '../../../jobs/proposals/import.ts';
import { Progress } from '../../progress.ts';
import { withProject } from '../../projects.ts';
import type { AddCommand } from '../frame/command.ts';
import { exitOfBatch } from '../frame/exit.ts';

export const addProposals: AddCommand = (program, cli) => {
  const command = program
    .command('proposals')
    .description(
      'import boxes that others proposed for samples; a source\u2019s file takes the place of what it said before',
    )
    .argument('<project>', 'project folder')
    .argument(
      '<file>',
      'lines of {"sample" (the data\u2019s id) or "fovea" (its number here),"boxes":[[x0,y0,x1,y1]] in pixels,"scores"?,"source"}',
    );
  cli.define<object>(command, async ({ output, stderr, signal }, [path, file]) => {
    const progress = new Progress('Importing', stderr);
    const report = await withProject(
      path,
      (project) =>
        importProposals(project, {
          file: resolve(file),
          signal,
          onProgress: (done) =>
            progress.update({ total: null, done, failed: 0, rate: null, etaSeconds: null }),
        }),
      { writes: true },
    ).finally(() => progress.end());
    for (const line of reasonLines(file, report.failures, 'row')) output.note(line);
    for (const line of reasonLines(file, report.notes, 'row')) output.note(line);
    const said = report.sources.map(
      ({ name, samples, boxes }) =>
        `${counted(boxes, 'box', 'boxes')} of ${name} for ${counted(samples, 'sample')}`,
    );
    output.result(
      { ...report, done: report.sources.reduce((sum, { samples }) => sum + samples, 0) },
      `Imported ${said.join(', ')} (${report.failed} failed) in ${report.seconds.toFixed(1)} s`,
    );
    return exitOfBatch(report.failed);
  });
};
