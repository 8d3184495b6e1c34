/** Prompts equal the recipe's ids; the template comes from the checkpoint, or is LLaVA-1.5's own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildPrompt, plainQuestion } from '../../src-main/checkpoint/prompt.ts';
import { readTokenizer } from '../../src-main/checkpoint/tokenizer/tokenizer.ts';
import type { Tokenizer } from '../../src-main/checkpoint/tokenizer/tokenizer.ts';
import { DEMO_CHECKPOINT, demoGolden } from '../support/demo.ts';

const tokenizer = await readTokenizer(DEMO_CHECKPOINT);

test('every golden question in three languages gives the recipe’s ids', () => {
  const goldens = demoGolden<{ text: string; input_ids: number[] }[]>('tokenizer.json');
  assert.ok(goldens.length > 20);
  for (const { text, input_ids } of goldens) {
    const { before, after } = buildPrompt(tokenizer, 4, text);
    assert.deepEqual([...before, 4, ...after], input_ids, text);
  }
});

test('an <image> line around the question is dropped, one inside is refused', () => {
  const plain = buildPrompt(tokenizer, 4, 'Where is the red tag?');
  assert.deepEqual(buildPrompt(tokenizer, 4, '<image>\nWhere is the red tag?'), plain);
  assert.deepEqual(buildPrompt(tokenizer, 4, 'Where is the red tag?\n<image>'), plain);
  assert.throws(() => buildPrompt(tokenizer, 4, 'Where <image> is it?'), { code: 'bad_input' });
  // The authors take away `<image>\n` and no more; a mark written otherwise goes with the space around it.
  assert.equal(plainQuestion('<image>\n  Where?\n'), '  Where?\n');
  assert.equal(plainQuestion('Where? \n<image>'), 'Where? ');
  assert.equal(plainQuestion(' <image>  Where?'), 'Where?');
  assert.throws(() => plainQuestion('<image>\n<image>\nWhere?'), { code: 'bad_input' });
});

test('without a template the conversation is vicuna_v1, tokenised in two pieces with one BOS', () => {
  const seen: string[] = [];
  const spy: Tokenizer = {
    ...tokenizer,
    chatTemplate: null,
    encodeWithSpecial: (text) => {
      seen.push(text);
      return tokenizer.encodeWithSpecial(text);
    },
  };
  const { before, after } = buildPrompt(spy, null, 'Where is the red tag?');
  assert.match(seen[0], /^A chat between a curious user .* the user's questions\. USER: $/);
  assert.equal(seen[1], '\nWhere is the red tag? ASSISTANT:');
  assert.equal(before[0], 1);
  assert.ok(!after.includes(1));
});

test('a template that fails or forgets the picture is a bad checkpoint', () => {
  for (const text of ['{{ raise_exception("no") }}', 'USER: {{ messages[0].content[1].text }}', '{% if %}']) {
    const chatTemplate = { text, file: 'chat_template.jinja', files: [], differing: [] };
    assert.throws(() => buildPrompt({ ...tokenizer, chatTemplate }, 4, 'Where?'), {
      code: 'bad_checkpoint',
      where: 'chat_template.jinja',
    });
  }
});
