/** Paths from a page: relative ones are the person's, and in a browser they stay under folders the person chose. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathRules } from '../../src-main/app/path-rules.ts';
import { inApp } from '../../src-main/app/app-root.ts';
import { PATH_INPUTS, withGivenPaths, type PathRules } from '../../src-main/rpc/given-paths.ts';
import { procedures, type ProcedureName } from '../../src-shared/contract/procedures.ts';

const dir = realpathSync(mkdtempSync(join(tmpdir(), 'fovea-paths-')));
after(() => rmSync(dir, { recursive: true }));
mkdirSync(join(dir, 'chosen', 'deep'), { recursive: true });
mkdirSync(join(dir, 'work', 'project'), { recursive: true });
mkdirSync(join(dir, 'elsewhere'));
symlinkSync(join(dir, 'elsewhere'), join(dir, 'chosen', 'way out'));

const browser: PathRules = { base: join(dir, 'chosen'), roots: [join(dir, 'chosen')] };
const recent = [join(dir, 'elsewhere', 'old project')];

async function take(path: string, rules = browser, name: ProcedureName = 'export.target'): Promise<string> {
  const context = { project: join(dir, 'work', 'project'), recent: () => Promise.resolve(recent) };
  return ((await withGivenPaths(name, { path }, rules, context)) as { path: string }).path;
}

const allowed: readonly [string, string][] = [
  ['a name alone', 'labels.jsonl'],
  ['a chosen folder', join(dir, 'chosen', 'deep', 'new', 'x.jsonl')],
  ['beside the open project', join(dir, 'work', 'x.jsonl')],
  ['the home folder', join(homedir(), 'pictures', 'x.jsonl')],
  ['the home folder as in a shell', '~/x.jsonl'],
  ['a project opened before', join(dir, 'elsewhere', 'old project')],
];
for (const [what, path] of allowed) {
  test(`a page in a browser may use ${what}`, async () => {
    assert.match(await take(path), /^\//);
  });
}

const refused: readonly [string, string][] = [
  ['another folder', join(dir, 'elsewhere', 'x.jsonl')],
  ['a folder beside whose name begins alike', join(dir, 'chosen2', 'x.jsonl')],
  ['the way up', '../elsewhere/x.jsonl'],
  ['a link that leads out', join(dir, 'chosen', 'way out', 'x.jsonl')],
  ['what programs obey in the home folder', join(homedir(), '.config', 'autostart', 'x.jsonl')],
  ['the root', '/x.jsonl'],
];
for (const [what, path] of refused) {
  test(`a page in a browser may not use ${what}, and is told what to do`, async () => {
    await assert.rejects(take(path), {
      code: 'bad_input',
      message: /may not use this place/,
      next: /--allow/,
    });
  });
}

test('a system dialog may choose any place; relative paths are the person’s all the same', async () => {
  const any: PathRules = { base: dir, roots: null };
  assert.equal(await take('/x.jsonl', any), '/x.jsonl');
  assert.equal(await take('x.jsonl', any), join(dir, 'x.jsonl'));
});

test('a relative name never lands in the program’s own folder', () => {
  for (const own of [inApp('.').replace(/\/$/, ''), inApp('src-main'), '/']) {
    assert.ok(
      [homedir(), join(homedir(), 'Documents')].includes(pathRules('electron', null, [], own).base),
      own,
    );
  }
  assert.equal(pathRules('browser', null, [], dir).base, dir);
  assert.ok(pathRules('browser', null, ['/data'], dir).roots!.includes('/data'));
});

/** Of a model that is known already, or looked up by name. */
const LOOKED_UP = /^(jobs|models|inspect|recipes|presets)\./;

test('every input that is a path is in the table', () => {
  for (const [name, { input }] of Object.entries(procedures)) {
    const fields = 'shape' in input ? Object.keys(input.shape) : [];
    const paths = fields.filter((field) => /(^|[a-z])(path|dir|file|folder)$|^(from|to)$/i.test(field));
    if (LOOKED_UP.test(name)) continue;
    assert.deepEqual(Object.keys(PATH_INPUTS[name as ProcedureName] ?? {}).sort(), paths.sort(), name);
  }
});
