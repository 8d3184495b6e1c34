/** `fovea model quantise`: a cache of a checkpoint's weights, written ahead of its first use, or deleted. */
import { openFolders } from '../../../checkpoint/open.ts';
import type { AnyForm } from '../../../checkpoint/cached.ts';
import { removeCached } from '../../../checkpoint/cached.ts';
import { ALL_FORMS, CACHE_FORMS } from '../../../checkpoint/quantised/index.ts';
import { withEngine } from '../../engine.ts';
import { precisionWithProgress } from '../../precision-with-progress.ts';
import { quantiseWithProgress } from '../../quantise-with-progress.ts';
import { usageError, type AddCommand } from '../frame/command.ts';
import { EXIT } from '../frame/exit.ts';
import {
  ADAPTER_OPTION,
  MODEL_WORDS,
  RPN_OPTION,
  modelFolders,
  type RpnOptions,
} from '../frame/rpn-option.ts';

type AskedForm = (typeof CACHE_FORMS)[number] | 'auto';

interface Options extends RpnOptions {
  readonly precision?: AskedForm;
  readonly remove?: boolean;
}

/** What was done to the weights, by the kind of cache. */
const MADE: Readonly<Record<AnyForm, string>> = {
  int4: 'Quantised',
  int8: 'Quantised',
  'int8-fast': 'Quantised',
  fp16: 'Rounded to float16',
  merged: 'Merged',
  packed: 'Laid out anew, number for number,',
};

export const addQuantise: AddCommand = (model, cli) => {
  const command = model
    .command('quantise')
    .description(
      'write the int4, int8, int8-fast or fp16 cache of a checkpoint, or lay out one that is packed; stopped or killed, the same command goes on',
    )
    .argument('<model>', `${MODEL_WORDS}; it is only read`)
    .option(...RPN_OPTION)
    .option(...ADAPTER_OPTION)
    .option(
      '--precision <which>',
      'int4, int8 or int8-fast, for the CPU, fp16, for graphics cards, or auto: what label --precision auto would use (default: int4, and as stored for packed weights; with --remove: all)',
      formOf,
    )
    .option('--remove', 'delete the cache instead');
  cli.define<Options>(command, async ({ output, stderr, signal }, [folder], options) => {
    const folders = await modelFolders(folder, options);
    const { precision } = options;
    if (options.remove && precision === 'auto') {
      throw usageError(
        '--remove deletes what there is: auto is no cache',
        `One of: ${CACHE_FORMS.join(', ')}`,
      );
    }
    if (options.remove) {
      const forms = precision === undefined || precision === 'auto' ? ALL_FORMS : [precision];
      const checkpoint = await openFolders(folders);
      const removed = await removeCached(checkpoint, undefined, forms);
      output.result({ removed }, removed ? 'Deleted the cache' : 'There was no cache');
      return EXIT.done;
    }
    const { packing } = (await openFolders(folders)).weights;
    const { precision: asked = 'as-stored', chosen = null } = await withEngine((engine) =>
      precisionWithProgress(
        null,
        engine,
        { ...folders, device: 'auto' },
        precision ?? (packing ? 'as-stored' : 'int4'),
        stderr,
        signal,
      ),
    );
    const cache = await quantiseWithProgress({ ...folders, precision: asked }, stderr, signal);
    if (cache === null) {
      const why = packing
        ? 'the packed weights are used where they lie'
        : asked === 'as-stored'
          ? 'the weights are used as they are stored'
          : 'the files hold float16 already';
      output.result(
        { precision: asked, chosen, file: null, bytes: 0, written: false, kept: 0, seconds: 0 },
        `No cache is needed: ${why}`,
      );
      return EXIT.done;
    }
    const { form, file, bytes, written, readMB, kept, seconds } = cache;
    const size = `${(bytes / 1e6).toFixed(1)} MB`;
    const made = MADE[form];
    output.result(
      { precision: asked, chosen, file, bytes, written, kept, seconds },
      written
        ? `${made} ${readMB.toFixed(1)} MB in ${seconds.toFixed(1)} s: ${size} in ${file}`
        : `Already written: ${size} in ${file}`,
    );
    return EXIT.done;
  });
};

function formOf(text: string): AskedForm {
  const forms = [...CACHE_FORMS, 'auto'] as const;
  const found = forms.find((form) => form === text);
  if (found) return found;
  throw usageError(`There is no cache of precision "${text}"`, `One of: ${forms.join(', ')}`);
}
