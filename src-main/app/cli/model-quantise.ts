/** `fovea model quantise`: the int4 cache of a checkpoint, written ahead of its first use, or deleted. */
import { openModel } from '../../checkpoint/open.ts';
import { removeQuantised } from '../../checkpoint/quantised/index.ts';
import { quantiseWithProgress } from '../quantise-with-progress.ts';
import type { AddCommand } from './command.ts';
import { EXIT } from './exit.ts';
import { MODEL_WORDS, RPN_OPTION, modelFolders, type RpnOptions } from './rpn-option.ts';

interface Options extends RpnOptions {
  readonly remove?: boolean;
}

export const addQuantise: AddCommand = (model, cli) => {
  const command = model
    .command('quantise')
    .description('write the int4 cache of a checkpoint; stopped or killed, the same command goes on')
    .argument('<model>', `${MODEL_WORDS}; it is only read`)
    .option(...RPN_OPTION)
    .option('--remove', 'delete the cache instead');
  cli.define<Options>(command, async ({ output, stderr, signal }, [folder], options) => {
    const folders = await modelFolders(folder, options);
    if (options.remove) {
      const removed = await removeQuantised(await openModel(folders.dir, folders.rpnDir));
      output.result({ removed }, removed ? 'Deleted the quantised cache' : 'There was no quantised cache');
      return EXIT.done;
    }
    const { file, bytes, written, readMB, kept, seconds } = await quantiseWithProgress(
      folders,
      stderr,
      signal,
    );
    const size = `${(bytes / 1e6).toFixed(1)} MB`;
    output.result(
      { file, bytes, written, kept, seconds },
      written
        ? `Quantised ${readMB.toFixed(1)} MB in ${seconds.toFixed(1)} s: ${size} in ${file}`
        : `Already quantised: ${size} in ${file}`,
    );
    return EXIT.done;
  });
};
