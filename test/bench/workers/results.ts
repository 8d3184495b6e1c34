/** What results take on their way, and how fast the host writes them into a project. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { thisProcess, isAlive } from '../../../src-main/jobs/lease/process-id.ts';
import { transact } from '../../../src-main/store/db.ts';
import { createProject } from '../../../src-main/store/file/project.ts';
import { addJob, claimJob, setJobRun } from '../../../src-main/store/jobs/job.ts';
import { planItems } from '../../../src-main/store/jobs/item.ts';
import { ensureImage } from '../../../src-main/store/pictures/image.ts';
import { ensureRoot } from '../../../src-main/store/pictures/root.ts';
import { sharedSample } from '../../../src-main/store/predictions/to-share.ts';
import { addSamples } from '../../../src-main/store/samples/sample.ts';
import { writeResults } from '../../../src-main/workers/host/write-back.ts';
import { askedOf } from '../../../src-main/workers/protocol/chunk.ts';
import { encodeResult, type FoundLabel } from '../../../src-main/workers/protocol/result.ts';
import { queueAddress } from '../../../src-main/workers/queue/address.ts';
import { QueueDatabase } from '../../../src-main/workers/queue/database.ts';
import { putResult } from '../../../src-main/workers/queue/results.ts';
import { fakeOutcome } from '../../support/fake-engine.ts';
import { testRun } from '../../support/project.ts';
import { seededRandom } from '../../support/random.ts';
import { writePng } from '../../support/scenes.ts';

const RESULTS = 2_000;
/** The demo's, and LLaVA-1.5's. */
const GRIDS = [
  [16, 16],
  [24, 24],
] as const;

export interface ResultsReport {
  readonly grid: readonly [number, number];
  readonly bytesPerSample: number;
  readonly perSecond: number;
}

export async function resultsBack(url: string, dir: string): Promise<ResultsReport[]> {
  const address = await queueAddress({ argument: url, file: undefined }, {});
  const queue = await QueueDatabase.open(address, { name: 'bench', connections: 4 });
  try {
    const reports: ResultsReport[] = [];
    for (const grid of GRIDS) reports.push(await oneGrid(queue, join(dir, grid.join('x')), grid));
    return reports;
  } finally {
    await queue.close();
  }
}

async function oneGrid(
  queue: QueueDatabase,
  dir: string,
  grid: readonly [number, number],
): Promise<ResultsReport> {
  mkdirSync(dir, { recursive: true });
  const picture = join(dir, '1.png');
  await writePng(picture);
  const bytes = readFileSync(picture);
  for (let n = 2; n <= RESULTS; n++) writeFileSync(join(dir, `${n}.png`), bytes);
  const project = await createProject(join(dir, 'project'), 'bench');
  try {
    const { db } = project;
    transact(db, () => {
      const rootId = ensureRoot(db, project.path, dir);
      const rest = { referenceAnswer: null, truthBoxes: [], language: null, split: null, tags: [] };
      const samples = Array.from({ length: RESULTS }, (_, i) => ({
        ...rest,
        externalId: `q${i}`,
        question: 'what ?',
        imageId: ensureImage(db, {
          rootId,
          path: `${i + 1}.png`,
          bytes: bytes.length,
          mtimeMs: statSync(join(dir, `${i + 1}.png`)).mtimeMs,
          width: 30,
          height: 20,
        }),
      }));
      addSamples(db, samples);
    });
    const runId = testRun(project);
    const lease = claimJob(db, addJob(db, 'label', null, {}), thisProcess(), isAlive)!;
    setJobRun(db, lease, runId);
    const ids = Array.from({ length: RESULTS }, (_, i) => i + 1);
    planItems(db, lease, ids);
    const key = randomUUID();
    await queue.run(
      "INSERT INTO fovea.run (key, spec, token, host) VALUES ($1, '{}', 'a token of the bench', '')",
      [key],
    );
    const rules = { exif: 'apply', alpha: 'drop' };
    const encoder = {
      key: { model: 'f', precision: 'as-stored', rules },
      views: [null],
      name: 'test',
    } as const;
    const sha256 = new Uint8Array(createHash('sha256').update(bytes).digest());
    const next = seededRandom(1);
    let sent = 0;
    for (const id of ids) {
      const body = await encodeResult({ kind: 'found', label: labelOn(grid, next), picture: sha256 });
      sent += body.length;
      const asked = askedOf({ ...sharedSample(db, id)!, answer: null });
      const sample = {
        id,
        asked,
        question: '',
        answer: null,
        picture: { id, root: 1, path: '', bytes: 0, version: 1 },
      };
      await putResult(queue, key, key, sample, { body, failed: false });
    }
    const started = performance.now();
    let written = 0;
    for (;;) {
      const { done, seen } = await writeResults(queue, project, lease, {
        key,
        runId,
        teacher: false,
        encoder,
      });
      if (seen === 0) break;
      written += done.length;
    }
    if (written !== RESULTS) throw new Error(`${written} of ${RESULTS} results were written`);
    const perSecond = (1000 * RESULTS) / (performance.now() - started);
    await queue.run('DELETE FROM fovea.run WHERE key = $1', [key]);
    return { grid, bytesPerSample: sent / RESULTS, perSecond };
  } finally {
    project.close();
  }
}

/** Maps as attention makes them: many small values, some large ones, no two alike. */
function labelOn(grid: readonly [number, number], next: () => number): FoundLabel {
  const base = fakeOutcome('what ?');
  const cells = grid[0] * grid[1];
  const map = () => ({
    grid,
    transform: base.transform,
    bits: Uint16Array.from({ length: cells }, () => 0x1000 + Math.floor(next() * 0x2000)),
  });
  const labels = Int8Array.from({ length: cells }, (_, i) => (i % 9 === 0 ? 1 : i % 4 === 0 ? -100 : 0));
  const maps = { grounding: map(), sink: map(), question: map(), denoised: map(), rpn: map() };
  return { ...base, grid, labels, maps };
}
