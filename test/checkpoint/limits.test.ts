/** What a checkpoint's own template, patterns and sizes may take. Our limits are lowered; nothing here runs for long. */
import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { matching } from '../../src-main/checkpoint/adapter/pattern.ts';
import { renderChat } from '../../src-main/checkpoint/template/chat-template.ts';
import { openModel } from '../../src-main/checkpoint/open.ts';
import { plainQuestion } from '../../src-main/checkpoint/prompt.ts';
import { TEMPLATE_LIMITS } from '../../src-main/checkpoint/template/limits.ts';
import { readTokenizer, TOKENIZER_LIMITS } from '../../src-main/checkpoint/tokenizer/tokenizer.ts';
import { within } from '../../src-main/checkpoint/files/within.ts';
import { promptFor } from '../../src-main/pipeline/subject/prompted.ts';
import { encodeImageFile } from '../../src-main/pipeline/subject/subject.ts';
import { Stopwatch } from '../../src-main/pipeline/subject/stopwatch.ts';
import { DEMO_CHECKPOINT, DEMO_PROJECT_SCENES } from '../support/demo.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { demoGolden } from '../support/demo.ts';
import { loadDemo } from '../support/demo-subject.ts';
import { oracleCases } from '../support/oracle.ts';

const bounds = { what: 'the work', ms: 50, code: 'bad_checkpoint', where: 'file', next: 'Do less' } as const;

/** Goes on for a minute where nobody stops it. */
function slow(): string {
  const end = Date.now() + 60_000;
  while (Date.now() < end);
  return 'ended by itself';
}

test('11-C21: work that takes longer than it may is ended, with its name and the next step', () => {
  assert.equal(
    within(bounds, () => 'quick'),
    'quick',
  );
  assert.throws(() => within(bounds, slow), {
    code: 'bad_checkpoint',
    message: /^the work takes longer than the 0\.05 s/,
    where: 'file',
    next: 'Do less',
  });
  // The limit of the whole holds for its parts.
  assert.throws(() => within(bounds, () => within({ ...bounds, what: 'a part', ms: 60_000 }, slow)), {
    message: /^the work/,
  });
  assert.throws(() => within(bounds, () => assert.fail('own error')), { message: 'own error' });
  assert.throws(() => within(matching('adapter', 20), slow), { message: /patterns takes? longer/ });
});

const render = (text: string, limits: Partial<typeof TEMPLATE_LIMITS> = {}): string =>
  renderChat(
    { text, file: 'chat_template.jinja', files: [], differing: [] },
    {},
    [{ type: 'text', text: 'a word' }],
    { ...TEMPLATE_LIMITS, ...limits },
  );

for (const [what, template, limits, message] of [
  ['steps', '{% for i in range(50) %}{{ i }}{% endfor %}', { steps: 100 }, /takes more than 100 steps/],
  ['a list', '{% for i in range(50) %}{{ i }}{% endfor %}', { items: 40 }, /list of more than 40 members/],
  ['a longer list', '{% set l = [1,2,3] + [4,5,6] %}{{ l|length }}', { items: 5 }, /more than 5 members/],
  ['texts added', "{% set t = 'aaaaaa' ~ 'bbbbbb' %}{{ t }}", { chars: 10 }, /text of more than 10 char/],
  ['texts replaced', "{{ 'aaaa'|replace('a', 'bbbb') }}", { chars: 10 }, /text of more than 10 char/],
  ['texts replaced by a method', "{{ 'aaaa'.replace('a', 'bbbb') }}", { chars: 10 }, /more than 10 char/],
  ['texts joined', "{{ ['aa', 'bb', 'cc']|join('----') }}", { chars: 13 }, /text of more than 13 char/],
  ['the prompt', '{% for i in range(9) %}ab{% endfor %}', { chars: 17 }, /text of more than 17 char/],
  ['the template', '{{ messages[0].content[0].text }}', { source: 20 }, /is longer than 20 char/],
  ['time', '{% for i in range(60000) %}{{ i }}{% endfor %}', { ms: 1 }, /longer than the 0\.001 s/],
] as const) {
  test(`11-C21: a chat template that passes its limit is refused by name: ${what}`, () => {
    assert.doesNotThrow(() => render(template));
    assert.throws(() => render(template, limits), {
      code: 'bad_checkpoint',
      message,
      where: 'chat_template.jinja',
      next: 'Compare its chat template with the published one',
    });
  });
}

test('11-C21: a template beyond the limits is refused when its folder is opened', async (t) => {
  const golden = (await oracleCases('qwen2_5_vl')).find(({ name }) => name === 'qwen2_5-vl-shrunk');
  assert.ok(golden);
  const dir = join(temporaryDir(t), 'long');
  cpSync(golden.dir, dir, { recursive: true });
  writeFileSync(join(dir, 'chat_template.jinja'), '{% for i in range(100001) %}a{% endfor %}');
  await assert.rejects(openModel(dir), {
    code: 'bad_checkpoint',
    message: /list of more than 100000 members/,
  });
});

test('11-C21: a text too long or too slow for the tokenizer is refused before anything runs', async () => {
  const few = await readTokenizer(DEMO_CHECKPOINT, 'llava', { ...TOKENIZER_LIMITS, chars: 20 });
  assert.ok(few.encode('what is it').length > 0);
  assert.throws(() => few.encode('what is it '.repeat(2)), {
    code: 'bad_input',
    message: 'the text has 22 characters, above the 20 a prompt can have',
    next: 'Shorten the question or the answer',
  });
  const quick = await readTokenizer(DEMO_CHECKPOINT, 'llava', { ...TOKENIZER_LIMITS, ms: 1 });
  assert.throws(() => quick.encode('what is it '.repeat(50_000)), {
    code: 'bad_input',
    message: /^tokenizing the text takes longer than the 0\.001 s/,
    next: /Shorten the text, or compare the patterns/,
  });
});

test('11-C21: a prompt beyond the model’s positions is refused before the first forward pass', async (t) => {
  const demo = await loadDemo();
  t.after(() => demo.model.dispose());
  const { config } = demo.checkpoint;
  const visual = demo.model.profile.grid[0] * demo.model.profile.grid[1];
  const room = (maxPositions: number) => ({
    // Neither may be reached.
    model: { ...demo.model, profile: demo.model.profile, encodeImage: () => assert.fail('encoded') },
    checkpoint: { ...demo.checkpoint, config: { ...config, text: { ...config.text, maxPositions } } },
  });
  const asked = promptFor(demo, 'Is it red?');
  assert.throws(() => promptFor(room(asked.length) as never, 'Is it red?'), {
    code: 'bad_input',
    message: `the prompt takes ${asked.length} tokens (${visual} of the picture), and the model has ${asked.length} positions`,
  });
  const [{ image }] = demoGolden<{ image: string }[]>('greedy_100.json');
  const path = join(DEMO_PROJECT_SCENES, image);
  await assert.rejects(encodeImageFile(room(visual) as never, path, new Stopwatch()), {
    code: 'bad_checkpoint',
    message: new RegExp(`= ${visual} visual tokens, and the model has ${visual} positions`),
  });
});

test('11-C21: a long question of white space costs no more than its length', () => {
  const wide = `a${' '.repeat(400_000)}b`;
  assert.equal(
    within({ ...bounds, ms: 5000 }, () => plainQuestion(wide)),
    wide,
  );
  assert.equal(plainQuestion('  <image>  what\n is it '), 'what\n is it ');
  assert.equal(plainQuestion(' what is it \n <image> '), ' what is it');
});
