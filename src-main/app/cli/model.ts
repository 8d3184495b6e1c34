/** `fovea model`: which models there are, what a checkpoint is, and what comes out of it. */
import type { AddCommand } from './command.ts';
import { addAdd } from './model-add.ts';
import { addCheck } from './model-check.ts';
import { addDownload } from './model-download.ts';
import { addList } from './model-list.ts';
import { addProbe } from './model-probe.ts';
import { addQuantise } from './model-quantise.ts';
import { addRemove } from './model-remove.ts';

export const addModel: AddCommand = (program, cli) => {
  const model = program.command('model').description('checkpoints and their names');
  addList(model, cli);
  addAdd(model, cli);
  addDownload(model, cli);
  addRemove(model, cli);
  addCheck(model, cli);
  addProbe(model, cli);
  addQuantise(model, cli);
};
