/**
 * Which chat template a checkpoint is prompted with, and its rendering. A vision-language model is prompted with its
 * *processor's* template. Where a folder holds several, Fovea takes the one transformers 5.0–5.24 takes
 * (`ProcessorMixin.get_processor_dict`): the key in `processor_config.json`, then `chat_template.json`, then
 * `chat_template.jinja` with `additional_chat_templates/`. (4.49 took `.jinja` first, 4.57 `.json`, then `.jinja`, both
 * the key last; so it is said where two differ.) Only a folder whose processor has none is prompted with the tokenizer's,
 * which is what its chats were made with.
 */
import { counted } from '../../../src-shared/contract/counts.ts';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { readJsonIfThere, readTextIfThere } from '../files/json-file.ts';
import { renderTemplate } from './interpreter.ts';
import { NotRendered, TooMuch } from './error.ts';
import { TEMPLATE_LIMITS, type TemplateLimits } from './limits.ts';
import { within } from '../files/within.ts';

/** The template in use. */
export interface ChatTemplate {
  /** Jinja source. */
  readonly text: string;
  /** The file it stands in, as the folder names it. */
  readonly file: string;
  /** All files of the folder that hold a template, this one first. */
  readonly files: readonly string[];
  /** Those of them that hold another. */
  readonly differing: readonly string[];
}

const PROCESSOR = 'processor_config.json';
const LEGACY = 'chat_template.json';
const JINJA = 'chat_template.jinja';
const MORE = 'additional_chat_templates';
const TOKENIZER = 'tokenizer_config.json';
const NEXT = 'Compare its chat template with the published one';
/** A folder with more named templates than any real one has. */
const MAX_NAMED = 100;

/** One template, several by name as an object (processors) or as a list (tokenizers). */
const templateSchema = z.union([
  z.string(),
  z.record(z.string(), z.string()),
  z
    .array(z.object({ name: z.string(), template: z.string() }))
    .transform((list) => Object.fromEntries(list.map(({ name, template }) => [name, template]))),
]);
const holderSchema = z.object({ chat_template: templateSchema.nullish() }).loose();
const legacySchema = z.object({ chat_template: templateSchema }).loose();

type Stated = z.output<typeof templateSchema>;

/**
 * The template of a folder, or null when it has none.
 * @throws FoveaError `bad_checkpoint` when a file is not what it should be, when there are named templates and no
 *   `default`, or `chat_template.json` beside named ones (transformers refuses both).
 */
export async function readChatTemplate(dir: string): Promise<ChatTemplate | null> {
  const processor = (await readJsonIfThere(join(dir, PROCESSOR), holderSchema))?.chat_template;
  const legacy = (await readJsonIfThere(join(dir, LEGACY), legacySchema))?.chat_template;
  const jinja = await readTextIfThere(join(dir, JINJA));
  const more = await namedTemplates(join(dir, MORE));
  const tokenizer = (await readJsonIfThere(join(dir, TOKENIZER), holderSchema))?.chat_template;
  if (legacy !== undefined && more !== null) {
    throw new FoveaError('bad_checkpoint', `${LEGACY} lies beside ${MORE}, and transformers reads only one`, {
      where: dir,
      next: `Write the template of ${LEGACY} to ${JINJA} and remove ${LEGACY}`,
    });
  }
  const files: readonly (readonly [file: string, stated: Stated | null | undefined])[] = [
    [PROCESSOR, processor],
    [LEGACY, legacy],
    more === null
      ? [JINJA, jinja]
      : [jinja === null ? MORE : JINJA, { ...more, ...(jinja === null ? {} : { default: jinja }) }],
    [TOKENIZER, tokenizer],
  ];
  const held = files.flatMap(([file, stated]) =>
    stated === null || stated === undefined ? [] : [{ file, stated }],
  );
  const [first, ...others] = held;
  if (first === undefined) return null;
  const text = defaultOf(first.stated, join(dir, first.file));
  const differing = others.filter(
    ({ stated }) => (typeof stated === 'string' ? stated : stated.default) !== text,
  );
  return {
    text,
    file: first.file,
    files: held.map(({ file }) => file),
    differing: differing.map(({ file }) => file),
  };
}

/** The one that is used when no name is given. */
function defaultOf(stated: Stated, where: string): string {
  const text = typeof stated === 'string' ? stated : stated.default;
  if (text !== undefined) return text;
  const names = Object.keys(stated).slice(0, 5).join(', ');
  throw new FoveaError(
    'bad_checkpoint',
    `there are chat templates by name (${names}) and none called default`,
    {
      where,
      next: `Write the one this model is asked with to ${JINJA}`,
    },
  );
}

/** `NAME.jinja` files by name, or null where there are none. */
async function namedTemplates(folder: string): Promise<Record<string, string> | null> {
  const entries = await readdir(folder).catch(() => []);
  const names = entries.filter((name) => name.endsWith('.jinja')).sort();
  if (names.length === 0) return null;
  if (names.length > MAX_NAMED) {
    throw new FoveaError('bad_checkpoint', `${counted(names.length, 'file')} in ${MORE}`, {
      where: folder,
      next: NEXT,
    });
  }
  const texts: Record<string, string> = {};
  for (const name of names)
    texts[name.slice(0, -'.jinja'.length)] = (await readTextIfThere(join(folder, name))) ?? '';
  return texts;
}

/** Part of a message, as chat templates know them. */
export type ChatPart = { readonly type: 'image' } | { readonly type: 'text'; readonly text: string };

/** Special tokens by the names templates know them by; those the tokenizer has. */
export interface TemplateTokens {
  readonly bos_token?: string;
  readonly eos_token?: string;
  readonly unk_token?: string;
  readonly pad_token?: string;
}

/**
 * One user message through a chat template, ready for the answer.
 * @throws FoveaError `bad_checkpoint` when the template fails or passes one of `limits`, `unsupported_model` when it does
 *   what would come out otherwise than in Jinja2.
 */
export function renderChat(
  template: ChatTemplate,
  tokens: TemplateTokens,
  content: readonly ChatPart[],
  limits: TemplateLimits = TEMPLATE_LIMITS,
): string {
  const variables = {
    ...tokens,
    messages: [{ role: 'user', content }],
    // What transformers says of them where nobody gives any.
    tools: null,
    documents: null,
    add_generation_prompt: true,
  };
  const bounds = {
    what: 'rendering the chat template',
    ms: limits.ms,
    code: 'bad_checkpoint',
    where: template.file,
    next: NEXT,
  } as const;
  try {
    return within(bounds, () => renderTemplate(template.text, variables, limits));
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    if (error instanceof TooMuch) {
      const what = `the chat template ${error.message}, more than a prompt can take`;
      throw new FoveaError('bad_checkpoint', what, { where: template.file, next: NEXT });
    }
    if (error instanceof NotRendered) {
      const what = `the chat template uses ${error.message}, which Fovea does not render exactly`;
      throw new FoveaError('unsupported_model', what, { where: template.file, next: NEXT });
    }
    const what = `the chat template fails: ${(error as Error).message}`;
    throw new FoveaError('bad_checkpoint', what, { where: template.file, next: NEXT, cause: error });
  }
}
