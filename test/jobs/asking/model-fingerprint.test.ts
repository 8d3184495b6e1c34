/** Models are told apart by content, an RPN laid over one by every byte of it; what an older version knew it by still finds it. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readTensors } from '../../../src-main/checkpoint/files/tensor-index.ts';
import {
  formerFingerprint,
  isModelOf,
  modelFingerprint,
} from '../../../src-main/jobs/asking/model-fingerprint.ts';
import { write } from '../../../src-main/store/db.ts';
import { ensureModel, takeUpModel } from '../../../src-main/store/runs/model.ts';
import { DEMO_CHECKPOINT } from '../../support/demo.ts';
import { testProject, testRun } from '../../support/project.ts';
import { splitRpn } from '../../support/split-rpn.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

/** A copy of an RPN with one bit of one number changed, at `share` of one matrix. */
async function oneBitAway(rpn: string, to: string, matrix: string, share: number): Promise<string> {
  cpSync(rpn, to, { recursive: true });
  const entry = [...(await readTensors(to)).values()].find(({ name }) => name.includes(matrix))!;
  const bytes = readFileSync(entry.file);
  bytes[entry.offset + Math.floor(share * entry.length)]! ^= 1;
  writeFileSync(join(to, 'model.safetensors'), bytes);
  return to;
}

test('two RPNs that differ in one number of one matrix are two, wherever that number lies', async (t) => {
  const dir = temporaryDir(t);
  const { base, rpn } = await splitRpn(DEMO_CHECKPOINT, dir);
  const own = { dir: base, rpnDir: rpn };
  const known = new Set([await modelFingerprint(own)]);
  let alike = 0;
  for (const [i, matrix] of [
    'twig_layers.0.self_attn.q_proj',
    'twig_layers.1.self_attn.k_proj',
    'twig_layers.0.mlp.up_proj',
  ].entries()) {
    for (const share of [0, 0.3, 0.7, 0.999]) {
      const other = await oneBitAway(rpn, join(dir, `${i}-${share}`), matrix, share);
      const folders = { dir: base, rpnDir: other };
      if ((await formerFingerprint(folders)) === (await formerFingerprint(own))) alike++;
      known.add(await modelFingerprint(folders));
    }
  }
  assert.equal(known.size, 13);
  assert.ok(alike > 0, 'samples of the files alone take some of them for one another');

  const moved = join(dir, 'moved');
  cpSync(rpn, moved, { recursive: true });
  assert.equal(await modelFingerprint({ dir: base, rpnDir: moved }), await modelFingerprint(own));
  assert.equal(await formerFingerprint({ dir: base }), null);
});

test('a file that changed is read again', async (t) => {
  const dir = temporaryDir(t);
  const { base, rpn } = await splitRpn(DEMO_CHECKPOINT, dir);
  const before = await modelFingerprint({ dir: base, rpnDir: rpn });
  cpSync(await oneBitAway(rpn, join(dir, 'other'), 'twig_layers.0.mlp.up_proj', 0.31), rpn, {
    recursive: true,
  });
  assert.notEqual(await modelFingerprint({ dir: base, rpnDir: rpn }), before);
});

test('runs of before RPNs were hashed whole are taken for the RPN of their folder, and for no other', async (t) => {
  const dir = temporaryDir(t);
  const { base, rpn } = await splitRpn(DEMO_CHECKPOINT, dir);
  const folders = { dir: base, rpnDir: rpn };
  const [fingerprint, former] = [await modelFingerprint(folders), (await formerFingerprint(folders))!];
  assert.ok(await isModelOf(folders, { rpnDir: rpn, fingerprint }));
  assert.ok(await isModelOf(folders, { rpnDir: rpn, fingerprint: former }));
  assert.ok(!(await isModelOf(folders, { rpnDir: join(dir, 'other'), fingerprint: former })));
  assert.ok(!(await isModelOf(folders, { fingerprint: former })));

  const project = await testProject(t, 1);
  const { db } = project;
  const runId = testRun(project);
  const facts = { dir: base, name: 'demo', family: 'llava' };
  const model = ensureModel(db, { ...facts, fingerprint: former });
  write(db, 'UPDATE run SET model_id = ?, settings = ? WHERE id = ?').run(
    model,
    JSON.stringify({ rpnDir: rpn }),
    runId,
  );
  takeUpModel(db, { fingerprint, former, rpnDir: join(dir, 'other') });
  assert.notEqual(ensureModel(db, { ...facts, fingerprint: 'of the other' }), model);
  takeUpModel(db, { fingerprint, former, rpnDir: rpn });
  assert.equal(ensureModel(db, { ...facts, fingerprint }), model);
});
