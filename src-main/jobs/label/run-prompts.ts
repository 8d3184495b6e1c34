/**
 * Whether what a project shows was made with the prompt its model is asked with today, and the label job that makes it
 * anew. Decisions are not touched: they are revisions of their own, and the new run's predictions stand beside them.
 */
import type { RunPrompts } from '../../../src-shared/contract/prompts.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { promptOf } from '../../checkpoint/reader/prompts.ts';
import type { Project } from '../../store/file/project.ts';
import { type PromptedRun, promptedRuns } from '../../store/runs/prompt.ts';
import { activeRunId } from '../../store/runs/run.ts';
import type { LabelJobParams } from './run.ts';
import { isModelOf } from '../asking/model-fingerprint.ts';

/** Every run of the project, by its prompt. Reads the small files of the models' folders. */
export async function runPrompts(project: Project): Promise<RunPrompts> {
  const states: RunPrompts = [];
  for (const run of promptedRuns(project.db)) {
    if (run.imported) continue;
    const { id: runId, shown, decided, prompt } = run;
    states.push({ runId, kind: prompt?.kind ?? null, state: await stateOf(run), shown, decided });
  }
  return states;
}

async function stateOf({ model, preset, prompt }: PromptedRun): Promise<RunPrompts[number]['state']> {
  try {
    const present = await promptOf(model, preset.teacher?.prompt ?? null);
    if (prompt) return present.identity.sha256 === prompt.sha256 ? 'same' : 'other';
    // What an older version asked follows from the folder, if that is still the one it asked.
    if (!(await isModelOf(model, model))) return 'unrecorded';
    return present.asBefore ? 'same' : 'other';
  } catch (thrown) {
    // A folder that is gone or damaged says so where it is used.
    if (!(thrown instanceof FoveaError)) throw thrown;
    return prompt ? 'unchecked' : 'unrecorded';
  }
}

/**
 * The job that labels a scope (null: the whole project) as the run did, with today's prompt. @throws FoveaError `not_found` without
 * such a run
 */
export function labelAnewParams(
  project: Project,
  runId: number,
  scope: LabelJobParams['scope'] = null,
  keepFeatures?: LabelJobParams['keepFeatures'],
): LabelJobParams {
  const run = promptedRuns(project.db).find(({ id }) => id === runId);
  if (!run) {
    throw new FoveaError('not_found', `there is no run ${runId}`, { next: 'List the runs of the project' });
  }
  if (run.imported) {
    throw new FoveaError('bad_input', `the labels of run ${runId} came with an import: no model made them`, {
      where: run.model.dir,
      next: 'Choose a model to label with',
    });
  }
  const { fingerprint: _, precision, ...folders } = run.model;
  return {
    model: { ...folders, device: 'auto', ...(precision === 'as-stored' ? {} : { precision }) },
    preset: run.preset,
    answerMode: run.answerMode,
    limit: null,
    scope,
    ...(keepFeatures ? { keepFeatures } : {}),
  };
}

/** The active run when it was made with another prompt than its model is asked with today. */
export async function runOfAnotherPrompt(
  project: Project,
): Promise<{ readonly runId: number; readonly dir: string } | null> {
  const active = activeRunId(project.db);
  const run = promptedRuns(project.db).find(({ id }) => id === active);
  return run && !run.imported && (await stateOf(run)) === 'other'
    ? { runId: run.id, dir: run.model.dir }
    : null;
}
