/** The rules that tables are counted by have a number, because tables are kept. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { TABLE_RULES } from '../../../src-main/jobs/evaluate/kept-table.ts';
import { evaluationTable } from '../../../src-main/jobs/evaluate/table.ts';
import { evaluatedProject } from '../../support/evaluated-project.ts';
import { fakeEngine } from '../../support/fake-engine.ts';

/** Of the table below, as each number of rules counts it. */
const COUNTED: Readonly<Record<number, string>> = {
  1: '9024ae864982234996ac960f807448531deafa9f1ca4eb0363cebcc3bca2e8cf',
  2: 'f6473e81909989b965ae63e26fcb5d22c56f2362620a01ba35d7af9adf6fe811',
};

test('the same results give the same table; where they do not, TABLE_RULES is raised and its table written here', async (t) => {
  const { project, begin, work } = await evaluatedProject(t);
  const engine = fakeEngine();
  const { tryMethod } = engine;
  engine.tryMethod = async (request, signal) => ({
    ...(await tryMethod(request, signal)),
    timings: { decode: 5, encode: 10, prefill: request.method === 'alone' ? 20 : 30, generate: 8, total: 60 },
  });
  const { id, jobId } = begin({ methods: ['raw', 'rpn', 'truth'] });
  await work(jobId!, engine);
  project.db.exec(`UPDATE evaluation_sample SET dataset = 'docvqa' WHERE sample_id > 3`);
  // What another processor's last digit is says nothing of the rules.
  const table = JSON.stringify(await evaluationTable(project.db, id), (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(9)) : value,
  );
  const hash = createHash('sha256').update(table).digest('hex');
  assert.equal(hash, COUNTED[TABLE_RULES], table);
});
