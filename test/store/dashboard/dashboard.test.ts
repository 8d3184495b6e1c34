/** The dashboard's numbers on random projects: against plain counting, and against the filters that open them. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import type { Decision } from '../../../src-shared/contract/domain.ts';
import {
  HISTOGRAM_EDGES,
  PLACE_EDGES,
  procedures,
  NO_FILTER,
} from '../../../src-shared/contract/procedures.ts';
import { dashboardAnswers } from '../../../src-main/store/dashboard/answers.ts';
import { dashboardCounts } from '../../../src-main/store/dashboard/counts.ts';
import { dashboardShapes } from '../../../src-main/store/dashboard/shapes.ts';
import { dashboardSpeed, decisionsPerMinute } from '../../../src-main/store/dashboard/speed.ts';
import { dashboardTags } from '../../../src-main/store/dashboard/tags.ts';
import { read, transact, write } from '../../../src-main/store/db.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { countSamples } from '../../../src-main/store/samples/query.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import { refreshAllSampleStates } from '../../../src-main/store/samples/state.ts';
import { ANSWER_OUTCOMES, LOCALISATIONS } from '../../../src-shared/kernels/outcomes/answer-outcome.ts';
import { pairedProportions } from '../../../src-shared/kernels/statistics/paired.ts';
import { sumsOf } from '../../../src-shared/kernels/statistics/sums.ts';
import { allFigures } from '../../../src-renderer/dashboard/dashboard.ts';
import { predict, testPrediction, testProject, testRun } from '../../support/project.ts';
import { seededRandom } from '../../support/random.ts';

const SAMPLES = 40;

interface Row {
  readonly state: string;
  readonly dropped: number;
  readonly drop_rule: string | null;
  readonly language: string | null;
  readonly split: string | null;
  readonly tags: string;
  readonly prediction_id: number | null;
  readonly reviewer: string | null;
  readonly agreement: string | null;
  readonly disagreement: number | null;
  readonly iou: number | null;
  readonly roi_size: number | null;
  readonly roi_x: number | null;
  readonly roi_y: number | null;
  readonly outcome: string | null;
  readonly localised: string | null;
  readonly image_id: number;
}

/** Labelled, dropped, failed, decided by two people and by a batch, at random. */
function fill(project: Project, seed: number): void {
  const { db } = project;
  const random = seededRandom(seed);
  const pick = (n: number): number => Math.floor(random() * n);
  // Edges of the bars are the values most worth trying.
  const measure = (): number | null =>
    [null, random(), 0, 1, pick(11) / 10, pick(9) / 8, [0.01, 0.02, 0.05, 0.15][pick(4)]!][pick(7)]!;
  const run = testRun(project);
  const add = (sql: string, ...values: (string | number | null)[]): number =>
    write<{ id: number }>(db, `${sql} RETURNING id`).get(...values)!.id;
  const job = add(
    "INSERT INTO job (type, state, run_id, params, created_at) VALUES ('label', 'done', ?, '{}', '2026')",
    run,
  );
  const batch = add(
    "INSERT INTO batch (state, target, reviewer, created_at) VALUES ('applied', 0.1, 'ann', '2026')",
  );
  for (let id = 1; id <= SAMPLES; id++) {
    write(db, 'DELETE FROM sample_tag WHERE sample_id = ?').run(id);
    for (const tag of ['ocr', 'chart', 'doc'].slice(pick(4)))
      write(db, 'INSERT INTO sample_tag VALUES (?, ?)').run(tag, id);
    if (pick(5) === 0) {
      if (pick(2) === 0)
        write(db, "INSERT INTO job_item VALUES (?, ?, 'failed', 0, 'no picture')").run(job, id);
      continue;
    }
    const rule = (['empty_answer', 'area', 'low_max'] as const)[pick(9)];
    const prediction = predict(project, run, id, {
      ...testPrediction(pick(5)),
      dropped: rule ? { rule, value: 0.6, limit: 0.5 } : null,
    });
    for (let times = pick(4); times > 0; times--) {
      const decision = (['accept', 'correct', 'reject', 'reset'] as const satisfies Decision[])[pick(4)]!;
      const label =
        decision === 'correct' ? new Uint8Array(Int8Array.from([1, 0, 1, 0, -100, 0]).buffer) : null;
      const { review } = submitReview(
        db,
        { sampleId: id, predictionId: null, decision, label, reviewer: ['ann', 'ben'][pick(2)]!, note: null },
        undefined,
      );
      if (times === 1 && decision === 'accept' && pick(3) === 0) {
        write(
          db,
          "INSERT INTO batch_item (batch_id, sample_id, prediction_id, outcome, review_id) VALUES (?, ?, ?, 'accepted', ?)",
        ).run(batch, id, prediction, review.id);
      }
    }
  }
  refreshAllSampleStates(db);
  for (let id = 1; id <= SAMPLES; id++) {
    const place = pick(4) === 0 ? [null, null] : [measure() ?? 0.5, measure() ?? 0.5];
    write(
      db,
      `UPDATE sample_state SET disagreement = ?, iou = ?, roi_size = ?, roi_x = ?, roi_y = ?, outcome = ?, localised = ?
       WHERE sample_id = ?`,
    ).run(
      ...[measure(), measure(), measure()],
      ...place,
      [null, ...ANSWER_OUTCOMES][pick(7)]!,
      [null, ...LOCALISATIONS][pick(4)]!,
      id,
    );
    // Two questions on some pictures.
    write(db, 'UPDATE sample SET image_id = ? WHERE id = ?').run(id > 30 ? id - 30 : id, id);
  }
}

async function filled(t: TestContext, seed: number): Promise<Project> {
  const project = await testProject(t, SAMPLES);
  transact(project.db, () => fill(project, seed));
  return project;
}

const seeds = fc.sample(fc.integer({ min: 1, max: 2 ** 31 }), 4);

test(`numbers are those of plain counting (seeds ${seeds.join(' ')})`, async (t) => {
  for (const seed of seeds) {
    const { db } = await filled(t, seed);
    const rows = read<Row>(
      db,
      `SELECT t.*, (SELECT image_id FROM sample s WHERE s.id = t.sample_id) AS image_id, (SELECT json_group_array(tag) FROM sample_tag g WHERE g.sample_id = t.sample_id) AS tags
       FROM sample_state t`,
    ).all();
    const failed = read<{ n: number }>(db, "SELECT COUNT(*) AS n FROM job_item WHERE state = 'failed'").get()!
      .n;
    const count = (keep: (row: Row) => boolean): number => rows.filter(keep).length;
    const counts = procedures['dashboard.counts'].output.parse(dashboardCounts(db));

    assert.equal(counts.samples, SAMPLES);
    for (const [state, samples] of Object.entries(counts.byState))
      assert.equal(
        samples,
        count((row) => row.state === state),
      );
    assert.equal(
      counts.labelled,
      count((row) => row.prediction_id !== null),
    );
    assert.equal(counts.failed, failed);
    assert.equal(counts.waiting, SAMPLES - counts.labelled - failed);
    assert.equal(
      counts.dropped,
      count((row) => row.dropped === 1),
    );
    assert.equal(
      counts.dropRules.reduce((sum, { samples }) => sum + samples, 0),
      counts.dropped,
    );
    for (const { rule, samples } of counts.dropRules)
      assert.equal(
        samples,
        count((row) => row.drop_rule === rule),
      );
    for (const { name, ...states } of counts.reviewers) {
      for (const [state, samples] of Object.entries(states))
        assert.equal(
          samples,
          count((row) => row.reviewer === name && row.state === state),
        );
    }
    assert.equal(counts.reviewers.length, new Set(rows.map((row) => row.reviewer ?? '')).size - 1);
    assert.deepEqual(counts.agreement, {
      agree: count((row) => row.agreement === 'agree'),
      differ: count((row) => row.agreement === 'differ'),
    });
    for (const key of ['language', 'split'] as const) {
      const groups = counts[`${key}s`];
      assert.equal(groups.length, new Set(rows.map((row) => row[key])).size);
      for (const { name, samples, dropped, byState } of groups) {
        const of = rows.filter((row) => (row[key] ?? '') === name);
        assert.equal(samples, of.length);
        assert.equal(dropped, of.filter((row) => row.dropped).length);
        for (const [state, n] of Object.entries(byState))
          assert.equal(n, of.filter((row) => row.state === state).length);
      }
    }

    const tags = procedures['dashboard.tags'].output.parse(dashboardTags(db));
    assert.equal(tags.tags, 3);
    for (const { name, samples, byState } of tags.groups) {
      const of = rows.filter(({ tags }) => (name === '' ? tags === '[]' : tags.includes(`"${name}"`)));
      assert.equal(samples, of.length);
      assert.equal(byState.accepted, of.filter((row) => row.state === 'accepted').length);
    }

    const answers = procedures['dashboard.answers'].output.parse(dashboardAnswers(db));
    for (const name of ANSWER_OUTCOMES)
      assert.equal(
        answers.outcomes[name],
        count((row) => row.outcome === name),
      );
    for (const name of LOCALISATIONS)
      assert.equal(
        answers.localised[name],
        count((row) => row.localised === name),
      );
    assert.equal(
      answers.unscored,
      count((row) => row.outcome === null),
    );
    const both = rows.filter(({ outcome }) => /^(fixed|broken|both_.*)$/.test(outcome ?? ''));
    const change = { fixed: 1, broken: -1 } as Readonly<Record<string, number>>;
    const { value, low, high, n } = pairedProportions(
      sumsOf(
        both.map(({ outcome }) => change[outcome!] ?? 0),
        both.map((row) => row.image_id),
      ),
      [answers.outcomes.fixed, answers.outcomes.broken],
    )!;
    assert.deepEqual(answers.gain, { n, value, low, high });

    const shapes = procedures['dashboard.shapes'].output.parse(dashboardShapes(db));
    const bins = (values: (number | null)[], edges: readonly number[]): number[] =>
      edges
        .slice(1)
        .map(
          (high, i) => values.filter((value) => value !== null && value >= edges[i]! && value < high).length,
        );
    const { disagreement, iou, roiSize } = shapes.histograms;
    assert.deepEqual(
      disagreement,
      bins(
        rows.map((row) => row.disagreement),
        HISTOGRAM_EDGES.disagreement,
      ),
    );
    assert.deepEqual(
      iou,
      bins(
        rows.map((row) => row.iou),
        HISTOGRAM_EDGES.iou,
      ),
    );
    assert.deepEqual(
      roiSize,
      bins(
        rows.map((row) => row.roi_size),
        HISTOGRAM_EDGES.roiSize,
      ),
    );
    const whole = (values: number[]): number => values.reduce((a, b) => a + b, 0);
    assert.equal(
      whole(iou),
      count((row) => row.iou !== null),
      'no value is beside the bars',
    );
    assert.equal(
      whole(shapes.places),
      count((row) => row.roi_x !== null),
    );
    const at = (value: number): number => PLACE_EDGES.findLastIndex((edge) => value >= edge);
    const places = new Array<number>(64).fill(0);
    for (const { roi_x: x, roi_y: y } of rows) if (x !== null && y !== null) places[at(y) * 8 + at(x)]!++;
    assert.deepEqual(shapes.places, places);
  }
});

test(`every number opens as many samples as it says (seeds ${seeds.join(' ')})`, async (t) => {
  for (const seed of seeds) {
    const { db } = await filled(t, seed);
    const figures = allFigures(
      dashboardCounts(db),
      dashboardShapes(db),
      dashboardTags(db),
      dashboardSpeed(db, 'ann'),
      dashboardAnswers(db),
    );
    assert.ok(figures.filter(({ samples }) => samples > 0).length > 60);
    for (const { words, samples, filter } of figures) {
      // No ids are no filter: nothing to open.
      if (samples === 0 && filter.ids) continue;
      assert.equal(countSamples(db, { ...NO_FILTER, ...filter }), samples, `${words} (seed ${seed})`);
    }
  }
});

test('a project without samples has zeros everywhere', async (t) => {
  const { db } = await testProject(t, 0);
  const figures = allFigures(
    dashboardCounts(db),
    dashboardShapes(db),
    dashboardTags(db),
    dashboardSpeed(db, 'ann'),
    dashboardAnswers(db),
  );
  assert.deepEqual(
    figures.filter(({ samples }) => samples !== 0),
    [],
  );
});

test('speed: breaks and batches are left out, and few decisions say nothing', async (t) => {
  const seconds = (...at: number[]): number[] => at.map((s) => s * 1000).reverse();
  assert.equal(decisionsPerMinute(seconds(0, 2, 4, 6, 8)), null);
  assert.equal(decisionsPerMinute(seconds(0, 2, 4, 6, 8, 10)), 30);
  assert.equal(decisionsPerMinute(seconds(0, 2, 4, 6, 3600, 3602, 3604, 3606)), 30, 'lunch is a break');
  assert.equal(decisionsPerMinute(seconds(0, 120, 240, 360, 480, 600)), 0.5, 'two minutes are no break');
  assert.equal(decisionsPerMinute([]), null);

  const project = await testProject(t, 4);
  const { db } = project;
  const run = testRun(project);
  const decide = (sampleId: number, reviewer: string, decision: Decision): number =>
    submitReview(db, { sampleId, predictionId: null, decision, label: null, reviewer, note: null }, undefined)
      .review.id;
  for (const id of [1, 2, 3, 4]) predict(project, run, id);
  decide(1, 'ann', 'accept');
  decide(2, 'ben', 'accept');
  decide(1, 'ann', 'reject');
  decide(3, 'ann', 'accept');
  decide(3, 'ann', 'reset');
  const byBatch = decide(4, 'ann', 'accept');
  write(
    db,
    "INSERT INTO batch (id, state, target, reviewer, created_at) VALUES (1, 'applied', 0.1, 'ann', '2026')",
  ).run();
  write(
    db,
    "INSERT INTO batch_item (batch_id, sample_id, prediction_id, outcome, review_id) VALUES (1, 4, 4, 'accepted', ?)",
  ).run(byBatch);
  assert.deepEqual(dashboardSpeed(db, 'ann').sampleIds, [3, 1]);
  assert.deepEqual(dashboardSpeed(db, 'cy'), { sampleIds: [], perMinute: null });
});
