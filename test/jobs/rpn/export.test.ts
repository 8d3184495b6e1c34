import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readTensors } from '../../../src-main/checkpoint/files/tensor-index.ts';
import { openFolders } from '../../../src-main/checkpoint/open.ts';
import { baseModel } from '../../../src-main/jobs/rpn/base.ts';
import { exportRpn } from '../../../src-main/jobs/rpn/export.ts';
import { importRpn } from '../../../src-main/jobs/rpn/import.ts';
import { createProject } from '../../../src-main/store/file/project.ts';
import { DEMO_CHECKPOINT } from '../../support/demo.ts';
import { rpnProject } from '../../support/rpn-project.ts';
import { editConfig, rewriteTensors } from '../../support/split-rpn.ts';

/** Bytes of every tensor of a folder, by name. */
async function tensorsOf(folder: string, which = /./): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const [name, { file, offset, length }] of await readTensors(folder)) {
    if (which.test(name))
      found.set(
        name,
        readFileSync(file)
          .subarray(offset, offset + length)
          .toString('hex'),
      );
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

test("the RPN alone: the authors' names, every byte, and another project takes it again", async (t) => {
  const { project, rpn, baseModel: base, dir } = await rpnProject(t);
  const version = await importRpn(project, { from: rpn, base, name: 'mine' });
  const out = join(dir, 'out');
  const exported = await exportRpn(project, { version, to: out, base: null });
  assert.equal(exported.path, out);
  assert.deepEqual(readdirSync(out).sort(), ['config.json', 'fovea-version.json', 'model.safetensors']);
  const tensors = await tensorsOf(out);
  assert.deepEqual(tensors, await tensorsOf(rpn, /twig_/));
  for (const name of tensors.keys()) assert.match(name, /^(model\.twig_(layers\.\d+\.|norm\.)|twig_head\.)/);
  const config = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')) as Record<string, unknown>;
  assert.deepEqual([config.enable_twig, config.twig_K, config.twig_T], [true, version.k, version.t]);
  const other = await createProject(join(dir, 'other'), 'Other');
  t.after(() => other.close());
  const again = await importRpn(other, { from: out, base, name: null });
  assert.equal(again.weightsSha256, version.weightsSha256);
});

test('with its base it is the whole model in one folder', async (t) => {
  const { project, rpn, baseModel: base, dir } = await rpnProject(t);
  const version = await importRpn(project, { from: rpn, base, name: 'mine' });
  const out = join(dir, 'whole');
  await exportRpn(project, { version, to: out, base });
  assert.deepEqual(await tensorsOf(out), await tensorsOf(DEMO_CHECKPOINT));
  const { config } = await openFolders({ dir: out });
  assert.equal(config.rpn?.k, version.k);
  assert.ok(existsSync(join(out, 'tokenizer.json')) || existsSync(join(out, 'tokenizer.model')));
});

test('a folder of its own is replaced, anybody else stays; nothing goes into a project', async (t) => {
  const { project, rpn, baseModel: base, dir } = await rpnProject(t);
  const version = await importRpn(project, { from: rpn, base, name: 'mine' });
  const to = (name: string): string => join(dir, name);
  const write = (name: string) => exportRpn(project, { version, to: to(name), base: null });
  await write('a');
  await write('a');
  mkdirSync(to('empty'));
  await write('empty');
  writeFileSync(join(to('a'), 'notes.txt'), 'mine');
  await assert.rejects(write('a'), { code: 'conflict', message: /did not export/ });
  assert.ok(existsSync(join(to('a'), 'notes.txt')));
  cpSync(to('empty'), to('copied'), { recursive: true });
  const text = readFileSync(join(to('copied'), 'fovea-version.json'), 'utf8');
  writeFileSync(
    join(to('copied'), 'fovea-version.json'),
    text.replace(/"project": ".*?"/, '"project": "another"'),
  );
  await assert.rejects(write('copied'), { code: 'conflict' });
  mkdirSync(to('full'));
  writeFileSync(join(to('full'), 'x'), '');
  await assert.rejects(write('full'), { code: 'conflict' });
  writeFileSync(to('file'), '');
  await assert.rejects(write('file'), { code: 'bad_input' });
  await assert.rejects(write('missing/a'), { code: 'not_found' });
  await assert.rejects(exportRpn(project, { version, to: join(project.path, 'x'), base: null }), {
    code: 'bad_input',
  });
  symlinkSync(join(project.path, 'rpn'), to('link'));
  await assert.rejects(write('link'), { code: 'bad_input' });
  assert.deepEqual(
    readdirSync(dir).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

test("a base that the authors' loader would not read whole is refused with the reason", async (t) => {
  const { project, base, rpn, baseModel: model, dir } = await rpnProject(t);
  const version = await importRpn(project, { from: rpn, base: model, name: 'mine' });
  const to = join(dir, 'out');
  const renamed = join(dir, 'renamed');
  cpSync(base, renamed, { recursive: true });
  const names = new Map<string, Parameters<Parameters<typeof rewriteTensors>[2]>[1]>();
  await rewriteTensors(base, renamed, (name, tensor) => {
    names.set(`language_model.${name}`, tensor);
    return null;
  });
  await rewriteTensors(base, renamed, () => null, Object.fromEntries(names));
  const asIfSame = { ...model, dir: renamed };
  await assert.rejects(exportRpn(project, { version, to, base: asIfSame }), {
    code: 'unsupported_model',
    message: /other names/,
  });
  await assert.rejects(exportRpn(project, { version, to, base: { ...model, adapterDir: '/a' } }), {
    code: 'unsupported_model',
    message: /adapter/,
  });
  editConfig(renamed, (config) => ({ ...config, changed: true }));
  await assert.rejects(exportRpn(project, { version, to, base: await baseModel({ dir: renamed }) }), {
    code: 'bad_input',
    message: /is not of renamed/,
  });
  assert.ok(!existsSync(to));
});
