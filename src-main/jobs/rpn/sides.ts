/** What a person names as one side of a comparison, and the run whose predictions speak for it. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { ComparableSide } from '../../../src-shared/contract/procedures.ts';
import type { Compared, RpnVersion } from '../../../src-shared/contract/training.ts';
import { branchFactsOf } from '../../checkpoint/reader/prompts.ts';
import type { Project } from '../../store/file/project.ts';
import type { ModelRun } from '../../store/runs/model-runs.ts';
import { getRun } from '../../store/runs/run.ts';
import { countLabels } from '../../store/shown/run-list.ts';
import { listRpns, rpnCalled } from '../../store/training/rpn.ts';
import { type BaseModel, baseOfProject, requireOfBase, runsOfVersion } from './base.ts';

/**
 * @param base null: no side is an RPN
 * @param named each a version's number or name, `own`, `run:` and a run's number (the map that made its labels), or `teacher` (that of
 *   the other side's run)
 * @throws FoveaError `not_found` for no such version, `bad_input` for one without predictions, one of another base model, or two that
 *   are the same
 */
export async function sidesOf(
  project: Project,
  base: BaseModel | null,
  named: readonly [a: string, b: string],
): Promise<readonly [a: Compared, b: Compared]> {
  const [a, b] = named;
  if (a === 'teacher' && b === 'teacher') throw same();
  // A name that is nobody's is the fault, not what the other side lacks.
  for (const name of named)
    if (name !== 'own' && name !== 'teacher' && !isRunSide(name)) rpnCalled(project.db, name);
  const side = (name: string): Promise<Compared> | Compared | null =>
    name === 'teacher' ? null : isRunSide(name) ? runSide(project, name) : rpnSide(project, base, name);
  const left = await side(a);
  const right = await side(b);
  const teacher = { kind: 'teacher', rpnId: null, name: 'teacher' } as const;
  if (left && right) {
    if (left.runId === right.runId && (left.kind === 'run') === (right.kind === 'run')) throw same();
    return [left, right];
  }
  if ((left ?? right)!.kind === 'run') throw same();
  const { runId } = (left ?? right)!;
  return [left ?? { ...teacher, runId }, right ?? { ...teacher, runId }];
}

/**
 * What of the project's versions, and the RPN that the model brings itself, can be a side, with how many samples each predicted.
 * @throws FoveaError as `baseOfProject`
 */
export async function comparableSides(project: Project): Promise<ComparableSide[]> {
  const { db } = project;
  const base = await baseOfProject(project);
  const { rpn } = await branchFactsOf(base);
  const found: ComparableSide[] = [];
  const own = speaker(await runsOfVersion(project, base, null));
  if (rpn !== null) found.push({ side: 'own', name: 'own', ...own });
  for (const version of listRpns(db)) {
    if (version.source === 'model' || version.baseFingerprint !== base.fingerprint) continue;
    // One whose folder is gone has predictions of nobody's.
    const runs = await runsOfVersion(project, base, version).catch(() => []);
    found.push({ side: version.id, name: version.name, ...speaker(runs) });
  }
  return found;
}

/** The run that speaks for a model. One that was made anew for pictures that were replaced has few: the newest of those that have most. */
function speaker(runs: readonly ModelRun[]): Pick<ComparableSide, 'predicted' | 'runId'> {
  const most = Math.max(0, ...runs.map(({ predictions }) => predictions));
  const run = runs.find(({ predictions }) => predictions > 0 && predictions === most);
  return { predicted: most, runId: run?.id ?? null };
}

/** Whether a side is named as a run is, `run:3`. */
export function isRunSide(named: string): boolean {
  return RUN_SIDE.test(named);
}

const RUN_SIDE = /^run:(\d{1,15})$/;

function runSide({ db, path }: Project, named: string): Compared {
  const runId = Number(RUN_SIDE.exec(named)![1]);
  getRun(db, runId);
  if (countLabels(db, runId) === 0) {
    throw new FoveaError('bad_input', `no sample was labelled with run ${runId}`, {
      where: path,
      next: 'Continue the run, or compare with another one',
    });
  }
  return { kind: 'run', rpnId: null, name: `run ${runId}`, runId };
}

async function rpnSide(project: Project, base: BaseModel | null, named: string): Promise<Compared> {
  base ??= await baseOfProject(project);
  const version: RpnVersion | null = named === 'own' ? null : rpnCalled(project.db, named);
  if (version) requireOfBase(version, base);
  const { runId } = speaker(await runsOfVersion(project, base, version));
  const name = version?.name ?? 'own';
  if (runId === null) {
    throw new FoveaError(
      'bad_input',
      version
        ? `no sample was predicted with RPN version ${name} yet`
        : 'no sample was labelled with the model as it is',
      {
        where: project.path,
        next: version
          ? `Predict first: fovea rpn predict ${project.path} --rpn ${version.id}`
          : `Label first: fovea label ${project.path} --model ${base.dir}`,
      },
    );
  }
  return { kind: version ? 'version' : 'own', rpnId: version?.id ?? null, name, runId };
}

function same(): FoveaError {
  return new FoveaError('bad_input', 'both sides of the comparison are the same', {
    next: 'Name two versions, a version and own or teacher, or two runs (run:1 run:2)',
  });
}
