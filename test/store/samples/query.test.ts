/** Lists, counts and places against a model that filters and sorts plain objects; the seed is printed on failure. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  HISTOGRAM_BARS,
  type Measure,
  measureSchema,
  sampleFilterSchema,
  sortKeySchema,
} from '../../../src-shared/contract/procedures.ts';
import { histograms } from '../../../src-main/store/samples/histograms.ts';
import { MEASURES } from '../../../src-main/store/samples/where.ts';
import { addNote, setFlags } from '../../../src-main/store/samples/annotation.ts';
import { read, write } from '../../../src-main/store/db.ts';
import { submitReview } from '../../../src-main/store/reviews/review.ts';
import { countSamples, listSamples, samplePosition } from '../../../src-main/store/samples/query.ts';
import { nextUndecided } from '../../../src-main/store/samples/undecided.ts';
import { predict, testPrediction, testProject, testRun } from '../../support/project.ts';
import { seededRandom } from '../../support/random.ts';

interface Model {
  readonly sample_id: number;
  readonly state: string;
  readonly dropped: number;
  readonly drop_rule: string | null;
  readonly drop_value: number | null;
  readonly language: string | null;
  readonly split: string | null;
  readonly tag: string | null;
  readonly tags: string;
  readonly reviewer: string | null;
  readonly reason: string | null;
  readonly reviewed_at: string | null;
  readonly flags: string | null;
  readonly notes: number;
  readonly external_id: string;
  readonly question: string;
  readonly reference_answer: string | null;
  readonly answer: string | null;
  readonly disagreement: number | null;
  readonly uncertainty: number | null;
  readonly roi_size: number | null;
  readonly roi_x: number | null;
  readonly roi_y: number | null;
  readonly iou: number | null;
  readonly agreement: string | null;
  readonly prediction_id: number | null;
}

const RANK = ['unlabelled', 'pending', 'accepted', 'corrected', 'rejected'];

test('list, count and place of every filter and order are those of a plain model', async (t) => {
  const project = await testProject(t, 60);
  const { db } = project;
  const run = testRun(project);
  const random = seededRandom(7);
  const pick = (n: number): number => Math.floor(random() * n);
  const unlabelled: number[] = [];
  for (let id = 1; id <= 60; id++) {
    if (pick(6) === 0) {
      unlabelled.push(id);
      continue;
    }
    const dropped =
      pick(4) === 0 ? { rule: (['area', 'low_max'] as const)[pick(2)]!, value: pick(3) / 4, limit: 1 } : null;
    predict(project, run, id, { ...testPrediction(pick(5)), dropped });
    const decision = ([null, 'accept', 'reject', 'correct'] as const)[pick(4)]!;
    if (!decision) continue;
    const label =
      decision === 'correct'
        ? new Uint8Array(Int8Array.from([1, 0, pick(2), pick(2), -100, 0]).buffer)
        : null;
    submitReview(
      db,
      {
        sampleId: id,
        predictionId: null,
        decision,
        label,
        reviewer: ['ann', 'ben'][pick(2)]!,
        note: null,
        reason: decision === 'reject' ? [null, 'Sink', 'Picture'][pick(3)]! : null,
      },
      null,
    );
  }
  // Some of those without a label, and some that were labelled after they had failed.
  const failed = [...new Set([...unlabelled.slice(0, 3), 4, 8, 15])];
  const job = write<{ id: number }>(
    db,
    `INSERT INTO job (type, state, run_id, params, created_at) VALUES ('label', 'done', ?, '{}', '2026') RETURNING id`,
  ).get(run)!.id;
  for (const id of failed)
    write(db, "INSERT INTO job_item (job_id, sample_id, state) VALUES (?, ?, 'failed')").run(job, id);
  for (let n = 0; n < 30; n++) {
    const id = 1 + pick(60);
    setFlags(db, [id], [(['look_again', 'example', 'bad_data'] as const)[pick(3)]!], true, 'ann');
    if (pick(2) === 0) addNote(db, id, 'see the corner', 'ben');
    write(
      db,
      'UPDATE sample_state SET disagreement = ?, uncertainty = ?, agreement = ? WHERE sample_id = ?',
    ).run(pick(4) / 4, pick(4) / 4, [null, 'agree', 'differ'][pick(3)]!, id);
  }
  const rows = read<Model>(
    db,
    `SELECT t.*, s.external_id, s.question, s.reference_answer, p.answer, s.tags, (SELECT group_concat(flag) FROM sample_flag g WHERE g.sample_id = s.id) AS flags,
       (SELECT COUNT(*) FROM sample_note n WHERE n.sample_id = s.id) AS notes
     FROM sample_state t JOIN sample s ON s.id = t.sample_id LEFT JOIN prediction p ON p.id = t.prediction_id
     ORDER BY s.id`,
  ).all();
  assert.equal(rows.length, 60);

  const folded = ({ external_id, question, answer, reference_answer }: Model): string =>
    [external_id, question, answer, reference_answer].join('\n').normalize('NFKC').toLowerCase();
  const labelling = (row: Model): string => {
    if (row.prediction_id !== null) return 'labelled';
    return failed.includes(row.sample_id) ? 'failed' : 'waiting';
  };
  assert.deepEqual(new Set(rows.map(labelling)), new Set(['labelled', 'failed', 'waiting']));

  const some = <T>(values: readonly T[]): fc.Arbitrary<T[]> =>
    fc.oneof(fc.constant<T[]>([]), fc.subarray([...values], { minLength: 1 }));
  const filters = fc.record({
    states: some(RANK as 'pending'[]),
    dropped: fc.constantFrom('any', 'dropped', 'kept'),
    dropRules: some(['area', 'low_max']),
    languages: some(['en', 'fr', 'zh', '']),
    splits: some(['train', '']),
    tags: some(['t', '']),
    flags: some(['look_again', 'example', 'bad_data']),
    notes: fc.constantFrom('any', 'with', 'without'),
    reviewers: some(['ann', 'ben']),
    reasons: some(['Sink', 'Picture']),
    labelling: fc.constantFrom('labelled', 'failed', 'waiting'),
    agreement: fc.constantFrom('agree', 'differ'),
    ranges: fc.oneof(
      { weight: 3, arbitrary: fc.constant({}) },
      fc.constantFrom(
        { roiSize: [0.1, 0.5] },
        { disagreement: [0.25, 0.75] },
        { roiX: [0, 0.5], roiY: [0, 0.5] },
        { iou: [0, 0.6] },
      ),
    ),
    ids: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      fc.uniqueArray(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 20 }),
    ),
    text: fc.constantFrom(
      '',
      '',
      'n° 1',
      'FORTY',
      'the Corner',
      'é',
      'q5',
      '4',
      '%',
      '1_',
      'ÉCOLE ?',
      'réponse 3',
    ),
  });
  // A filter with everything set lets nothing through: most parts are left open.
  const sparse = fc
    .tuple(filters, fc.subarray(Object.keys(sampleFilterSchema.shape), { maxLength: 3 }))
    .map(([filter, used]) =>
      sampleFilterSchema.parse(
        Object.fromEntries(Object.entries(filter).filter(([key]) => used.includes(key))),
      ),
    );
  const sorts = fc.record({ by: fc.constantFrom(...sortKeySchema.options), descending: fc.boolean() });

  fc.assert(
    fc.property(sparse, sorts, (filter, sort) => {
      const keys = (row: Model): (string | number | null)[] => {
        const measured = {
          disagreement: row.disagreement,
          uncertainty: row.uncertainty,
          roiSize: row.roi_size,
        };
        if (sort.by in measured) return [measured[sort.by as keyof typeof measured]];
        if (sort.by === 'imported') return [row.sample_id];
        if (sort.by === 'dropped') return [row.drop_rule, row.drop_value];
        if (sort.by === 'state') return [RANK.indexOf(row.state)];
        if (sort.by === 'reviewed') return [row.reviewed_at];
        if (sort.by === 'listed')
          return [filter.ids.includes(row.sample_id) ? filter.ids.indexOf(row.sample_id) : null];
        return [row[sort.by as 'language' | 'tag']];
      };
      const oneOf = (values: readonly string[], value: string | null): boolean =>
        values.length === 0 || values.includes(value ?? '');
      const expected = rows
        .filter(
          (row) =>
            oneOf(filter.states, row.state) &&
            (filter.dropped === 'any' || (filter.dropped === 'dropped') === (row.dropped === 1)) &&
            oneOf(filter.dropRules, row.drop_rule ?? '–') &&
            oneOf(filter.languages, row.language) &&
            oneOf(filter.splits, row.split) &&
            (filter.tags.length === 0 ||
              filter.tags.some((tag) => (tag === '' ? row.tags === '[]' : row.tags.includes(`"${tag}"`)))) &&
            (filter.flags.length === 0 || filter.flags.some((flag) => row.flags?.includes(flag))) &&
            (filter.notes === 'any' || (filter.notes === 'with') === row.notes > 0) &&
            oneOf(filter.reviewers, row.reviewer ?? '–') &&
            oneOf(filter.reasons, row.reason ?? '–') &&
            (filter.labelling === 'any' || filter.labelling === labelling(row)) &&
            (filter.agreement === 'any' || filter.agreement === row.agreement) &&
            Object.entries(filter.ranges).every(([name, [low, high]]) => {
              const value = row[MEASURES[name as Measure] as 'iou'];
              return value !== null && value >= low && value < high;
            }) &&
            (filter.ids.length === 0 || filter.ids.includes(row.sample_id)) &&
            (folded(row).includes(filter.text.normalize('NFKC').toLowerCase()) ||
              (row.notes > 0 && filter.text === 'the Corner')),
        )
        .sort((a, b) => {
          const [x, y] = [keys(a), keys(b)];
          for (const [i, value] of x.entries()) {
            const other = y[i]!;
            if (value === other) continue;
            if (value === null || other === null) return value === null ? 1 : -1;
            return (value < other ? -1 : 1) * (sort.descending ? -1 : 1);
          }
          return a.sample_id - b.sample_id;
        })
        .map((row) => row.sample_id);
      const listed = listSamples(db, filter, 0, 100, sort);
      assert.deepEqual(
        listed.map(({ id }) => id),
        expected,
      );
      for (const { id, tags, reviewedAt } of listed) {
        const row = rows.find(({ sample_id }) => sample_id === id)!;
        assert.deepEqual([tags[0] ?? null, reviewedAt], [row.tag, row.reviewed_at]);
      }
      assert.deepEqual(
        listSamples(db, filter, 3, 4, sort).map(({ id }) => id),
        expected.slice(3, 7),
      );
      assert.equal(countSamples(db, filter), expected.length);
      for (const [place, id] of expected.entries()) assert.equal(samplePosition(db, filter, id, sort), place);
      const counted = histograms(db, filter);
      for (const measure of measureSchema.options) {
        const { [measure]: range, ...ranges } = filter.ranges;
        const values = listSamples(db, { ...filter, ranges }, 0, 100)
          .map(({ id }) => rows.find((row) => row.sample_id === id)![MEASURES[measure] as 'iou'])
          .filter((value) => value !== null);
        const bars = new Array<number>(HISTOGRAM_BARS).fill(0);
        for (const value of values) bars[Math.min(HISTOGRAM_BARS - 1, Math.floor(value * HISTOGRAM_BARS))]!++;
        assert.deepEqual(counted[measure], bars, `${measure} ${JSON.stringify(range)}`);
      }
      const waits = (id: number): boolean => rows.find((row) => row.sample_id === id)!.state === 'pending';
      const waiting = expected.filter(waits);
      for (const [place, id] of expected.entries()) {
        const later = expected.slice(place + 1).find(waits);
        const earlier = expected.slice(0, place).findLast(waits);
        const [first, last] = [waiting[0], waiting.at(-1)];
        const found = (there: number | undefined, round: number | undefined) =>
          round === undefined ? null : { id: there ?? round, wrapped: there === undefined };
        assert.deepEqual(nextUndecided(db, filter, sort, id, false), found(later, first));
        assert.deepEqual(nextUndecided(db, filter, sort, id, true), found(earlier, last));
      }
      assert.equal(nextUndecided(db, filter, sort, null, false)?.id, waiting[0]);
      const hidden = rows.find(({ sample_id }) => !expected.includes(sample_id));
      if (hidden) assert.equal(samplePosition(db, filter, hidden.sample_id, sort), null);
    }),
    { numRuns: 120 },
  );
});
