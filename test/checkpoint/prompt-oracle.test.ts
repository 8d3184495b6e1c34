/**
 * Every kind of prompt against transformers' processors and the authors' own statements (test/golden/templates, made by
 * the script there): the same text and the same ids, for questions that are empty, broken into lines, full of braces,
 * special tokens and other scripts.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { renderChat } from '../../src-main/checkpoint/template/chat-template.ts';
import { buildPrompt, promptText } from '../../src-main/checkpoint/prompt.ts';
import { teacherPrompt, teacherText } from '../../src-main/checkpoint/qwen/teacher-prompt.ts';
import { readTokenizer } from '../../src-main/checkpoint/tokenizer/tokenizer.ts';

const GOLDEN = join(import.meta.dirname, '../golden');
const row = z.object({
  question: z.string(),
  text: z.string().optional(),
  ids: z.array(z.number()).optional(),
});
const kinds = [
  'llava_1_5_hf',
  'qwen2_5_vl',
  'teacher_textual',
  'teacher_natural',
  'vicuna_v1',
  'whitespace',
] as const;
const expected = z
  .record(z.enum(kinds), z.array(row).min(16))
  .parse(JSON.parse(readFileSync(join(GOLDEN, 'templates/expected.json'), 'utf8')));

const template = (name: string) => ({
  text: readFileSync(join(GOLDEN, `templates/${name}.jinja`), 'utf8'),
  file: 'chat_template.jinja',
  files: ['chat_template.jinja'],
  differing: [],
});
const llama = await readTokenizer(join(GOLDEN, 'tokenizers/llama'));
const qwen = {
  ...(await readTokenizer(join(GOLDEN, 'tokenizers/qwen2'))),
  chatTemplate: template('qwen2_5_vl'),
};
const llavaHf = { ...llama, chatTemplate: template('llava_1_5_hf') };
const image = llama.idOf('<image>');
const pad = qwen.idOf('<|image_pad|>');
assert.ok(image !== null && pad !== null);

const ways: Record<(typeof kinds)[number], (question: string) => { text?: string; ids?: number[] }> = {
  llava_1_5_hf: (question) => ({
    text: promptText(llavaHf, image, question),
    ids: joined(buildPrompt(llavaHf, image, question), image),
  }),
  qwen2_5_vl: (question) => ({
    text: promptText(qwen, pad, question),
    ids: joined(buildPrompt(qwen, pad, question), pad),
  }),
  teacher_textual: (question) => ({
    text: teacherText(qwen, question, 'textual'),
    ids: joined(teacherPrompt(qwen, pad, question, 'textual'), pad),
  }),
  teacher_natural: (question) => ({
    text: teacherText(qwen, question, 'natural'),
    ids: joined(teacherPrompt(qwen, pad, question, 'natural'), pad),
  }),
  // The original layout: no template, and no id for the picture.
  vicuna_v1: (question) => ({ ids: joined(buildPrompt(llama, null, question), -1) }),
  whitespace: (question) => ({
    text: renderChat(template('whitespace'), qwen.templateTokens, [
      { type: 'image' },
      { type: 'text', text: question },
    ]),
  }),
};

function joined({ before, after }: ReturnType<typeof buildPrompt>, placeholder: number): number[] {
  return [...before, placeholder, ...after];
}

for (const kind of kinds) {
  test(`${kind}: text and ids of every question are the original's`, () => {
    for (const { question, ...wanted } of expected[kind]) {
      assert.deepEqual(ways[kind](question), wanted, JSON.stringify(question));
    }
  });
}

test('without a template llava-hf is asked vicuna_v1 in one piece, its own <image> among the ids', () => {
  const { before, after } = buildPrompt(llama, image, 'Which?');
  const text = promptText(llama, image, 'Which?');
  assert.deepEqual([...before, image, ...after], llama.encodeWithSpecial(text));
  assert.match(text, /^A chat between a curious user .* USER: <image>\nWhich\? ASSISTANT:$/);
});
