/** Which of a folder's chat templates is in use, and what is refused (`get_processor_dict` of transformers 5.24). */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { readChatTemplate } from '../../../src-main/checkpoint/template/chat-template.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

/** A folder with these files; JSON where an object is given. */
function folder(t: TestContext, files: Readonly<Record<string, unknown>>): string {
  const dir = temporaryDir(t);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return dir;
}

const said = (text: unknown) => ({ chat_template: text });
const all = {
  'processor_config.json': said('P'),
  'chat_template.json': said('L'),
  'chat_template.jinja': 'J',
  'tokenizer_config.json': said('T'),
};

test('the processor’s template comes before the tokenizer’s, each file in transformers’ order', async (t) => {
  const left: Record<string, unknown> = { ...all };
  for (const [file, text] of [
    ['processor_config.json', 'P'],
    ['chat_template.json', 'L'],
    ['chat_template.jinja', 'J'],
    ['tokenizer_config.json', 'T'],
  ] as const) {
    const differing = Object.keys(left).filter((name) => name !== file);
    const files = [file, ...differing];
    assert.deepEqual(await readChatTemplate(folder(t, left)), { text, file, files, differing });
    delete left[file];
  }
  assert.equal(await readChatTemplate(folder(t, {})), null);
  // A processor_config.json without the key, as transformers writes it, has no say.
  const without = { ...all, 'processor_config.json': { image_processor: {}, chat_template: null } };
  assert.equal((await readChatTemplate(folder(t, without)))?.file, 'chat_template.json');
});

test('files that hold the same template do not differ', async (t) => {
  const same = { 'chat_template.jinja': 'A\n', 'tokenizer_config.json': said('A\n') };
  assert.deepEqual((await readChatTemplate(folder(t, same)))?.differing, []);
  const other = { 'chat_template.jinja': 'A', 'tokenizer_config.json': said('A\n') };
  assert.deepEqual((await readChatTemplate(folder(t, other)))?.differing, ['tokenizer_config.json']);
});

test('of templates by name the default is used, and without one the folder is refused', async (t) => {
  const list = [
    { name: 'tool_use', template: 'tools' },
    { name: 'default', template: 'plain' },
  ];
  const read = async (files: Record<string, unknown>) => (await readChatTemplate(folder(t, files)))?.text;
  assert.equal(await read({ 'tokenizer_config.json': said(list) }), 'plain');
  assert.equal(await read({ 'processor_config.json': said({ default: 'plain', rag: 'docs' }) }), 'plain');
  const more = { 'additional_chat_templates/rag.jinja': 'docs' };
  assert.equal(await read({ ...more, 'chat_template.jinja': 'plain' }), 'plain');
  assert.equal(await read({ ...more, 'additional_chat_templates/default.jinja': 'plain' }), 'plain');
  const none = { code: 'bad_checkpoint', message: /by name .* none called default/ };
  await assert.rejects(read({ 'tokenizer_config.json': said(list.slice(0, 1)) }), none);
  await assert.rejects(read(more), none);
  // As transformers: the older file cannot stand beside named ones.
  await assert.rejects(read({ ...more, 'chat_template.json': said('L') }), {
    code: 'bad_checkpoint',
    message: /additional_chat_templates/,
  });
  await assert.rejects(read({ 'chat_template.json': {} }), { code: 'bad_checkpoint' });
  await assert.rejects(read({ 'chat_template.json': said(7) }), { code: 'bad_checkpoint' });
});
