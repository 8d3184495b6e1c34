/** `fovea runs`: which labelling runs a project has, what their labels are shown on, the way back from one, its name, and its end. */
import { counted } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { MOST, nameSchema } from '../../../src-shared/contract/limits.ts';
import type { RunRemoval, RunStanding } from '../../../src-shared/contract/procedures.ts';
import { countRunRemoval, removeRun } from '../../jobs/removal/remove-run.ts';
import { renameRun } from '../../store/runs/run.ts';
import { runStandings } from '../../store/shown/run-list.ts';
import { putBackRun, takeBackRun } from '../../store/shown/run-shown.ts';
import { withProject } from '../projects.ts';
import { saysYes } from './frame/agree.ts';
import { type AddCommand, type CommandContext, usageError } from './frame/command.ts';
import { positiveInteger } from './frame/number-option.ts';
import { EXIT } from './frame/exit.ts';
import { Progress } from '../progress.ts';

export const addRuns: AddCommand = (program, cli) => {
  const runs = program
    .command('runs')
    .description('labelling runs, the way back from one, their names, and taking one out');
  const list = runs
    .command('list', { isDefault: true })
    .description('the runs of a project, the newest first, and how many samples show their labels')
    .argument('<project>', 'project folder');
  cli.define(list, async ({ output }, [path]) =>
    withProject(path, async (project) => {
      const standings = runStandings(project);
      const value = standings.map(({ run, ...numbers }) => ({
        run: run.id,
        name: run.name ?? null,
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
  const rename = runs
    .command('rename')
    .description('give a run a name; without one it goes by its model and preset again')
    .argument('<project>', 'project folder')
    .argument('<run>', 'its number, as fovea runs lists it')
    .argument('[name]', `up to ${MOST.runName} characters`);
  cli.define(rename, async ({ output }, [path, run, words]) =>
    withProject(
      path,
      async ({ db }) => {
        const id = positiveInteger('The run')(run);
        const name = words === undefined ? null : nameOf(words);
        renameRun(db, id, name);
        output.result(
          { run: id, name },
          name === null ? `Run ${id} has no name any more` : `Run ${id} is called ${name}`,
        );
        return EXIT.done;
      },
      { writes: true },
    ),
  );
  const remove = runs
    .command('remove')
    .description(
      'take a run out with the labels and maps that only it made; what a person decided on stays; this cannot be undone',
    )
    .argument('<project>', 'project folder')
    .argument('<run>', 'its number, as fovea runs lists it')
    .option('--yes', 'do not ask');
  cli.define<{ readonly yes?: boolean }>(remove, async (context, [path, run], { yes }) =>
    withProject(
      path,
      async (project) => {
        const id = positiveInteger('The run')(run);
        if (yes !== true) await ask(context, id, await countRunRemoval(project, id));
        const progress = new Progress('Removing', context.stderr);
        const report = await removeRun(project, id, {
          signal: context.signal,
          onProgress: (done, total) =>
            progress.update({ total, done, failed: 0, rate: null, etaSeconds: null }),
        }).finally(() => progress.end());
        const stays =
          report.kept > 0
            ? `; ${counted(report.kept, 'label')} that a person decided on stay, and the run with them`
            : '';
        context.output.result(
          { run: id, ...report },
          `Removed ${counted(report.labels, 'label')} of run ${id}${stays}`,
        );
        return EXIT.done;
      },
      { writes: true },
    ),
  );
};

function nameOf(words: string): string {
  const { data, error } = nameSchema(MOST.runName).safeParse(words);
  if (data !== undefined) return data;
  throw usageError(
    `the name ${error.issues[0]?.message ?? 'is none'}`,
    `Give one line of up to ${MOST.runName} characters`,
  );
}

async function ask(
  context: CommandContext,
  id: number,
  { labels, kept, elsewhere, unlabelled }: RunRemoval,
): Promise<void> {
  const what = `${counted(labels, 'label')} of run ${id} would be removed with maps: ${counted(elsewhere, 'undecided sample shows', 'undecided samples show')} another run's label then, ${unlabelled} none; ${counted(kept, 'label')} decided on by a person ${kept === 1 ? 'stays' : 'stay'}`;
  if (!context.stdin.isTTY) {
    throw new FoveaError('bad_input', what, { next: 'Nothing was removed; say --yes to remove them' });
  }
  if (await saysYes(context, `${what}. This cannot be undone. Remove them?`)) return;
  throw new FoveaError('cancelled', 'nothing was removed');
}

function line({
  run,
  active,
  shown,
  decided,
  gated,
  canTakeBack,
  takenBack,
  unfinished,
  working,
}: RunStanding): string {
  const more = [
    ...(active ? ['labelling goes on with it'] : []),
    ...(working ? ['a job is under way'] : []),
    ...(unfinished ? [`stopped with ${unfinished.left} left`] : []),
    ...(gated === null ? [] : [`its gate left out ${counted(gated, 'crop')}`]),
    ...(canTakeBack > 0 ? [`${canTakeBack} can be taken back`] : []),
    ...(takenBack > 0 ? [`taken back from ${takenBack}`] : []),
  ];
  const answers = run.answerMode === 'teacher' ? ', given answers' : '';
  const called = run.name === undefined ? '' : ` “${run.name}”`;
  return `run ${run.id}${called}: ${run.modelName}, preset ${run.preset.id}${answers}: shown on ${shown} samples, ${decided} of them decided${
    more.length > 0 ? ` (${more.join('; ')})` : ''
  }`;
}
