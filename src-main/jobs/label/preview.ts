/** What a labelling job would do, said before it is begun: samples, whose labels they show now, and how long it takes. */
import { basename } from 'node:path';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type LabelPreview, NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { readPrompts } from '../../checkpoint/prompt-identity.ts';
import { canonicalJson } from '../../store/json.ts';
import {
  countInScope,
  countReady,
  countWithoutAnswer,
  measuredPace,
} from '../../store/predictions/label-scope.ts';
import type { Project } from '../../store/file/project.ts';
import { type MadeRun, madeRuns } from '../../store/runs/prompt.ts';
import type { LabelJobParams } from './run.ts';
import { isModelOf } from '../asking/model-fingerprint.ts';

/** Reads the small files of the model's folder and loads nothing. Throws `not_found` or `io` for the folder. */
export async function labelPreview({ db }: Project, params: LabelJobParams): Promise<LabelPreview> {
  const { model, preset, answerMode } = params;
  const { dir, rpnDir = null, adapterDir = null, precision = 'as-stored' } = model;
  const scope = params.scope ?? { filter: NO_FILTER, ids: null, except: [] };
  const sameModel = await runsOfModel(madeRuns(db), params);
  const samePreset = await runsOfPreset(sameModel, params);
  const { samples, decided, showing } = countInScope(db, scope);
  const ready = countReady(db, scope, samePreset);
  const withoutAnswer = answerMode === 'teacher' ? countWithoutAnswer(db, scope, samePreset) : 0;
  const open = samples - decided - ready - withoutAnswer;
  return {
    preset,
    model: { name: basename(dir), dir, rpnDir, adapterDir, precision },
    chosen: params.chosen ?? null,
    answerMode,
    samples,
    decided,
    ready,
    withoutAnswer,
    toLabel: params.limit === null ? open : Math.min(open, params.limit),
    showing: [...showing],
    replaces: showing
      .filter(({ runId }) => !samePreset.includes(runId))
      .reduce((sum, shown) => sum + shown.samples, 0),
    pace: measuredPace(
      db,
      sameModel.filter((run) => run.answerMode === answerMode).map(({ id }) => id),
    ),
  };
}

/** Runs of the very same model, by content and precision, whatever their preset. */
async function runsOfModel(runs: readonly MadeRun[], { model }: LabelJobParams): Promise<MadeRun[]> {
  const { precision = 'as-stored', ...folders } = model;
  const found: MadeRun[] = [];
  for (const run of runs) {
    if (run.model.precision === precision && (await isModelOf(folders, run.model))) found.push(run);
  }
  return found;
}

/** Those whose labels a job with these parameters would take for its own; their rules are settled when a model is loaded. */
async function runsOfPreset(
  runs: readonly MadeRun[],
  { model, preset, answerMode }: LabelJobParams,
): Promise<number[]> {
  const plain = ({ roi: { rules: _, ...roi }, gate, ...rest }: LabelJobParams['preset']): string => {
    // Where the preset names no gate, the checkpoint's own holds.
    const named = gate && (preset.gate !== undefined || gate.by !== 'trained');
    return canonicalJson({ ...rest, roi, ...(named ? { gate } : {}) });
  };
  const sha256 = await promptOf(model, preset);
  return (
    runs
      // Where only an RPN was asked nobody has answered at its crops: labelling does that, as a run of its own.
      .filter(({ predictedFrom }) => predictedFrom === null)
      .filter((run) => run.answerMode === answerMode && plain(run.preset) === plain(preset))
      .filter(({ prompt }) => prompt === null || prompt.sha256 === sha256)
      .map(({ id }) => id)
  );
}

/** Null where the folder's prompt cannot be read: labelling says why. */
async function promptOf(
  model: LabelJobParams['model'],
  preset: LabelJobParams['preset'],
): Promise<string | null> {
  try {
    return (await readPrompts(model)).identity(preset.teacher?.prompt ?? null).sha256;
  } catch (thrown) {
    if (!(thrown instanceof FoveaError)) throw thrown;
    return null;
  }
}
