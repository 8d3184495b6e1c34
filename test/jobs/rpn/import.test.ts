import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openFolders } from '../../../src-main/checkpoint/open.ts';
import { readTensors } from '../../../src-main/checkpoint/files/tensor-index.ts';
import { importRpn } from '../../../src-main/jobs/rpn/import.ts';
import { adoptRpn, unlistedRpns } from '../../../src-main/jobs/rpn/place.ts';
import { write } from '../../../src-main/store/db.ts';
import { listRpns, rpnConfig, rpnFolder } from '../../../src-main/store/training/rpn.ts';
import { DEMO_CHECKPOINT } from '../../support/demo.ts';
import { rpnProject } from '../../support/rpn-project.ts';
import { filled, type StoredTensor, writeSafetensors } from '../../support/safetensors.ts';
import { editConfig, rewriteTensors } from '../../support/split-rpn.ts';

test("an RPN-only folder and a merged checkpoint come in as the RPN's tensors and config, and lie over the base as before", async (t) => {
  const { project, base, rpn, baseModel } = await rpnProject(t);
  const version = await importRpn(project, { from: rpn, base: baseModel, name: null });
  const folder = rpnFolder(project.path, version.id);
  const [own, theirs] = [await readTensors(folder), await readTensors(rpn)];
  assert.deepEqual(
    [...own.keys()].sort(),
    [...theirs.keys()].filter((name) => name.includes('twig_')).sort(),
  );
  assert.deepEqual(readdirSync(folder).sort(), ['config.json', 'model.safetensors']);
  const opened = await openFolders({ dir: base, rpnDir: folder });
  assert.deepEqual([opened.config.rpn?.k, opened.config.rpn?.t], [version.k, version.t]);
  assert.equal(rpnConfig(project.db, version.id).twig_K, version.k);
  // The same weights by another way are the same version.
  await assert.rejects(importRpn(project, { from: DEMO_CHECKPOINT, base: baseModel, name: 'again' }), {
    code: 'conflict',
    message: /in the project already, as RPN version rpn/,
  });
  assert.equal(listRpns(project.db).length, 1);
});

test('what does not fit the base model is refused by name, and nothing is left behind', async (t) => {
  const { project, rpn, baseModel, dir } = await rpnProject(t);
  const bad = async (
    name: string,
    change: (folder: string) => Promise<void> | void,
    expected: object,
  ): Promise<void> => {
    const from = join(dir, name);
    cpSync(rpn, from, { recursive: true });
    await change(from);
    await assert.rejects(importRpn(project, { from, base: baseModel, name: null }), expected, name);
    assert.deepEqual(listRpns(project.db), [], name);
    const left = existsSync(join(project.path, 'rpn')) ? readdirSync(join(project.path, 'rpn')) : [];
    assert.deepEqual(left, [], name);
  };
  const [layers, width] = [
    /twig_K 99 is not a layer/,
    /q_proj.weight has shape \[3, 5\] where the base needs/,
  ];
  await bad('k', (f) => editConfig(f, (config) => ({ ...config, twig_K: 99 })), {
    code: 'bad_checkpoint',
    message: layers,
  });
  await bad('t', (f) => editConfig(f, (config) => ({ ...config, twig_T: 9 })), {
    code: 'missing_tensor',
    message: /twig_layers/,
  });
  const change = (name: RegExp, to: Parameters<typeof rewriteTensors>[2]) => (f: string) =>
    rewriteTensors(f, f, (at, tensor) => (name.test(at) ? to(at, tensor) : tensor));
  await bad(
    'size',
    change(/twig_layers\.0\.self_attn\.q_proj/, () => filled([3, 5])),
    { code: 'bad_checkpoint', message: width },
  );
  await bad(
    'nan',
    change(/twig_layers\.0\.self_attn\.k_proj/, (_, { shape }) => filled(shape, NaN)),
    {
      code: 'bad_checkpoint',
      message: /k_proj\.weight holds a value that is no number/,
    },
  );
  await bad(
    'infinite',
    change(/twig_layers\.0\.mlp\.up_proj/, (_, { shape }) => filled(shape, -Infinity)),
    {
      code: 'bad_checkpoint',
      message: /no number/,
    },
  );
  await bad('none', (f) => editConfig(f, (config) => ({ ...config, enable_twig: false })), {
    code: 'bad_checkpoint',
  });
  await bad('gone', (f) => rmSync(f, { recursive: true }), { code: 'not_found' });
});

test('names: the one given or the folder, never one that is taken; what lies in a version’s place is set aside, never deleted', async (t) => {
  const { project, rpn, baseModel, dir } = await rpnProject(t);
  mkdirSync(join(project.path, 'rpn', '1'), { recursive: true });
  writeFileSync(join(project.path, 'rpn', '1', 'leftover'), '');
  const first = await importRpn(project, { from: rpn, base: baseModel, name: null });
  assert.deepEqual([first.id, first.name], [1, 'rpn']);
  assert.ok(!existsSync(join(rpnFolder(project.path, 1), 'leftover')));
  const aside = join(project.path, 'rpn', 'unlisted-1-1');
  assert.ok(existsSync(join(aside, 'leftover')));
  assert.deepEqual(unlistedRpns(project), [aside]);
  const other = join(dir, 'other', 'rpn');
  cpSync(rpn, other, { recursive: true });
  await rewriteTensors(other, other, (name, tensor) =>
    /twig_norm/.test(name) ? filled(tensor.shape, 2) : tensor,
  );
  await assert.rejects(importRpn(project, { from: other, base: baseModel, name: 'rpn' }), {
    code: 'conflict',
  });
  assert.equal((await importRpn(project, { from: other, base: baseModel, name: null })).name, 'rpn-2');
});

test('an RPN that is a version already is told by its weights, in whatever file and under whatever names they lie', async (t) => {
  const { project, rpn, baseModel } = await rpnProject(t);
  const version = await importRpn(project, { from: rpn, base: baseModel, name: 'mine' });
  // As a version lies that was trained here: another file of the same weights, under shorter names.
  const own = rpnFolder(project.path, version.id);
  const shorter: Record<string, StoredTensor> = {};
  await rewriteTensors(own, own, (name, tensor) => (shorter[name.replace(/^model\./, '')] = tensor));
  writeSafetensors(join(own, 'model.safetensors'), shorter);
  write(project.db, 'UPDATE rpn SET weights_sha256 = zeroblob(32)').run();
  await assert.rejects(importRpn(project, { from: rpn, base: baseModel, name: 'again' }), {
    code: 'conflict',
    message: /RPN version mine/,
  });
  // One number in a large matrix is another RPN.
  await rewriteTensors(own, own, (name, tensor) =>
    /mlp\.up_proj/.test(name) ? filled(tensor.shape, 2) : tensor,
  );
  assert.equal((await importRpn(project, { from: rpn, base: baseModel, name: 'again' })).name, 'again');
});

test('a folder that cannot become a version stays where it is', async (t) => {
  const { project, rpn } = await rpnProject(t);
  const wanted = {
    name: '7',
    source: 'trained',
    parentId: null,
    baseFingerprint: 'b',
    k: 1,
    t: 1,
    config: {},
    weightsSha256: new Uint8Array(32),
    metrics: null,
  } as const;
  await assert.rejects(adoptRpn(project, rpn, wanted), { code: 'bad_input' });
  const fails = (): never => {
    throw new Error('no');
  };
  await assert.rejects(adoptRpn(project, rpn, { ...wanted, name: 'x' }, fails), /no/);
  assert.ok(existsSync(join(rpn, 'model.safetensors')));
  assert.deepEqual(listRpns(project.db), []);
  assert.equal(await adoptRpn(project, rpn, { ...wanted, name: 'x' }), 1);
  assert.ok(!existsSync(rpn));
});
