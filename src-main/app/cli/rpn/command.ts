/** `fovea rpn`: the versions of the RPN that a project has. */
import type { AddCommand } from '../frame/command.ts';
import { addActivate } from './activate.ts';
import { addCompare } from './compare.ts';
import { addExport } from './export.ts';
import { addImport } from './import.ts';
import { addList } from './list.ts';
import { addPredict } from './predict.ts';

export const addRpn: AddCommand = (program, cli) => {
  const rpn = program.command('rpn').description("versions of the RPN: a project's own, trained or imported");
  addList(rpn, cli);
  addActivate(rpn, cli);
  addCompare(rpn, cli);
  addImport(rpn, cli);
  addExport(rpn, cli);
  addPredict(rpn, cli);
};
