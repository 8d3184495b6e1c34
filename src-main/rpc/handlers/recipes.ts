import { knownPresets, ownPresets, presetShelf } from '../../jobs/presets/presets.ts';
import { previewChunk } from '../../jobs/relabel/preview.ts';
import { spreadOfRun } from '../../jobs/relabel/spread.ts';
import { targetPreset } from '../../jobs/relabel/target.ts';
import { addRelabelJob } from '../../jobs/relabel/relabel.ts';
import { removePreset, requireUnused, savePreset } from '../../jobs/presets/save-preset.ts';
import { getJob } from '../../store/jobs/job.ts';
import type { Handlers } from './context.ts';

export const recipeHandlers = {
  'presets.save': ({ options }, { preset, replace }) => savePreset(options.resources, preset, replace),

  'presets.own': ({ options }) => ownPresets(options.resources),

  'presets.broken': async ({ options }) => [...(await presetShelf(options.resources)).broken],

  'presets.remove': ({ options, current }, { id }) => {
    const open = current();
    if (open) requireUnused(open.project.db, id);
    return removePreset(options.resources, id);
  },

  'recipes.preview': ({ session }, { runId, labels, roi, filter, after }) =>
    previewChunk(session().project.db, { runId, thresholds: { labels, roi }, filter, after }),

  'recipes.spread': ({ session }, { runId, labels }) => spreadOfRun(session().project.db, runId, labels),

  'recipes.apply': async ({ session, options }, { runId, labels, roi, filter, answerAgain }) => {
    const { project, queue, jobChanged } = session();
    const saved = await knownPresets(options.resources);
    const preset = targetPreset(project.db, runId, { labels, roi }, saved);
    const added = addRelabelJob(project, { fromRunId: runId, preset, filter, answerAgain });
    queue.wake();
    const job = getJob(project.db, added.jobId);
    jobChanged(job);
    return { job, runId: added.runId, presetName: preset.name };
  },
} satisfies Partial<Handlers>;
