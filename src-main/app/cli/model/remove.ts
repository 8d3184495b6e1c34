/** `fovea model remove`: forgets a model; of the disk it takes only what Fovea itself put there. */
import { counted } from '../../../../src-shared/contract/counts.ts';
import { openLibrary } from '../../library.ts';
import type { AddCommand } from '../frame/command.ts';
import { EXIT } from '../frame/exit.ts';
import { size } from './words.ts';

interface Options {
  readonly dryRun?: boolean;
}

export const addRemove: AddCommand = (model, cli) => {
  const command = model
    .command('remove')
    .description('forget a model; files are deleted only of downloads that Fovea made')
    .argument('<name>', 'a name of fovea model list')
    .option('--dry-run', 'say what would be deleted, and delete nothing');
  cli.define<Options>(command, async ({ output }, [name], { dryRun = false }) => {
    const library = openLibrary();
    const removal = await (dryRun ? library.removal(name) : library.remove(name));
    const { kind, dir, files, bytes } = removal;
    const done = dryRun ? 'Would forget' : 'Forgot';
    const deleted = `${dryRun ? 'would delete' : 'deleted'} ${counted(files.length, 'file')}, ${size(bytes)}, in ${dir}`;
    output.result(
      { ...removal, removed: !dryRun },
      kind === 'folder' ? `${done} ${name}; its files stay in ${dir}` : `${done} ${name}; ${deleted}`,
    );
    return EXIT.done;
  });
};
