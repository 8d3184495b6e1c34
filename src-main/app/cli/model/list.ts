/** `fovea model list`: the models that have a name. */
import { openLibrary } from '../../library.ts';
import type { AddCommand } from '../frame/command.ts';
import { EXIT } from '../frame/exit.ts';
import { factsLine } from './words.ts';

export const addList: AddCommand = (model, cli) => {
  const command = model
    .command('list')
    .description('the models that can be given by name, with what their files say of them');
  cli.define(command, async ({ output }) => {
    const library = openLibrary();
    const [models, broken] = [await library.list(), await library.broken()];
    const lines = models.flatMap((each) => [
      `${each.name} (${each.kind}): ${factsLine(each)}`,
      `  ${each.dir}`,
    ]);
    for (const reason of broken) output.note(`Left out: ${reason}`);
    output.result({ models, broken }, lines.join('\n'));
    return EXIT.done;
  });
};
