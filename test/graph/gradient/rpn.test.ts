/** The RPN branch as the app builds it, differentiated whole: every weight, and the state that goes in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradientErrors, TOLERANCE } from '../../support/gradient-check.ts';
import type { Branch } from '../../support/trained-rpn.ts';
import { CASES, largestDifference, runGradients, trained } from '../../support/trained-rpn.ts';

/** The tensors that METHOD §3 trains: of the last layer its norm, queries and keys, and twig_norm where it is applied. */
function trainedTensors({ text, rpn }: Branch): string[] {
  const attention = ['q_proj', 'k_proj', 'v_proj'].flatMap((part) => [
    `self_attn.${part}.weight`,
    ...(text.qkvBias ? [`self_attn.${part}.bias`] : []),
  ]);
  const rest = [
    'self_attn.o_proj',
    'mlp.gate_proj',
    'mlp.up_proj',
    'mlp.down_proj',
    'input_layernorm',
    'post_attention_layernorm',
  ];
  const whole = [...attention, ...rest.map((name) => `${name}.weight`)];
  const last = whole.filter((name) => /input_layernorm|q_proj|k_proj/.test(name));
  const layers = [whole, whole, last].flatMap((names, i) =>
    names.map((name) => `model.twig_layers.${i}.${name}`),
  );
  return [...(rpn.norm ? ['model.twig_norm.weight'] : []), ...layers];
}

for (const [name, branch, lossOf] of CASES) {
  test(`${name}: every weight's gradient agrees with central differences`, async (t) => {
    const { b, loss, wanted, feeds } = trained(branch, lossOf, 'float64');
    assert.deepEqual(
      wanted
        .slice(1)
        .map((value) => value.name)
        .sort(),
      trainedTensors(branch).sort(),
    );
    const checked = await gradientErrors(b, loss, wanted, feeds, { most: 10 });
    for (const { name: input, worst } of checked) assert.ok(worst <= TOLERANCE, `${input}: ${worst}`);
    const worst = checked.reduce((a, c) => (c.worst > a.worst ? c : a));
    t.diagnostic(`largest relative error ${worst.worst.toExponential(1)} (${worst.name})`);
  });

  test(`${name}: in float32, as training runs it, the gradients are the same`, async (t) => {
    const single = await runGradients(trained(branch, lossOf, 'float32'));
    const most = largestDifference(single, await runGradients(trained(branch, lossOf, 'float64')));
    assert.ok(most < 1e-4, `relative difference ${most}`);
    t.diagnostic(`largest relative difference ${most.toExponential(1)}`);
  });
}
