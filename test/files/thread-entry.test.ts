/** Threads start from their sources, and in Electron's build from the programs that it makes of them. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildElectron } from '../../scripts/build/electron.ts';
import { root } from '../../scripts/lib/paths.mjs';
import { readSources } from '../../scripts/lint/sources.ts';
import { threadEntry } from '../../src-main/files/thread-entry.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

/** Starts threads for others. */
const LASTING = 'src-main/jobs/lasting-thread.ts';

test('threads ask in one place where they start, so that no count of folders up can be wrong', () => {
  const sources = [...readSources(root)].filter(([path]) => path.startsWith('src-main/'));
  const threads = sources.filter(([, text]) =>
    /import \{ Worker\b[^}]*\} from 'node:worker_threads'/.test(text),
  );
  assert.ok(threads.length >= 4, `${threads.length} threads`);
  for (const [path, text] of threads) {
    // Who starts threads for others is given the entry by those.
    const asking =
      path === LASTING ? sources.filter(([, other]) => other.includes('new LastingThread')) : [[path, text]];
    assert.ok(asking.length > 0, path);
    // Code given as text needs no file.
    for (const [by, its] of asking)
      assert.ok(its!.includes("threadEntry('") || its!.includes('eval: true'), by);
  }
  const bundled = sources
    .filter(([, text]) => text.includes('process.env.FOVEA_BUNDLED'))
    .map(([path]) => path);
  assert.deepEqual(bundled.sort(), ['src-main/app/process-entry.ts', 'src-main/files/thread-entry.ts']);
});

test('every thread has a program in the Electron build, where the build looks for it', async (t) => {
  const built = temporaryDir(t);
  await buildElectron(built);
  const entries = [...readSources(root).values()].flatMap((text) =>
    [...text.matchAll(/threadEntry\('([^']+)', new URL\(/g)].map(([, name]) => name!),
  );
  assert.ok(entries.length >= 4, `${entries.length} threads`);
  const programs = [...readSources(root).values()].flatMap((text) =>
    [...text.matchAll(/processEntry\('([^']+)'\)/g)].map(([, name]) => name!),
  );
  assert.deepEqual(programs.sort(), ['engine', 'trainer']);
  for (const name of programs) assert.ok(existsSync(join(built, `${name}.mjs`)), name);
  const before = process.env.FOVEA_BUNDLED;
  t.after(() =>
    before === undefined ? delete process.env.FOVEA_BUNDLED : (process.env.FOVEA_BUNDLED = before),
  );
  const source = new URL('./source.ts', import.meta.url);
  delete process.env.FOVEA_BUNDLED;
  assert.equal(threadEntry('x', source), source);
  process.env.FOVEA_BUNDLED = '1';
  for (const name of entries) {
    assert.equal(fileURLToPath(threadEntry(name, source)), join(root, 'dist', 'electron', `${name}.mjs`));
    assert.ok(existsSync(join(built, `${name}.mjs`)), name);
  }
});
