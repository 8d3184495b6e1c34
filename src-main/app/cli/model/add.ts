/** `fovea model add`: a folder of the person's own, or a snapshot of their Hugging Face cache, under a name. */
import { openLibrary } from '../../library.ts';
import type { AddCommand } from '../frame/command.ts';
import { EXIT } from '../frame/exit.ts';
import { factsLine } from './words.ts';

interface Options {
  readonly name?: string;
}

export const addAdd: AddCommand = (model, cli) => {
  const command = model
    .command('add')
    .description('check a checkpoint folder and give it a name; it stays where it is and is only read')
    .argument(
      '<folder>',
      'checkpoint folder, a folder of a Hugging Face cache (models--ORG--NAME), or ORG/NAME of one',
    )
    .option('--name <name>', 'what to call it (default: what the folder is called)');
  cli.define<Options>(command, async ({ output }, [folder], { name }) => {
    const { model: found, added } = await openLibrary().add(folder, name ?? null);
    output.result(
      { ...found, added },
      `${added ? 'Added' : 'Already there:'} ${found.name}: ${factsLine(found)}\n  ${found.dir}`,
    );
    return EXIT.done;
  });
};
