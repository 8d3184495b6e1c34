import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_FILTER, type SampleSort, sortKeySchema } from '../../../src-shared/contract/procedures.ts';
import { read, write } from '../../../src-main/store/db.ts';
import { listSampleIds } from '../../../src-main/store/samples/query.ts';
import { orderOf, orderSql } from '../../../src-main/store/samples/order.ts';
import { testProject } from '../../support/project.ts';
import { seededRandom } from '../../support/random.ts';

test('a page of the whole project is a piece of the whole order, from either end, ties and missing values included', async (t) => {
  const { db } = await testProject(t, 120);
  const random = seededRandom(5);
  const some = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  for (let id = 1; id <= 120; id++) {
    const rule = some([null, null, 'area', 'low_max']);
    write(
      db,
      `UPDATE sample_state SET state = ?, disagreement = ?, uncertainty = ?, roi_size = ?, drop_rule = ?, drop_value = ?,
         language = ?, tag = ?, reviewed_at = ? WHERE sample_id = ?`,
    ).run(
      some(['unlabelled', 'pending', 'accepted', 'corrected', 'rejected']),
      some([null, 0, 0.5, 1]),
      some([0, 0.25]),
      null,
      rule,
      rule === null ? null : some([0.1, 0.2]),
      some([null, 'en', 'zh']),
      some([null, 'a', 'b', 'c']),
      some([null, '2026-01-01', '2026-01-02']),
      id,
    );
  }
  for (const by of sortKeySchema.options) {
    if (by === 'listed') continue;
    for (const descending of [false, true]) {
      const sort: SampleSort = { by, descending };
      const whole = read<{ id: number }>(
        db,
        `SELECT t.sample_id AS id FROM sample_state t ORDER BY ${orderSql(orderOf(sort, [])).sql}`,
      )
        .all()
        .map(({ id }) => id);
      assert.equal(whole.length, 120);
      for (let offset = 0; offset <= 125; offset++) {
        const page = listSampleIds(db, NO_FILTER, offset, 9, sort);
        assert.deepEqual(
          page,
          whole.slice(offset, offset + 9),
          `${by} ${descending ? 'down' : 'up'} from ${offset}`,
        );
      }
    }
  }
});

test('no order of the whole project sorts: each is a walk along an index', async (t) => {
  const { db } = await testProject(t, 3);
  const plans: string[] = [];
  const prepare = db.prepare.bind(db);
  t.mock.method(db, 'prepare', (sql: string) => {
    if (/ORDER BY .* LIMIT/s.test(sql)) {
      const steps = prepare(`EXPLAIN QUERY PLAN ${sql}`).all(1, 0) as { detail: string }[];
      plans.push(...steps.map(({ detail }) => detail));
    }
    return prepare(sql);
  });
  for (const by of sortKeySchema.options) {
    if (by === 'listed') continue;
    for (const descending of [false, true])
      for (const offset of [0, 2]) listSampleIds(db, NO_FILTER, offset, 1, { by, descending });
  }
  assert.ok(plans.length >= 30);
  assert.deepEqual(
    plans.filter((step) => !/^(SCAN|SEARCH) t USING COVERING INDEX/.test(step)),
    [],
  );
});
