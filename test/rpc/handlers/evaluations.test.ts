/** Evaluations by calls: started once, read while they work and after, opened by cell, written and removed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appResources } from '../../../src-main/app/resources.ts';
import { createBackend } from '../../../src-main/rpc/backend.ts';
import { NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { callsOf } from '../../support/backend-calls.ts';
import { comes } from '../../support/comes.ts';
import { evaluatedProject } from '../../support/evaluated-project.ts';
import { fakeEngine } from '../../support/fake-engine.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

test('an evaluation is started, read, opened, written and removed', async (t) => {
  const { project } = await evaluatedProject(t);
  const gate = Promise.withResolvers<void>();
  const backend = await createBackend({
    engine: fakeEngine(() => gate.promise),
    projectPath: project.path,
    host: 'test',
    version: '1.2.3',
    reviewer: 'ann',
    resources: appResources(),
    dataDir: temporaryDir(t),
  });
  t.after(() => backend.dispose());
  const { call } = callsOf(backend);
  const over = Promise.withResolvers<void>();
  backend.subscribe((name, payload) => {
    if (name === 'job.changed' && JSON.stringify(payload).includes('"state":"done"')) over.resolve();
  });
  const everything = { filter: NO_FILTER, limit: null };
  // The stand-in's folder is no model: why nothing can be planned is an answer, not a failure.
  const { plan, problem } = await call('evaluations.plan', everything);
  assert.deepEqual([plan, problem!.code], [null, 'unsupported_model']);
  await assert.rejects(call('evaluations.start', { ...everything, methods: ['proposal'] }), {
    code: 'bad_input',
    message: /^proposal: none/,
  });
  await assert.rejects(call('evaluations.table', { id: 1 }), { code: 'not_found' });

  const wish = { ...everything, methods: ['rpn' as const, 'truth' as const] };
  const { id, job } = await call('evaluations.start', wish);
  assert.ok(job);
  assert.equal((await call('evaluations.start', wish)).id, id);
  const live = await call('evaluations.table', { id });
  assert.deepEqual([live.evaluation.done, live.evaluation.settings.version], [0, '1.2.3']);
  await assert.rejects(call('evaluations.remove', { id }), {
    code: 'conflict',
    message: /is being measured/,
  });
  gate.resolve();
  await comes(over.promise, { what: 'the end of the evaluation' });

  const { evaluation, table } = await call('evaluations.table', { id });
  assert.deepEqual([evaluation.done, table.samples, table.methods.length], [8, 8, 3]);
  const cell = { id, method: 'rpn', which: 'fixed', slice: null } as const;
  assert.deepEqual(await call('evaluations.samples', cell), { ids: [2, 4, 6, 8], total: 4 });
  assert.deepEqual(await call('evaluations.start', wish), { id, job: null });
  const { name, html } = await call('evaluations.report', { id });
  assert.equal(name, `evaluation-${id}.html`);
  assert.match(html, /^<!doctype html>/);
  await call('evaluations.remove', { id });
  assert.deepEqual(await call('evaluations.list', {}), []);
  await assert.rejects(call('evaluations.report', { id }), { code: 'not_found' });
});
