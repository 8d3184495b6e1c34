import { availableMemory } from 'node:process';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { LibraryModel } from '../../../src-shared/contract/models.ts';
import type { Preset } from '../../../src-shared/contract/preset.ts';
import type { ListedModel } from '../../../src-shared/contract/procedures/models.ts';
import { fittingPresets, knownPresets } from '../../jobs/presets.ts';
import { checkModel } from '../../library/check.ts';
import { hubSettings } from '../../library/hub/settings.ts';
import { unfinishedJobs } from '../../store/job.ts';
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
    };
  },

  'models.add': async ({ library, publish }, { path }) => {
    const { model, added } = await library.add(path);
    publish('models.changed', {});
    return { name: model.name, added };
  },

  'models.check': async ({ library, modelTasks, options }, { name, precision }) => {
    await library.get(name);
    return modelTasks.start('check', name, 'files', async (signal, change) => {
      const onStage = (stage: 'files' | 'memory' | 'load'): void => change({ stage });
      await checkModel(library, name, options.engine, { precision, signal, onStage });
    });
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

  'models.remove': async ({ library, publish, current }, { name }) => {
    refuseInUse(current(), (await library.removal(name)).dir);
    const removal = await library.remove(name);
    publish('models.changed', {});
    return removal;
  },
} satisfies Partial<Handlers>;

const jobModelSchema = z.object({ model: z.object({ dir: z.string() }) });

/** @throws FoveaError `conflict` when a job of the open project labels with the model, or is going to */
function refuseInUse(session: Session | null, dir: string): void {
  const jobs = session ? unfinishedJobs(session.project.db) : [];
  if (!jobs.some(({ params }) => jobModelSchema.safeParse(params).data?.model.dir === dir)) return;
  throw new FoveaError('conflict', 'a job is labelling with this model', {
    where: dir,
    next: 'Let it finish or cancel it, then remove the model',
  });
}

function withPresets(model: LibraryModel, presets: readonly Preset[]): ListedModel {
  if (!model.facts) return { ...model, presets: [], preset: null };
  // The demo's preset was made for the demo model; both it and others' models go by what fits best.
  const { able, chosen } = fittingPresets(presets, model.facts);
  return { ...model, presets: able.map(({ id }) => id), preset: chosen?.id ?? null };
}
