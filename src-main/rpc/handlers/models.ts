import { availableMemory } from 'node:process';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { LibraryModel } from '../../../src-shared/contract/models.ts';
import type { Preset } from '../../../src-shared/contract/preset.ts';
import type { ListedModel } from '../../../src-shared/contract/procedures/models.ts';
import { fittingPresets, knownPresets } from '../../jobs/presets/presets.ts';
import { checkModel } from '../../library/check.ts';
import { hubSettings } from '../../library/hub/settings.ts';
import { unfinishedJobs } from '../../store/jobs/job.ts';
import type { ModelTasks, TaskChange } from '../model-tasks.ts';
import type { Session } from '../session.ts';
import type { Handlers } from './context.ts';

export const modelHandlers = {
  'models.list': async ({ library, modelTasks, options }) => {
    const presets = await knownPresets(options.resources);
    const models = await library.list();
    return {
      models: models.map((model) => withPresets(model, presets)),
      tasks: modelTasks.list(),
      availableBytes: availableMemory(),
      downloadsDir: library.places.models,
      endpoint: hubSettings().endpoint,
      addable: (await library.addable()).map(({ repo }) => repo),
      broken: await library.broken(),
    };
  },

  'models.add': async ({ library, publish }, { path }) => {
    const { model, added } = await library.add(path);
    publish('models.changed', {});
    return { name: model.name, added };
  },

  'models.check': async ({ library, modelTasks, options }, { name, precision }) => {
    await library.get(name);
    const work = async (signal: AbortSignal, change: (change: TaskChange) => void): Promise<void> => {
      const check = await checkModel(library, name, options.engine, {
        precision,
        signal,
        onStage: (stage) => change({ stage }),
        onChosen: (chosen, why) => change({ precision: chosen, chosen: why }),
        onQuantise: change,
      });
      change({ check });
    };
    return modelTasks.start('check', name, 'files', work, precision);
  },

  'models.download': ({ library, modelTasks, publish }, { repo, revision }) =>
    modelTasks.start(
      'download',
      revision === 'main' ? repo : `${repo}@${revision}`,
      'list',
      async (signal, change) => {
        await library.download({
          repo,
          revision,
          signal,
          onEntry: () => publish('models.changed', {}),
          onProgress: ({ stage, doneBytes, totalBytes, rate, etaSeconds, tower = null }) =>
            change({ stage, doneBytes, totalBytes, rate, etaSeconds, tower }),
        });
      },
    ),

  'models.cancel': ({ modelTasks }, { id }) => {
    modelTasks.cancel(id);
    return {};
  },

  'models.removal': ({ library }, { name }) => library.removal(name),

  'models.remove': async ({ library, modelTasks, publish, current }, { name }) => {
    const { dir, neededBy } = await library.removal(name);
    const needed = await Promise.all(neededBy.map((other) => library.get(other)));
    refuseInUse(current(), [dir, ...needed.map((model) => model.dir)]);
    refuseBusy(modelTasks, [name, ...neededBy]);
    const removal = await library.remove(name);
    publish('models.changed', {});
    return removal;
  },
} satisfies Partial<Handlers>;

const folder = z.string().optional();
const jobModelSchema = z.object({
  model: z.object({ dir: z.string(), rpnDir: folder, adapterDir: folder }),
});

/**
 * @param dirs the folder, and those of models that need it
 * @throws FoveaError `conflict` when a job of the open project labels with one of them, or is going to
 */
function refuseInUse(session: Session | null, dirs: readonly string[]): void {
  const jobs = session ? unfinishedJobs(session.project.db) : [];
  const uses = ({ params }: { readonly params: unknown }): boolean => {
    const { dir, rpnDir, adapterDir } = jobModelSchema.safeParse(params).data?.model ?? {};
    return dirs.some((used) => [dir, rpnDir, adapterDir].includes(used));
  };
  if (!jobs.some(uses)) return;
  throw new FoveaError('conflict', 'a job is labelling with this model', {
    where: dirs[0] ?? '',
    next: 'Let it finish or cancel it, then remove the model',
  });
}

/** @throws FoveaError `conflict` while one of these models is being loaded to check it */
function refuseBusy(tasks: ModelTasks, names: readonly string[]): void {
  const checking = tasks
    .list()
    .find(({ kind, name, state }) => kind === 'check' && state === 'running' && names.includes(name));
  if (!checking) return;
  throw new FoveaError('conflict', `${checking.name} is being checked`, {
    next: 'Let the check finish or cancel it, then remove the model',
  });
}

function withPresets(model: LibraryModel, presets: readonly Preset[]): ListedModel {
  if (!model.facts) return { ...model, presets: [], preset: null };
  // The demo's preset was made for the demo model; both it and others' models go by what fits best.
  const { able, chosen } = fittingPresets(presets, model.facts);
  return { ...model, presets: able.map(({ id }) => id), preset: chosen?.id ?? null };
}
