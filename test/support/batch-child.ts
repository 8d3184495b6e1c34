/** A process to be killed: decides or undoes a batch in its thread, as the backend does, and says how far it is. */
import { runBatch } from '../../src-main/jobs/batches/run-batch.ts';

const [projectPath, action, id] = process.argv.slice(2) as [string, 'apply' | 'undo', string];
const say = (line: string): void => void process.stdout.write(`${line}\n`);
await runBatch(
  { projectPath, action, id: Number(id), reviewer: 'ann', reason: null },
  { signal: new AbortController().signal, onProgress: (done) => say(String(done)) },
);
say('finished');
