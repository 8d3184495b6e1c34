/**
 * Works on a project with the code of one checkout, as people would, and writes down what that code says of it afterwards:
 *
 *     node work.ts CHECKOUT DIR SAID.json
 *
 * Store, jobs and backend are the checkout's own; the engine is the stand-in of its tests, so nothing is computed by a model. What
 * it has no procedure for is left out: each version's project holds what that version could hold.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { said } from './said.ts';

const [checkout, dir, saidFile] = process.argv.slice(2) as [string, string, string];
const [project, data] = [join(dir, 'project'), join(dir, 'data')];

/** Answers are of another version: read by what is known of them, where they are used. */
type Answer = Readonly<Record<string, unknown>>;
type Call = (...args: readonly unknown[]) => unknown;
interface Opened {
  readonly db: unknown;
  close(): void;
}
interface Backend {
  call(name: string, input: unknown): Promise<unknown>;
  dispose(): Promise<void>;
}

/** A function, or something else, of the first of these files that the checkout has. */
async function of<T = Call>(name: string, ...places: readonly string[]): Promise<T> {
  const path = places.map((place) => join(checkout, place)).find((place) => existsSync(place));
  if (path === undefined) throw new Error(`${checkout} has none of ${places.join(', ')}`);
  return ((await import(pathToFileURL(path).href)) as Answer)[name] as T;
}

const QUESTIONS = 10;
const LATER = 2;
const WISH = { modelDir: null, presetId: null, answerMode: 'self', limit: null, scope: null };
const STORE = ['src-main/store/file/project.ts', 'src-main/store/project.ts'];
const IMPORT = ['src-main/jobs/import/import.ts', 'src-main/jobs/import.ts'];
const TRAINING = 'test/support/training.ts';
const FREEZE = 'src-main/jobs/datasets/freeze.ts';
const questionsFile = join(data, 'questions.jsonl');

await makeData();
const createProject = await of('createProject', ...STORE);
await during((await createProject(project, 'Golden')) as Opened, (opened) => bring(opened, questionsFile));
const procedures = await of<Answer>('procedures', 'src-shared/contract/procedures.ts');
const createBackend = await of('createBackend', 'src-main/rpc/backend.ts');
const fakeEngine = await of('fakeEngine', 'test/support/fake-engine.ts');
const standInResources = await of('standInResources', 'test/support/scenes.ts');
const backend = (await createBackend({
  engine: fakeEngine(),
  projectPath: project,
  host: 'test',
  version: '0.1.0',
  reviewer: 'ann',
  resources: await standInResources(join(dir, 'model')),
  demoProjectDir: join(dir, 'demo'),
  dataDir: join(dir, 'data-dir'),
})) as Backend;
const can = (name: string): boolean => name in procedures;

try {
  await call('project.open', { path: project });
  const ids = await samples();
  await settled(await call('jobs.label', WISH));
  await decide(ids);
  await mark(ids);
  if (can('batches.start')) await batch(ids[8]!, ids[9]!);
  if (can('deals.start')) await deal(ids);
  if (can('proposals.import')) await propose();
  await runs(ids);
  await exchange(ids);
} finally {
  await backend.dispose();
}
const openProject = await of('openProject', ...STORE);
await during((await openProject(project)) as Opened, async (opened) => {
  await bringLater(opened);
  if (existsSync(join(checkout, TRAINING))) (await of('frozen', TRAINING))(opened.db, [1, 2, 3]);
  if (existsSync(join(checkout, FREEZE)))
    await (await of('freezeVersion', FREEZE))(opened, { name: 'first', reviewer: 'ann', choices: { scope: null, splits: null, includeUnreviewed: false, licence: null } });
});
const again = await createBackend({ engine: fakeEngine(), projectPath: project, host: 'test', version: '0.1.0', reviewer: 'ann', resources: await standInResources(join(dir, 'model-2')) }) as Backend;
await again.call('project.open', { path: project });
try {
  const all = await said((name, input) => again.call(name, input), can, [[dir, '<dir>'], [checkout, '<fovea>']]);
  writeFileSync(saidFile, `${JSON.stringify(all)}\n`);
} finally {
  await again.dispose();
}

async function call<T = Answer>(name: string, input: unknown): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return (await backend.call(name, input)) as T;
    } catch (cause) {
      // A job of the backend writes at the moment.
      if ((cause as { code?: unknown }).code !== 'project_busy' || tries === 50)
        throw new Error(`${name} failed`, { cause });
      await delay(200);
    }
  }
}

/** Ten questions about as many pictures. */
async function makeData(): Promise<void> {
  mkdirSync(join(data, 'images'), { recursive: true });
  const writePng = await of('writePng', 'test/support/scenes.ts');
  const lines = [];
  for (let i = 0; i < QUESTIONS; i++) {
    const image = `bild ${i + 1}.png`;
    await writePng(join(data, 'images', image));
    lines.push({
      question_id: `q${i + 1}`,
      image,
      text: ['What colour is it?', 'Quelle est la forme ?', '图中是什么形状？'][i % 3] + ` ${i}`,
      answer: i % 4 === 3 ? null : ['red', 'cercle', '圆'][i % 3],
      language: ['en', 'fr', 'zh'][i % 3],
      split: i % 5 === 0 ? 'test' : 'train',
      tags: i % 2 === 0 ? [] : ['scene', `n° ${i}`, '场景'],
      boxes: i % 2 === 0 ? [] : [[1, 2, 13, 14]],
    });
  }
  writeFileSync(questionsFile, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/** @returns ids of samples in the order of the file */
async function samples(): Promise<readonly number[]> {
  const { rows } = await call<{ rows: { id: number }[] }>('samples.list', { filter: {}, offset: 0, limit: 100 });
  return rows.map(({ id }) => id).sort((a, b) => a - b);
}

interface Review {
  readonly id: number;
}

interface Detail extends Answer {
  readonly prediction: { readonly id: number; readonly label: Uint8Array } | null;
}

async function submit(sampleId: number, decision: string, more: Answer = {}): Promise<Review> {
  const { prediction } = await call<Detail>('samples.get', { id: sampleId });
  const label = decision === 'correct' ? Uint8Array.from(prediction!.label, (one, i) => (i < 3 ? 1 : one)) : null;
  const input = { sampleId, predictionId: prediction?.id ?? null, decision, label, basedOn: null, reviewer: 'ann', note: null };
  return (await call<{ review: Review }>('reviews.submit', { ...input, ...more })).review;
}

/** Accepted, corrected, rejected; taken back; decided twice by two people. */
async function decide([a, b, c, d, e]: readonly number[]): Promise<void> {
  await submit(a!, 'accept');
  await submit(b!, 'correct', { note: 'the rim belongs to it' });
  if (can('rejectReasons.set')) await call('rejectReasons.set', { reasons: ['blurred', '模糊'] });
  await submit(c!, 'reject', { note: 'nothing to see\n“quoted”', ...(can('rejectReasons.set') && { reason: '模糊' }) });
  const taken = await submit(d!, 'accept');
  await submit(d!, 'reset', { basedOn: taken.id });
  const first = await submit(e!, 'accept', { reviewer: 'Βασίλης' });
  await submit(e!, 'correct', { basedOn: first.id, reviewer: 'bea', note: 'after a second look' });
}

/** A second run with the answers given, then thresholds of one's own; ways back where there are. */
async function runs(ids: readonly number[]): Promise<void> {
  await submit(ids[5]!, 'accept');
  await settled(await call('jobs.label', { ...WISH, answerMode: 'teacher', limit: 2 }));
  const { runs: list } = await call<{ runs: { id: number; preset: { labels: Answer; roi: Answer } }[] }>('project.summary', {});
  const run = list.reduce((low, one) => (one.id < low.id ? one : low));
  await call('project.setActiveRun', { runId: run.id });
  if (can('recipes.apply')) {
    const labels = { ...run.preset.labels, binaryCoff: 0.35 };
    const scope = { runId: run.id, labels, roi: run.preset.roi, filter: null };
    const { job } = await call<{ job: Answer }>('recipes.apply', scope);
    await settled(job);
  }
  if (can('runs.rename')) await call('runs.rename', { id: run.id, runId: run.id, name: 'the first one' });
  if (can('jobs.pause')) {
    const job = await call<{ id: number; state: string }>('jobs.label', { ...WISH, limit: 1 });
    if (job.state === 'queued') await call('jobs.pause', { id: job.id }).catch(() => undefined);
    else await settled(job);
  }
}

async function mark([a, b, c]: readonly number[]): Promise<void> {
  const reviewer = 'ann';
  if (can('flags.set')) await call('flags.set', { sampleIds: [a, c], flag: 'look_again', on: true, reviewer });
  if (can('notes.add')) {
    await call('notes.add', { sampleId: b, text: 'Ist das ein Kreis?', reviewer });
    await call('notes.add', { sampleId: b, text: '是圆\nzwei Zeilen', reviewer: 'bea' });
  }
  if (can('filters.save')) await call('filters.save', { name: 'Undecided, French', filter: { states: ['pending'], languages: ['fr'] }, sort: { by: 'disagreement', descending: true } }).catch(() => call('filters.save', { name: 'Undecided, French', filter: { states: ['pending'], languages: ['fr'] }, sort: 'disagreement' }));
  if (can('tags.set')) await call('tags.set', { sampleIds: [a, b], tag: 'of my own', on: true, reviewer });
}

async function batch(...ids: readonly number[]): Promise<void> {
  const scope = { filter: {}, ids, decision: 'accept', target: 0.1, reviewer: 'bea' };
  const { batch: one } = await call<{ batch: { id: number } }>('batches.start', scope);
  const audit = await call<{ sampleId: number }[]>('batches.audit', { id: one.id });
  for (const { sampleId } of audit) await call('batches.judge', { id: one.id, sampleId, verdict: 'right' });
  await call('batches.apply', { id: one.id, reviewer: 'bea' });
}

/** An export of what is decided, and a sample that is taken out. */
async function exchange(ids: readonly number[]): Promise<void> {
  const path = join(data, 'labels.jsonl');
  await call('export.start', { format: 'jsonl', path, includeUnreviewed: false });
  if (can('removal.start')) await call('removal.start', { wish: { of: 'samples', filter: {}, ids: [ids.at(-1)] } });
}

async function deal(ids: readonly number[]): Promise<void> {
  await call('deals.start', { name: 'round', filter: { states: ['pending'] }, reviewers: ['ann', 'bea'], overlap: 2, seed: 7, blind: true });
  await submit(ids[6]!, 'accept', { reviewer: 'ann' });
  await submit(ids[6]!, 'reject', { reviewer: 'bea', basedOn: null }).catch(() => undefined);
}

async function propose(): Promise<void> {
  const file = join(data, 'proposals.jsonl');
  writeFileSync(file, '{"sample":"q2","boxes":[[1,2,10,14]],"scores":[0.5],"source":"detector"}\n');
  await call('proposals.import', { file });
}

async function during(opened: Opened, work: (opened: Opened) => Promise<void>): Promise<void> {
  try {
    await work(opened);
  } finally {
    opened.close();
  }
}

async function bring(opened: Opened, file: string): Promise<void> {
  await (await of('importQuestions', ...IMPORT))(opened, { imagesDir: join(data, 'images'), questionsFile: file });
}

/** Questions that come when others are decided. */
async function bringLater(opened: Opened): Promise<void> {
  const file = join(data, 'later.jsonl');
  const lines = Array.from({ length: LATER }, (_, i) => ({ question_id: `later-${i}`, image: 'bild 1.png', text: 'And now?' }));
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await bring(opened, file);
}

async function settled(job: Answer): Promise<void> {
  for (;;) {
    const now = (await call<Answer[]>('jobs.list', {})).find(({ id }) => id === job['id']);
    if (now?.['state'] === 'failed') throw new Error(`a job failed: ${JSON.stringify(now)}`);
    if (now?.['state'] === 'done') return;
    await delay(50);
  }
}
