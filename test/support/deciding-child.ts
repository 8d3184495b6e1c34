/**
 * A process to be killed: the real backend on a project, whose samples are decided without end, one by one or a batch at a
 * time. It prints a line after each thing that it was told is saved.
 */
import { appResources } from '../../src-main/app/resources.ts';
import { createBackend } from '../../src-main/rpc/backend.ts';
import { callsOf } from './backend-calls.ts';
import { fakeEngine } from './fake-engine.ts';

const [mode, projectPath, reviewer] = process.argv.slice(2) as ['one by one' | 'batches', string, string];
const say = (saved: unknown): void => void process.stdout.write(`${JSON.stringify(saved)}\n`);
const backend = await createBackend({
  engine: fakeEngine(),
  projectPath,
  host: 'test',
  version: '0',
  reviewer,
  resources: appResources(),
});
const { call } = callsOf(backend);
const samples = await call('samples.ids', { filter: {}, offset: 0, limit: 60 });
for (let n = 0; ; n++) {
  const sampleId = samples[(n * 7) % samples.length]!;
  const [last] = (await call('reviews.history', { sampleId })).toSorted((a, b) => b.id - a.id);
  const { review } = await call('reviews.submit', {
    sampleId,
    predictionId: null,
    decision: n % 3 === 0 ? 'reject' : 'accept',
    label: null,
    note: `${reviewer} ${n}`,
    basedOn: last?.id ?? null,
    reviewer,
  });
  say({ sampleId, note: review.note, at: review.createdAt });
  if (mode === 'batches' && n % 5 === 4) {
    const some = samples.filter((id) => id % 11 === n % 11);
    for (const id of some) {
      const [newest] = (await call('reviews.history', { sampleId: id })).toSorted((a, b) => b.id - a.id);
      if (newest === undefined || newest.decision === 'reset') continue;
      const reset = {
        sampleId: id,
        predictionId: null,
        decision: 'reset',
        label: null,
        note: newest.note,
      } as const;
      await call('reviews.submit', { ...reset, basedOn: newest.id, reviewer });
    }
    const scope = { filter: {}, ids: some, except: [], target: 0.05, reviewer } as const;
    const { batch } = await call('batches.start', { ...scope, decision: 'reject', except: [] });
    for (const item of await call('batches.audit', { id: batch.id })) {
      await call('batches.judge', { id: batch.id, sampleId: item.sampleId, verdict: 'right' });
    }
    const done = await call('batches.apply', { id: batch.id, reviewer: `${reviewer} batch ${n}` });
    say({ batch: `${reviewer} batch ${n}`, decided: done.decided });
  }
}
