/** `fovea jobs pause|resume|cancel|retry|first`: what a person asks of one job; `fovea jobs show`: what it failed on. */
import type { Command } from 'commander';
import type { JobStep } from '../../../src-shared/contract/procedures.ts';
import { jobEntry } from '../../jobs/queue/entries.ts';
import { cancelJob, moveJobFirst, pauseJob, resumeJob, retryJob } from '../../jobs/queue/steer.ts';
import { failuresByReason } from '../../store/jobs/failures.ts';
import type { Project } from '../../store/file/project.ts';
import { withProject } from '../projects.ts';
import { type Cli } from './frame/command.ts';
import { positiveInteger } from './frame/number-option.ts';
import { EXIT } from './frame/exit.ts';
import { failureLines, jobLine } from './job-words.ts';

interface Step {
  readonly description: string;
  /** @returns the job that is spoken of from then on */
  readonly ask: (project: Project, id: number) => number | Promise<number>;
}

const STEPS: Readonly<Record<JobStep, Step>> = {
  pause: {
    description: 'let a job rest until it is resumed; what is done is kept',
    ask(project, id) {
      pauseJob(project, id);
      return id;
    },
  },
  resume: {
    description: 'let a paused job go on, or queue a new one for what a failed or cancelled one left',
    ask: resumeJob,
  },
  cancel: {
    description: 'end a job; what is done is kept',
    async ask(project, id) {
      await cancelJob(project, id);
      return id;
    },
  },
  retry: {
    description: 'queue a job for the samples that failed in one that is over, and for these alone',
    ask: retryJob,
  },
  first: {
    description: 'move a waiting job to the front',
    ask(project, id) {
      moveJobFirst(project, id);
      return id;
    },
  },
};

/** Samples named of each kind of failure. */
const NAMED = 5;
const NAMED_IN_JSON = 200;

/** Adds them to `fovea jobs`. */
export function addJobSteps(jobs: Command, cli: Cli): void {
  const show = jobs.command('show').description('one job, and what it failed on by reason');
  cli.define(withJob(show), async ({ output }, [path, given]) =>
    withProject(path, async ({ db }) => {
      const entry = jobEntry(db, idOf(given));
      const failures = failuresByReason(db, entry.id, NAMED_IN_JSON);
      output.result({ job: entry, failures }, [jobLine(entry), ...failureLines(failures, NAMED)].join('\n'));
      return EXIT.done;
    }),
  );
  for (const [name, { description, ask }] of Object.entries(STEPS)) {
    cli.define(withJob(jobs.command(name).description(description)), async ({ output }, [path, given]) =>
      withProject(
        path,
        async (project) => {
          const entry = jobEntry(project.db, await ask(project, idOf(given)));
          const who =
            entry.turn === null ? [] : [`Its turn comes where the project is open: fovea serve ${path}`];
          output.result({ job: entry }, [jobLine(entry), ...who].join('\n'));
          return EXIT.done;
        },
        { writes: true },
      ),
    );
  }
}

function withJob(command: Command): Command {
  return command
    .argument('<project>', 'project folder')
    .argument('<job>', 'its number, as fovea jobs lists it');
}

const idOf = positiveInteger('The job');
