/** `fovea features`: what is kept of the states that RPNs read and of pictures, by model, and how to have the room back. */
import { counted, formatBytes } from '../../../src-shared/contract/counts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { KeptOfModel } from '../../features/inventory.ts';
import { featuresFolder, projectFeatureStore } from '../../jobs/features/project-features.ts';
import { withProject } from '../projects.ts';
import type { AddCommand } from './frame/command.ts';
import { EXIT } from './frame/exit.ts';

interface Options {
  readonly remove?: boolean;
  readonly model?: string;
}

export const addFeatures: AddCommand = (program, cli) => {
  const command = program
    .command('features')
    .description(
      'what fovea label --keep-features and training kept of a project: hidden states that RPNs read and encodings of pictures, made again when they are needed',
    )
    .argument('<project>', 'project folder')
    .option('--remove', 'delete them')
    .option('--model <hash>', 'only those of one model, by the first digits that the list shows');
  cli.define<Options>(command, async ({ output }, [path], { remove = false, model = '' }) =>
    withProject(
      path,
      async (project) => {
        const store = await projectFeatureStore(project);
        const all = await store.byModel();
        const chosen = all.filter((one) => one.model.startsWith(model));
        if (model !== '' && chosen.length === 0) {
          throw new FoveaError('not_found', `no features of a model ${model} are kept`, {
            where: project.path,
            next: `List them: fovea features ${path}`,
          });
        }
        if (remove) for (const one of chosen) await store.remove(one);
        const ofLayers = chosen.filter(({ layer }) => layer !== null);
        const count = ofLayers.reduce((sum, one) => sum + one.count, 0);
        const encodings = chosen
          .filter(({ layer }) => layer === null)
          .reduce((sum, one) => sum + one.count, 0);
        const bytes = chosen.reduce((sum, one) => sum + one.bytes, 0);
        const value = {
          folder: featuresFolder(project),
          count,
          encodings,
          bytes,
          budget_bytes: store.budgetBytes,
          ...(remove ? { removed: true } : {}),
          models: chosen,
        };
        const sum = `${counted(count, 'sample')} and encodings of ${counted(encodings, 'picture')}, ${formatBytes(bytes)}`;
        const lines = remove
          ? [`Deleted the features of ${sum}`]
          : [
              ...chosen.map(line),
              `Features of ${sum} of the ${formatBytes(store.budgetBytes)} they may take, in ${value.folder}`,
            ];
        output.result(value, lines.join('\n'));
        return EXIT.done;
      },
      { writes: remove },
    ),
  );
};

function line({ model, layer, name, count, bytes }: KeptOfModel): string {
  const what =
    layer === null
      ? `encodings of ${counted(count, 'picture')}`
      : `layer ${layer}: ${counted(count, 'sample')}`;
  return `${model.slice(0, 8)} ${name ?? 'a model'}, ${what}, ${formatBytes(bytes)}`;
}
