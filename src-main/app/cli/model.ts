/** `fovea model`: what a checkpoint folder is, and what comes out of it. */
import type { AddCommand } from './command.ts';
import { addCheck } from './model-check.ts';
import { addProbe } from './model-probe.ts';
import { addQuantise } from './model-quantise.ts';

export const addModel: AddCommand = (program, cli) => {
  const model = program.command('model').description('checkpoints');
  addCheck(model, cli);
  addProbe(model, cli);
  addQuantise(model, cli);
};
