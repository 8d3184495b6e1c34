/**
 * The training loop with a real process that trains the demo model's branch: it learns, keeps the best, and whatever kills it,
 * what it ends with is what it would have ended with.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openModel } from '../../../src-main/checkpoint/open.ts';
import { trainingLoop, type LoopReport, type LoopTask } from '../../../src-main/jobs/train/loop.ts';
import type { Curve } from '../../../src-main/jobs/train/points.ts';
import { RunFolder } from '../../../src-main/jobs/train/run-folder.ts';
import { TrainerClient } from '../../../src-main/training/client.ts';
import type { TrainingExample } from '../../../src-main/training/protocol.ts';
import type { TrainingPoint, TrainingRunSettings } from '../../../src-shared/contract/training.ts';
import { decodeFloat16 } from '../../../src-shared/kernels/float16.ts';
import { labelAuc } from '../../../src-shared/kernels/measures/label-agreement.ts';
import { DEMO_CHECKPOINT } from '../../support/demo.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { quickSettings, trainingSamples } from '../../support/training-samples.ts';

/** A curve in memory, which keeps only what was said to last, as a database does. */
class KeptCurve {
  kept: TrainingPoint[] = [];

  open(step: number): Curve {
    this.kept = this.kept.filter((point) => point.step <= step);
    const points = [...this.kept];
    return {
      points,
      put: (point) => {
        if (points.at(-1)?.step === point.step) points.pop();
        points.push(point);
      },
      keep: async () => {
        this.kept = [...points];
      },
    };
  }
}

interface Set {
  readonly train: readonly TrainingExample[];
  readonly heldOut: readonly TrainingExample[];
}

function taskIn(
  dir: string,
  { train, heldOut }: Set,
  curve: KeptCurve,
  settings: TrainingRunSettings,
): LoopTask {
  return {
    start: { model: { dir: DEMO_CHECKPOINT, device: 'cpu' }, fresh: { k: 1, t: 2 }, settings },
    seed: 7,
    data: {
      samples: train.length,
      using: (indices, work) => work(indices.map((index) => train[index]!)),
      look: async (score) => {
        const scores = await score(heldOut, ROI);
        const aucs = scores.map(({ rpn }, i) => labelAuc(decodeFloat16(rpn.bits), heldOut[i]!.labels)!);
        return {
          samples: aucs.length,
          auc: aucs.reduce((a, b) => a + b, 0) / aucs.length,
          iou: null,
          boxRecall: null,
          loss: 1 - aucs.reduce((a, b) => a + b, 0) / aucs.length,
        };
      },
    },
    folder: RunFolder.of(dir, 1),
    curve: async (step) => curve.open(step),
  };
}

/** What a run ended with: every byte of its state and of its best version, and its curve without the times. */
function outcome({ folder }: LoopTask, curve: KeptCurve, report: LoopReport) {
  const hash = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
  return {
    state: hash(folder.state),
    best: hash(join(folder.best(report.best.step), 'model.safetensors')),
    folders: readdirSync(folder.path).sort(),
    points: curve.kept.map(({ seconds: _, ...point }) => point),
  };
}

function setOf(t: TestContext): Set {
  const all = trainingSamples(temporaryDir(t), 10);
  return { train: all.slice(0, 6), heldOut: all.slice(6) };
}

const ROI = { variant: 'llava', form: 'bbox', threshold: 0.5 } as const;

const never = new AbortController().signal;

test('it learns, keeps the best weights as a version that loads, and goes on after kills and pauses to the same bits', async (t) => {
  const set = setOf(t);
  const settings = quickSettings(set.train.length);
  const trainer = new TrainerClient();
  t.after(() => trainer.dispose());

  const curve = new KeptCurve();
  const whole = taskIn(temporaryDir(t), set, curve, settings);
  const report = await trainingLoop(trainer, whole, { signal: never });
  assert.equal(report.ended, 'done');
  assert.equal(report.steps, settings.steps);
  assert.ok(report.best.auc! > report.first.auc! + 0.05, `AUC ${report.first.auc} → ${report.best.auc}`);
  assert.ok(report.peakBytes > 1e7);
  const expected = outcome(whole, curve, report);
  assert.deepEqual(
    expected.points.map(({ step }) => step),
    Array.from({ length: settings.steps + 1 }, (_, step) => step),
  );
  assert.deepEqual(expected.folders, [`best-${report.best.step}`, 'state.safetensors']);
  const loaded = await openModel(DEMO_CHECKPOINT, whole.folder.best(report.best.step));
  assert.deepEqual({ k: loaded.config.rpn?.k, t: loaded.config.rpn?.t }, { k: 1, t: 2 });

  // Killed at two moments: the process dies under a step, and under a look.
  const killed = new KeptCurve();
  const dying = taskIn(temporaryDir(t), set, killed, settings);
  let deaths = 0;
  const fragile: LoopTask = {
    ...dying,
    data: {
      ...dying.data,
      using: async (indices, work) => {
        const { kept } = killed;
        if (deaths === 0 && (kept.at(-1)?.step ?? 0) >= 3) {
          deaths++;
          process.kill(trainer.pid!, 'SIGKILL');
        }
        return dying.data.using(indices, work);
      },
      look: async (score) => {
        if (deaths === 1 && (killed.kept.at(-1)?.step ?? 0) >= 6) {
          deaths++;
          process.kill(trainer.pid!, 'SIGKILL');
        }
        return dying.data.look(score);
      },
    },
  };
  const again = await trainingLoop(trainer, fragile, { signal: never });
  assert.equal(deaths, 2);
  assert.deepEqual(outcome(dying, killed, again), expected);

  // Paused in the middle, its version lost between state and export, and gone on with.
  const paused = new KeptCurve();
  const resting = taskIn(temporaryDir(t), set, paused, settings);
  const stop = new AbortController();
  const part = await trainingLoop(trainer, resting, {
    signal: stop.signal,
    onPoint: ({ step }) => step === 5 && stop.abort(),
  });
  assert.deepEqual([part.ended, part.steps], ['stopped', 5]);
  assert.equal(paused.kept.at(-1)!.step, 5);
  assert.deepEqual(
    outcome(resting, paused, await trainingLoop(trainer, resting, { signal: never })),
    expected,
  );
});

test('features that are gone, and labels without a class, are refused by name; the state stays as it was', async (t) => {
  const set = setOf(t);
  const trainer = new TrainerClient();
  t.after(() => trainer.dispose());
  const curve = new KeptCurve();
  const settings = quickSettings(set.train.length);
  const task = taskIn(temporaryDir(t), set, curve, settings);
  let step = 0;
  const losing: LoopTask = {
    ...task,
    data: {
      ...task.data,
      using: (indices, work) =>
        task.data.using(indices, (examples) => {
          if (++step === 5) unlinkSync(examples[1]!.features);
          return work(examples);
        }),
    },
  };
  await assert.rejects(trainingLoop(trainer, losing, { signal: never }), { code: 'not_found' });
  assert.equal(curve.kept.at(-1)!.step, 3);

  const ignored = { ...set.train[0]!, labels: new Int8Array(20).fill(-100) };
  const empty: LoopTask = {
    ...task,
    folder: RunFolder.of(temporaryDir(t), 2),
    curve: async (at) => new KeptCurve().open(at),
  };
  await assert.rejects(
    trainingLoop(
      trainer,
      { ...empty, data: { ...task.data, using: (_, work) => work([ignored, ignored]) } },
      { signal: never },
    ),
    { code: 'bad_input', message: /ignored/, where: ignored.features },
  );
});

test('a step in flight is given up when the run is to stop, and made anew when it goes on, to the same bits', async (t) => {
  const set = setOf(t);
  const few = quickSettings(set.train.length);
  const settings = { ...few, steps: 2, batch: 40, measureEvery: 2 };
  const outcomes = [];
  for (const interrupt of [false, true]) {
    const trainer = new TrainerClient();
    t.after(() => trainer.dispose());
    const curve = new KeptCurve();
    const task = taskIn(temporaryDir(t), set, curve, settings);
    if (interrupt) {
      const stop = new AbortController();
      const asked: LoopTask = {
        ...task,
        data: {
          ...task.data,
          using: (indices, work) => {
            const working = task.data.using(indices, work);
            stop.abort();
            return working;
          },
        },
      };
      const report = await trainingLoop(trainer, asked, { signal: stop.signal });
      assert.deepEqual([report.ended, report.steps], ['stopped', 0]);
    }
    const report = await trainingLoop(trainer, task, { signal: never });
    assert.equal(report.ended, 'done');
    outcomes.push(outcome(task, curve, report));
  }
  assert.deepEqual(outcomes[1], outcomes[0]);
});
