/** Hands `fovea roi …` to the plumbing, which reads its own arguments: its output is JSON lines with or without `--json`. */
import type { AddCommand } from '../frame/command.ts';
import { roiCommand } from './roi.ts';

export const addRoi: AddCommand = (program, cli) => {
  program
    // Options after `roi` are its own.
    .enablePositionalOptions()
    .command('roi')
    .description(
      'plumbing: labels or boxes of maps, JSON lines in and out (labels|boxes --variant llava|qwen)',
    )
    .argument('[args...]')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (args: string[]) => {
      const { stdin, stdout, stderr } = cli.environment;
      cli.exitCode = await roiCommand(args, stdin, stdout, stderr);
    });
};
