/**
 * What goes wrong while a real branch is trained on demo scenes: full disks, features that are deleted or damaged, pictures that are
 * gone or replaced. Each says what happened and what to do, leaves nothing half-written and all earlier versions, and once its
 * cause is gone the run ends with the bits of one that was let be.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { startEngine } from '../../../src-main/app/engine.ts';
import { appResources } from '../../../src-main/app/resources.ts';
import { trainerVersions } from '../../../src-main/app/trainer-versions.ts';
import type { EngineGroup } from '../../../src-main/engine/group.ts';
import { resumeTraining } from '../../../src-main/jobs/train/requests.ts';
import { RunSamples } from '../../../src-main/jobs/train/samples.ts';
import { trainingStandings } from '../../../src-main/jobs/train/standing.ts';
import { addTrainJob, runTrainJob, type TrainHooks } from '../../../src-main/jobs/train/train.ts';
import { trainParams } from '../../../src-main/jobs/train/wish.ts';
import { openProject, type Project } from '../../../src-main/store/file/project.ts';
import { listRpns, rpnFolder } from '../../../src-main/store/training/rpn.ts';
import { getSample } from '../../../src-main/store/samples/sample.ts';
import { trainingPoints } from '../../../src-main/store/training/training-run.ts';
import { trainingSampleIds } from '../../../src-main/store/training/training-sample.ts';
import { TrainerClient } from '../../../src-main/training/client.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { fovea } from '../../app/cli/run-cli.ts';
import { someScenes } from '../../app/cli/scenes.ts';
import { fill, mountDisk, resizeDisk, unmountDisk } from '../../support/own-disk.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const STEPS = 8;
const AGAIN = /; then go on with the run \(Try again on the Train page, or fovea train .* --resume\)/;

let engine: EngineGroup;
/** A labelled project with kept features, trained once: its version is there before anything goes wrong. */
let made: string;
let undisturbed: string;
const ended: (() => void)[] = [];
before(async () => {
  const dir = temporaryDir({ after: (done) => void ended.push(done as () => void) });
  const scenes = someScenes(join(dir, 'scenes'), 8);
  made = join(dir, 'project');
  await fovea(['import', made, '--images', scenes.imagesDir, '--questions', scenes.questionsFile]);
  await fovea(['label', made, '--device', 'cpu', '--keep-features']);
  engine = startEngine();
  const project = openProject(made);
  try {
    await train(project, await addTrainJob(project, await paramsFor(project)));
    undisturbed = listRpns(project.db)[0]!.weightsSha256;
  } finally {
    project.close();
  }
});
after(async () => {
  await engine.dispose();
  for (const end of ended) end();
});

function paramsFor(project: Project) {
  const wish = {
    model: { modelDir: null, presetId: null, device: 'cpu' },
    fresh: { k: 1, t: 2 },
    data: { labels: 'pseudo', heldOut: 0.3, seed: 3 },
    settings: { steps: STEPS, batch: 2, learningRate: 1e-3, measureEvery: 2, cpuThreads: 1 },
    name: null,
    truth: true,
  } as const;
  return trainParams(project, engine, wish, appResources(), trainerVersions());
}

async function train(project: Project, job: number, hooks: TrainHooks = {}) {
  const trainer = new TrainerClient();
  try {
    return await runTrainJob(project, engine, trainer, job, hooks);
  } finally {
    await trainer.dispose();
  }
}

interface Tried {
  readonly project: Project;
  /** Trains; at each point `meanwhile` may do something. */
  train(meanwhile?: (step: number) => void): Promise<unknown>;
  /** Goes on with the run that failed: it must end as if nothing had been. */
  goOn(): Promise<void>;
}

/** A copy of the project, or the one that lies at `path`. */
async function tried(t: TestContext, path = join(temporaryDir(t), 'project')): Promise<Tried> {
  if (!existsSync(join(path, 'project.db'))) cpSync(made, path, { recursive: true });
  const project = openProject(path);
  t.after(() => project.close());
  const jobOf = (): number => trainingStandings(project.db)[0]!.run.jobId!;
  return {
    project,
    train: async (meanwhile = () => undefined) =>
      train(project, await addTrainJob(project, await paramsFor(project)), {
        onPoint: (_, { step }) => meanwhile(step),
      }),
    goOn: async () => {
      resumeTraining(project, trainingStandings(project.db)[0]!.run.id);
      await train(project, jobOf());
      asUndisturbed(project);
    },
  };
}

/** Two versions, each with the bits of one that was let be; every step once in the curve; nothing left of what was in between. */
function asUndisturbed(project: Project): void {
  intact(project, 2);
  const [{ run }] = trainingStandings(project.db) as [ReturnType<typeof trainingStandings>[number]];
  assert.deepEqual([run.state, run.message, run.step], ['done', null, STEPS]);
  assert.deepEqual(
    trainingPoints(project.db, run.id, -1, 1000).map(({ step }) => step),
    Array.from({ length: STEPS + 1 }, (_, step) => step),
  );
  assert.ok(!existsSync(join(project.path, 'training', String(run.id))));
}

/** So many versions, all of them whole, and nothing beside them. */
function intact(project: Project, versions: number): void {
  const all = listRpns(project.db);
  assert.deepEqual(
    all.map(({ weightsSha256 }) => weightsSha256),
    Array.from({ length: versions }, () => undisturbed),
  );
  for (const { id, weightsSha256 } of all) {
    const weights = readFileSync(join(rpnFolder(project.path, id), 'model.safetensors'));
    assert.equal(createHash('sha256').update(weights).digest('hex'), weightsSha256);
  }
  assert.deepEqual(readdirSync(join(project.path, 'rpn')).sort(), all.map(({ id }) => String(id)).sort());
}

/** It fails, says so in the run as to whoever waits, and leaves what was there. */
async function fails(
  { project }: Tried,
  work: Promise<unknown>,
  code: FoveaError['code'],
  ...words: readonly RegExp[]
): Promise<void> {
  await assert.rejects(work, (thrown: FoveaError) => {
    assert.equal(thrown.code, code, thrown.toLine());
    for (const each of words) assert.match(thrown.toLine(), each);
    const [{ run, status }] = trainingStandings(project.db) as [ReturnType<typeof trainingStandings>[number]];
    assert.deepEqual([status, run.message], ['failed', thrown.toLine()]);
    return true;
  });
  intact(project, 1);
  const runs = join(project.path, 'training');
  const half = existsSync(runs)
    ? readdirSync(runs, { recursive: true }).filter((name) => /\.tmp/.test(String(name)))
    : [];
  assert.deepEqual(half, []);
}

test('a disk that is full for the state, the best weights, the next state: each time in words, and at last the same bits', async (t) => {
  const path = join(temporaryDir(t), 'project');
  cpSync(made, path, { recursive: true });
  const folder = join(path, 'training');
  rmSync(folder, { recursive: true });
  if (!mountDisk(t, folder, '1m')) return;
  t.after(() => unmountDisk(folder));
  const run = await tried(t, path);
  await fails(
    run,
    run.train(),
    'no_space',
    /the disk is full \(\/.*\/training\/2\/state\.safetensors\)/,
    AGAIN,
  );
  resizeDisk(folder, '4m');
  await fails(run, run.goOn(), 'no_space', /the disk is full \(\/.*\/training\/2\/best-0\)/, AGAIN);
  resizeDisk(folder, '6m');
  await fails(
    run,
    run.goOn(),
    'no_space',
    /\/training\/2\/state\.safetensors\)/,
    AGAIN,
    /saved last is kept/,
  );
  resizeDisk(folder, '64m');
  await run.goOn();
});

test('a disk that is full for the version: no half of one is there, the trained weights wait', async (t) => {
  const path = join(temporaryDir(t), 'project');
  cpSync(made, path, { recursive: true });
  const versions = join(path, 'rpn');
  const aside = `${versions}-aside`;
  renameSync(versions, aside);
  if (!mountDisk(t, versions, '2m')) return;
  t.after(() => unmountDisk(versions));
  cpSync(aside, versions, { recursive: true });
  const run = await tried(t, path);
  await fails(run, run.train(), 'no_space', /the disk is full \(.*\/rpn\)/, AGAIN, /saved last is kept/);
  resizeDisk(versions, '64m');
  await run.goOn();
});

test('a disk that is full for features: what is missing and where is said before the first step', async (t) => {
  const path = join(temporaryDir(t), 'project');
  cpSync(made, path, { recursive: true });
  const features = join(path, 'cache', 'features');
  rmSync(features, { recursive: true });
  if (!mountDisk(t, features, '1m')) return;
  t.after(() => unmountDisk(features));
  const run = await tried(t, path);
  await fails(run, run.train(), 'no_space', /features are not kept on a disk with \d+ MB left/, AGAIN);
  resizeDisk(features, '200m');
  await run.goOn();
});

test('a disk that is full for everything, in the middle: the database too; with room again it is written how it ended', async (t) => {
  const disk = join(temporaryDir(t), 'disk');
  if (!mountDisk(t, disk, '40m')) return;
  t.after(() => unmountDisk(disk));
  cpSync(made, join(disk, 'project'), { recursive: true });
  const run = await tried(t, join(disk, 'project'));
  let filler = '';
  const training = run.train((step) => {
    if (step === 3) filler = fill(disk);
  });
  await fails(run, training, 'no_space', /the disk is full/, AGAIN);
  rmSync(filler);
  await run.goOn();
});

test('features that are deleted or damaged half-way are computed anew, and the run ends as if nothing had been', async (t) => {
  const run = await tried(t);
  const features = join(run.project.path, 'cache', 'features');
  await run.train((step) => {
    if (step === 2) rmSync(features, { recursive: true });
    if (step !== 5) return;
    for (const name of readdirSync(features, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.features')) continue;
      const bytes = readFileSync(join(features, name));
      bytes[bytes.length >> 1]! ^= 1;
      writeFileSync(join(features, name), bytes);
    }
  });
  asUndisturbed(run.project);
});

test('pictures that vanish are missed only where they are needed; one that is replaced ends the run, and put back it goes on', async (t) => {
  const run = await tried(t);
  const { path } = run.project;
  const pictures = join(made, '../scenes/images');
  t.after(() => existsSync(`${pictures}-away`) && renameSync(`${pictures}-away`, pictures));
  const training = run.train((step) => {
    if (step !== 3) return;
    renameSync(pictures, `${pictures}-away`);
    rmSync(join(path, 'cache', 'features'), { recursive: true });
  });
  await fails(run, training, 'not_found', /the picture is missing \(.*demo-\d+\.\w+\)\. Put it back/, AGAIN);
  renameSync(`${pictures}-away`, pictures);

  // Each of them has another one's pixels.
  const names = readdirSync(pictures).sort();
  cpSync(pictures, `${pictures}-away`, { recursive: true, preserveTimestamps: true });
  names.forEach((name, i) =>
    cpSync(join(`${pictures}-away`, names[(i + 1) % names.length]!), join(pictures, name)),
  );
  resumeTraining(run.project, 2);
  const job = trainingStandings(run.project.db)[0]!.run.jobId!;
  await fails(
    run,
    train(run.project, job),
    'conflict',
    /the picture of sample \d+ was replaced after the training run began\. Put the former/,
  );
  rmSync(pictures, { recursive: true });
  renameSync(`${pictures}-away`, pictures);
  await run.goOn();
});

test('a sample that cannot be trained on is named as people know it; features that are lost again and again end the work', async (t) => {
  const { project } = await tried(t);
  const { model, preset } = await paramsFor(project);
  const { signal } = new AbortController();
  const samples = await RunSamples.open(project, engine, 1, { model, preset, layer: 1 }, signal);
  const ids = trainingSampleIds(project.db, 1, 'train').slice(0, 2);
  const failing = (code: FoveaError['code'], message: string) => {
    let times = 0;
    const work = samples.using(ids, async ([, second]) => {
      times++;
      throw new FoveaError(code, message, { where: second!.features });
    });
    return assert
      .rejects(work, {
        code,
        message,
        where: `sample ${ids[1]}, ${getSample(project.db, ids[1]!).externalId}`,
      })
      .then(() => times);
  };
  assert.equal(await failing('bad_input', 'every cell of its label is ignored'), 1);
  assert.equal(await failing('not_found', 'the features of a sample are gone'), 5);
});
