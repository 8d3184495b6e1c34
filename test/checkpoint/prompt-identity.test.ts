/** A prompt's name and hash: the same from the small files as from the open checkpoint, another for another prompt. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { openModel } from '../../src-main/checkpoint/open.ts';
import { promptIdentity, readPrompts } from '../../src-main/checkpoint/prompt-identity.ts';
import { DEMO_CHECKPOINT } from '../support/demo.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { oracleCases } from '../support/oracle.ts';

const llava = await oracleCases('llava');
const qwen = await oracleCases('qwen2_5_vl');

/** A copy of a case's folder without its weights. */
function copied(t: TestContext, dir: string): string {
  const copy = join(temporaryDir(t), 'model');
  cpSync(dir, copy, { recursive: true, filter: (path) => !path.endsWith('.safetensors') });
  return copy;
}

const templateOf = (dir: string) =>
  (JSON.parse(readFileSync(join(dir, 'tokenizer_config.json'), 'utf8')) as { chat_template: string })
    .chat_template;

test('the small files give what the open checkpoint gives', async () => {
  for (const dir of [DEMO_CHECKPOINT, ...[...llava, ...qwen].map((golden) => golden.dir)]) {
    const { tokenizer, config } = await openModel(dir);
    const prompts = await readPrompts({ dir });
    assert.deepEqual(prompts.identity(null), promptIdentity(tokenizer, config.imageTokenId, null), dir);
  }
});

test('each prompt has a hash of its own; LLaVA has no teacher’s prompt', async () => {
  const [original, hf, vl] = [
    llava.find(({ name }) => name === 'llava-original-dot'),
    llava.find(({ name }) => name === 'llava-hf-twig'),
    qwen[0],
  ];
  assert.ok(original && hf && vl);
  const of = async (dir: string, teacher: 'textual' | 'natural' | null) =>
    (await readPrompts({ dir })).identity(teacher);
  const all = [
    await of(original.dir, null),
    await of(hf.dir, null),
    await of(vl.dir, null),
    await of(vl.dir, 'textual'),
    await of(vl.dir, 'natural'),
  ];
  assert.deepEqual(
    all.map(({ kind }) => kind),
    ['vicuna_v1', 'chat_template', 'chat_template', 'teacher_textual', 'teacher_natural'],
  );
  assert.equal(new Set(all.map(({ sha256 }) => sha256)).size, 5);
  assert.deepEqual(await of(original.dir, 'natural'), all[0]);
});

test('a changed template is another prompt; one with today’s date is the same every day', async (t) => {
  const [golden] = qwen;
  assert.ok(golden);
  const dir = copied(t, golden.dir);
  const before = (await readPrompts({ dir })).identity(null);
  writeFileSync(join(dir, 'chat_template.jinja'), templateOf(dir).replace('helpful', 'careful'));
  assert.notEqual((await readPrompts({ dir })).identity(null).sha256, before.sha256);
  const dated = templateOf(dir).replace('helpful', "{{ strftime_now('%S %f') }}");
  writeFileSync(join(dir, 'chat_template.jinja'), dated);
  const first = (await readPrompts({ dir })).identity(null);
  await new Promise((wake) => setTimeout(wake, 1100));
  assert.deepEqual((await readPrompts({ dir })).identity(null), first);
});

test('asked as before prompts were noted: only where the tokenizer’s template was and is the one', async (t) => {
  const [golden] = qwen;
  const original = llava.find(({ name }) => name === 'llava-original-dot');
  const hf = llava.find(({ name }) => name === 'llava-hf-twig');
  assert.ok(golden && original && hf);
  const asBefore = async (dir: string) => (await readPrompts({ dir })).asBefore;
  assert.equal(await asBefore(DEMO_CHECKPOINT), true);
  assert.equal(await asBefore(golden.dir), true);
  // The original layout had the system line of another conversation, and so had llava-hf without a template.
  assert.equal(await asBefore(original.dir), false);
  const bare = copied(t, hf.dir);
  writeFileSync(join(bare, 'tokenizer_config.json'), JSON.stringify({ bos_token: '<s>' }));
  assert.equal(await asBefore(bare), false);
  // The tokenizer's template was taken before the processor's.
  const both = copied(t, golden.dir);
  writeFileSync(join(both, 'chat_template.jinja'), templateOf(both));
  assert.equal(await asBefore(both), true);
  writeFileSync(join(both, 'chat_template.jinja'), templateOf(both).replace('helpful', 'careful'));
  assert.equal(await asBefore(both), false);
  rmSync(join(both, 'tokenizer_config.json'));
  assert.equal(await asBefore(both), true);
});
