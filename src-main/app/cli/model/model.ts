/** `fovea model`: which models there are, what a checkpoint is, and what comes out of it. */
import type { AddCommand } from '../frame/command.ts';
import { addAdd } from './add.ts';
import { addCheck } from './check.ts';
import { addDownload } from './download.ts';
import { addList } from './list.ts';
import { addProbe } from './probe.ts';
import { addQuantise } from './quantise.ts';
import { addRemove } from './remove.ts';

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
