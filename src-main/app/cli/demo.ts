/** `fovea demo`: the demo project, labelled and ready to be reviewed. */
import { resolve } from 'node:path';
import { ensureDemo } from '../demo.ts';
import type { AddCommand } from './frame/command.ts';
import { exitOfBatch } from './frame/exit.ts';

export const addDemo: AddCommand = (program, cli) => {
  const command = program
    .command('demo')
    .description('make the demo project and label it')
    .argument('<dir>', 'a new or empty folder, or an earlier demo project');
  cli.define(command, async ({ output, stderr, signal }, [dir]) => {
    const { samples, labelled } = await ensureDemo(dir, stderr, signal);
    const done = labelled?.done ?? 0;
    const failed = labelled?.failed ?? 0;
    output.result(
      {
        done,
        failed,
        skipped: samples - done - failed,
        seconds: labelled?.seconds ?? 0,
        project: resolve(dir),
      },
      `The demo project is ready: fovea serve ${dir}`,
    );
    return exitOfBatch(failed);
  });
};
