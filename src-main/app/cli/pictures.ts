/** `fovea pictures`: whether the pictures' files are there, and the ones that were labelled. */
import { counted } from '../../../src-shared/contract/counts.ts';
import type { PictureCheck } from '../../../src-shared/contract/procedures.ts';
import { checkInThread } from '../../jobs/pictures/in-thread.ts';
import { countMarked } from '../../store/pictures/change.ts';
import { missingByRoot } from '../../store/pictures/version.ts';
import { rootsInUse } from '../../store/pictures/root.ts';
import { withProject } from '../projects.ts';
import type { AddCommand } from './frame/command.ts';
import { EXIT } from './frame/exit.ts';
import { Progress } from '../progress.ts';

export const addPictures: AddCommand = (program, cli) => {
  const command = program
    .command('pictures')
    .description('look whether pictures are missing or were replaced since they were labelled')
    .argument('<project>', 'project folder');
  cli.define(command, async ({ output, stderr, signal }, [path]) =>
    withProject(path, async (project) => {
      const progress = new Progress('Looking at pictures', stderr);
      const report = await checkInThread(project, true, {
        signal,
        onProgress: (done, total) =>
          progress.update({ total, done, failed: 0, rate: null, etaSeconds: null }),
      }).finally(() => progress.end());
      const marked = countMarked(project.db);
      const missing = missingByRoot(project.db);
      const roots = rootsInUse(project.db, project.path).map(({ id, dir, pictures }) => ({
        dir,
        pictures,
        missing: missing.get(id) ?? 0,
      }));
      output.result(
        { ...report, samples: marked, roots },
        [
          `Looked at ${counted(report.looked, 'picture')}`,
          ...roots.map(({ dir, pictures, missing: gone }) =>
            gone === 0
              ? `  ${dir}: all ${pictures} are there`
              : `  ${dir}: ${gone} of ${pictures} are missing; if they were moved: fovea relink ${path} ${dir} NEW`,
          ),
          ...marks(report, marked),
        ].join('\n'),
      );
      return EXIT.done;
    }),
  );
};

function marks(report: PictureCheck, { changed }: { readonly changed: number }): string[] {
  return [
    ...(report.unreadable > 0 ? [`  ${report.unreadable} cannot be read or are no pictures any more`] : []),
    ...(report.takenForSame > 0
      ? [
          `  ${report.takenForSame} were written to since, with as many bytes, before a fingerprint was taken: taken for the same`,
        ]
      : []),
    changed === 0
      ? '  No label is of another picture than the one that is there'
      : `  ${counted(changed, 'sample was', 'samples were')} labelled before their picture changed: exports leave them out. On the page, filter by "Picture changed", then label again, keep the label or reject`,
  ];
}
