/** Freezes what an export would write now as a version of the data set, with a card of what it is made of. */
import { basename } from 'node:path';
import type { DatasetCard, DatasetVersion } from '../../../src-shared/contract/datasets.ts';
import type { ExportChoices } from '../../../src-shared/contract/export-formats.ts';
import { isLeft, select } from '../../exporters/select.ts';
import type { ReadableDb } from '../../store/db.ts';
import { addDatasetVersion, type FrozenLine } from '../../store/datasets/version.ts';
import type { Project } from '../../store/file/project.ts';
import { overlaysOfRun } from '../../store/runs/run.ts';
import { pictureOfSample } from '../../store/pictures/image.ts';
import { sampleAgreement } from '../../store/samples/state.ts';
import { splitsOf } from '../export/plan.ts';
import { exportSource } from '../export/source.ts';
import { checkInThread } from '../pictures/in-thread.ts';
import { freeze } from './line.ts';

export interface FreezeWish {
  readonly name: string;
  readonly reviewer: string;
  readonly choices: Pick<ExportChoices, 'scope' | 'splits' | 'includeUnreviewed' | 'licence'>;
  readonly signal?: AbortSignal;
}

/**
 * Takes the hashes of pictures that are not known yet, then freezes in one transaction. Throws as `checkInThread` and
 * {@link addDatasetVersion}; nothing is added then.
 */
export async function freezeVersion(
  project: Project,
  { name, reviewer, choices, signal }: FreezeWish,
): Promise<DatasetVersion> {
  await checkInThread(project, true, { signal });
  const { db } = project;
  const card = emptyCard(choices.licence);
  const pictures = new Set<string>();
  const lines = [...frozenNow(db, project.path, choices, card, pictures)];
  card.pictures = pictures.size;
  return addDatasetVersion(db, { name, card, reviewer }, lines);
}

function* frozenNow(
  db: ReadableDb,
  projectPath: string,
  choices: FreezeWish['choices'],
  card: DatasetCard,
  pictures: Set<string>,
): Generator<FrozenLine> {
  const splits = splitsOf(db, { ...choices, audit: false });
  for (const sample of exportSource(db, projectPath, { scope: choices.scope, splits })) {
    const chosen = select(sample, choices);
    if (isLeft(chosen)) {
      add(card.left, chosen.reason);
      continue;
    }
    card.samples++;
    card.imagesFolder = sample.image.folder;
    pictures.add(sample.image.name);
    add(card.splits, sample.split ?? '');
    add(card.states, sample.state);
    if (sample.review) add(card.reviewers, sample.review.reviewer);
    if (sample.language !== null) add(card.languages, sample.language);
    if (chosen.prediction.dropped) add(card.dropped, chosen.prediction.dropped.rule);
    const agreement = sampleAgreement(db, sample.sampleId);
    if (agreement) card.agreement[agreement]++;
    if (sample.run) countRun(db, card, sample.run);
    const line = JSON.stringify(
      freeze(chosen, pictureOfSample(db, projectPath, sample.sampleId)?.sha256 ?? null),
    );
    yield { sampleId: sample.sampleId, line };
  }
}

function countRun(
  db: ReadableDb,
  card: DatasetCard,
  run: {
    id: number;
    modelName: string;
    modelDir: string;
    preset: { id: string };
    answerMode: 'self' | 'teacher';
  },
): void {
  const known = card.runs.find((one) => one.run === run.id);
  if (known) known.samples++;
  else {
    card.runs.push({
      run: run.id,
      model: run.modelName,
      modelDir: run.modelDir,
      preset: run.preset.id,
      rpn: rpnOf(db, run.id),
      answers: run.answerMode,
      samples: 1,
    });
  }
}

/** The folder of the RPN that was laid over the run's model has its version's name. */
function rpnOf(db: ReadableDb, runId: number): string | null {
  const { rpnDir } = overlaysOfRun(db, runId);
  return rpnDir === undefined ? null : basename(rpnDir);
}

function add(to: Record<string, number>, name: string): void {
  to[name] = (to[name] ?? 0) + 1;
}

function emptyCard(licence: string | null): DatasetCard {
  return {
    samples: 0,
    pictures: 0,
    splits: {},
    states: {},
    reviewers: {},
    languages: {},
    dropped: {},
    agreement: { agree: 0, differ: 0 },
    runs: [],
    imagesFolder: null,
    licence,
    left: {},
  };
}
