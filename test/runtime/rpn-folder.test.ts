/** Base model and RPN from two folders: every number is that of the merged checkpoint, to the bit. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openModel } from '../../src-main/checkpoint/open.ts';
import { probeModel } from '../../src-main/pipeline/probe.ts';
import { Stopwatch } from '../../src-main/pipeline/subject/stopwatch.ts';
import { loadModel } from '../../src-main/runtime/index.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { oracleCases, type OracleCase } from '../support/oracle.ts';
import { splitRpn } from '../support/split-rpn.ts';

async function probe({ image, question }: OracleCase, dir: string, rpnDir?: string) {
  const checkpoint = await openModel(dir, rpnDir);
  const model = await loadModel(checkpoint, { device: 'cpu' });
  try {
    const request = {
      model: { dir, device: 'cpu' },
      imagePath: image,
      question,
      answer: null,
      layers: [0],
      maxNewTokens: 4,
    } as const;
    const { arrays } = await probeModel({ model, checkpoint }, request, new Stopwatch());
    return { arrays, parameters: model.info.parameters, rpn: model.profile.rpn };
  } finally {
    await model.dispose();
  }
}

const cases = [...(await oracleCases('llava')), ...(await oracleCases('qwen2_5_vl'))];
for (const golden of cases.filter(({ expected }) => expected.has('rpn_logits'))) {
  test(`${golden.name}: an RPN laid over its base is the merged checkpoint`, async (t) => {
    const { base, rpn } = await splitRpn(golden.dir, temporaryDir(t));
    const merged = await probe(golden, golden.dir);
    const laid = await probe(golden, base, rpn);
    assert.ok(laid.arrays.rpn_logits);
    assert.deepEqual(laid, merged);
    const alone = await probe(golden, base);
    assert.equal(alone.rpn, null);
    assert.equal(alone.arrays.rpn_logits, undefined);
    assert.deepEqual(alone.arrays.logits, merged.arrays.logits);
  });
}
