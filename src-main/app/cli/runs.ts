/** `fovea runs`: which labelling runs a project has, what their labels are shown on, and the way back from one. */
import { counted } from '../../../src-shared/contract/counts.ts';
import type { RunStanding } from '../../../src-shared/contract/procedures.ts';
import { runStandings } from '../../store/shown/run-list.ts';
import { putBackRun, takeBackRun } from '../../store/shown/run-shown.ts';
import { withProject } from '../projects.ts';
import { type AddCommand } from './frame/command.ts';
import { positiveInteger } from './frame/number-option.ts';
import { EXIT } from './frame/exit.ts';

export const addRuns: AddCommand = (program, cli) => {
  const runs = program.command('runs').description('labelling runs, and the way back from one');
  const list = runs
    .command('list', { isDefault: true })
    .description('the runs of a project, the newest first, and how many samples show their labels')
    .argument('<project>', 'project folder');
  cli.define(list, async ({ output }, [path]) =>
    withProject(path, async ({ db }) => {
      const standings = runStandings(db);
      const value = standings.map(({ run, ...numbers }) => ({
        run: run.id,
        model: run.modelName,
        preset: run.preset.id,
        answers: run.answerMode === 'teacher' ? 'given' : 'self',
        createdAt: run.createdAt,
        ...numbers,
      }));
      output.result({ runs: value }, standings.map(line).join('\n') || 'There are no runs yet');
      return EXIT.done;
    }),
  );
  const takeBack = runs
    .command('take-back')
    .description(
      'undecided samples that show the run show what they showed before; decisions and predictions stay',
    )
    .argument('<project>', 'project folder')
    .argument('<run>', 'its number, as fovea runs lists it');
  cli.define(takeBack, async ({ output }, [path, run]) =>
    withProject(
      path,
      async ({ db }) => {
        const id = positiveInteger('The run')(run);
        const { changed, unlabelled, decided, unknown } = takeBackRun(db, id);
        output.result(
          { run: id, changed, unlabelled, decided, unknown },
          [
            `${counted(changed, 'sample shows what it', 'samples show what they')} showed before run ${id}, ${unlabelled} are without a label again`,
            ...(decided > 0 ? [`  ${decided} were decided on its label and keep it`] : []),
            ...(unknown > 0 ? [`  ${unknown} keep it: what they showed before is not known`] : []),
            `  The way back: fovea runs put-back ${path} ${id}`,
          ].join('\n'),
        );
        return EXIT.done;
      },
      { writes: true },
    ),
  );
  const putBack = runs
    .command('put-back')
    .description('undo take-back: samples that nobody decided or relabelled since show the run again')
    .argument('<project>', 'project folder')
    .argument('<run>', 'its number, as fovea runs lists it');
  cli.define(putBack, async ({ output }, [path, run]) =>
    withProject(
      path,
      async ({ db }) => {
        const id = positiveInteger('The run')(run);
        const { changed, decided: left } = putBackRun(db, id);
        const others =
          left > 0 ? `; ${left} were decided or labelled otherwise since and stay as they are` : '';
        output.result(
          { run: id, changed, left },
          `${counted(changed, 'sample shows', 'samples show')} run ${id} again${others}`,
        );
        return EXIT.done;
      },
      { writes: true },
    ),
  );
};

function line({
  run,
  active,
  shown,
  decided,
  canTakeBack,
  takenBack,
  unfinished,
  working,
}: RunStanding): string {
  const more = [
    ...(active ? ['labelling goes on with it'] : []),
    ...(working ? ['a job is under way'] : []),
    ...(unfinished ? [`stopped with ${unfinished.left} left`] : []),
    ...(canTakeBack > 0 ? [`${canTakeBack} can be taken back`] : []),
    ...(takenBack > 0 ? [`taken back from ${takenBack}`] : []),
  ];
  const answers = run.answerMode === 'teacher' ? ', given answers' : '';
  return `run ${run.id}: ${run.modelName}, preset ${run.preset.id}${answers}: shown on ${shown} samples, ${decided} of them decided${
    more.length > 0 ? ` (${more.join('; ')})` : ''
  }`;
}
