/** `fovea preset list`: the presets that `--preset` takes, and files in their folders that are none. */
import { presetShelf } from '../../../jobs/presets/presets.ts';
import { appResources } from '../../resources.ts';
import type { AddCommand } from '../frame/command.ts';
import { EXIT } from '../frame/exit.ts';

export const addPreset: AddCommand = (program, cli) => {
  const preset = program.command('preset').description('presets: which heads and thresholds make a label');
  const list = preset
    .command('list')
    .description(
      'the presets that --preset takes, and files in the presets’ folders that cannot be used, with the reason',
    );
  cli.define(list, async ({ output }) => {
    const { presets, broken } = await presetShelf(appResources());
    const lines = presets.map(({ id, name, family }) => `${id} (${family}): ${name}`);
    for (const { file, reason } of broken) output.note(`Broken: ${file}: ${reason}`);
    output.result(
      { presets: presets.map(({ id, name, family }) => ({ id, name, family })), broken },
      lines.join('\n'),
    );
    return EXIT.done;
  });
};
