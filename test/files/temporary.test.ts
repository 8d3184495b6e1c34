import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, dirname, join } from 'node:path';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { writeAtomically } from '../../src-main/files/atomic-file.ts';
import { isTemporaryName, sweepTemporary, temporaryBeside } from '../../src-main/files/temporary.ts';
import { createProject, openProject } from '../../src-main/store/file/project.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const source = (path: string): string =>
  JSON.stringify(new URL(`../../src-main/${path}`, import.meta.url).href);

/** Names that a process gave which is no more. */
function namesOfTheDead(targets: readonly string[]): string[] {
  const code = `const { temporaryBeside } = await import(${source('files/temporary.ts')});
    console.log(JSON.stringify(${JSON.stringify(targets)}.map(temporaryBeside)));`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }),
  ) as string[];
}

test('only what a dead process of this machine left is swept, files and folders', (t) => {
  const dir = temporaryDir(t);
  const [file, folder, log] = namesOfTheDead([
    join(dir, 'labels.jsonl'),
    join(dir, 'project'),
    join(dir, 'project.db'),
  ]) as [string, string, string];
  writeFileSync(file, 'half');
  mkdirSync(folder);
  writeFileSync(join(folder, 'project.db'), 'half');
  writeFileSync(`${log}-wal`, 'half');
  const own = temporaryBeside(join(dir, 'labels.jsonl'));
  const parts = /\.fovea-([0-9a-f]{8})-(\d+)-(\d+)-/.exec(file)!;
  const kept = [
    own,
    // Another machine's, another program's, somebody's own.
    file.replace(parts[1]!, '00000000'),
    join(dir, '.labels.jsonl.0123456789ab.tmp'),
    join(dir, 'labels.jsonl.tmp'),
    file.replace(/^(.*\/)\./, '$1'),
  ];
  for (const path of kept) writeFileSync(path, 'mine');
  assert.deepEqual(
    sweepTemporary(dir).sort(),
    [basename(file), basename(folder), `${basename(log)}-wal`].sort(),
  );
  assert.deepEqual(readdirSync(dir).sort(), kept.map((path) => basename(path)).sort());
  // Its number was given to another process since.
  if (parts[3] !== '0') {
    const reused = own.replace(/-\d+(-[0-9a-f]{8}\.tmp)$/, '-1$1');
    writeFileSync(reused, 'half');
    assert.deepEqual(sweepTemporary(dir), [basename(reused)]);
  }
  assert.deepEqual(sweepTemporary(join(dir, 'none')), []);
});

test('a name of any length gives one that fits, in the same folder', () => {
  for (const name of ['a', 'é'.repeat(127), '図'.repeat(85), '.hidden']) {
    const made = temporaryBeside(`/somewhere/${name}`);
    assert.equal(dirname(made), '/somewhere');
    assert.ok(Buffer.byteLength(basename(made)) < 255 && isTemporaryName(basename(made)), name);
  }
});

test('what a killed import and a killed export left is gone once somebody works there again', async (t) => {
  const dir = temporaryDir(t);
  const code = `
    const { createProject } = await import(${source('store/file/project.ts')});
    const { writeAtomically } = await import(${source('files/atomic-file.ts')});
    // What could settle it is held: what nobody can wake may be collected, and its file closed.
    const forever = () => new Promise((done) => setInterval(() => done, 1000));
    const out = ${JSON.stringify(join(dir, 'out', 'labels.jsonl'))};
    await new Promise((begun) => void writeAtomically(out, () => (begun(), forever())));
    await createProject(${JSON.stringify(join(dir, 'project'))}, 'x', async () => { console.log('made'); await forever(); });`;
  mkdirSync(join(dir, 'out'));
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const left = (folder: string): number => readdirSync(folder).filter(isTemporaryName).length;
  // A living process keeps its own.
  await writeAtomically(join(dir, 'out', 'other.jsonl'), async (sink) => sink.write('x'));
  assert.deepEqual([left(dir), left(join(dir, 'out'))], [1, 1]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.deepEqual([left(dir), left(join(dir, 'out'))], [1, 1]);
  await writeAtomically(join(dir, 'out', 'other.jsonl'), async (sink) => sink.write('y'));
  assert.equal(left(join(dir, 'out')), 0);
  (await createProject(join(dir, 'elsewhere', 'project'), 'y')).close();
  assert.equal(left(dir), 1);
  const project = await createProject(join(dir, 'next'), 'z');
  project.close();
  assert.equal(left(dir), 0);
  // Opening is enough, too: of the project's own folder and of the one it lies in.
  const [db, beside] = namesOfTheDead([join(project.path, 'project.db'), project.path]) as [string, string];
  writeFileSync(db, 'half');
  mkdirSync(beside);
  openProject(project.path).close();
  assert.ok(!existsSync(db) && !existsSync(beside));
});
