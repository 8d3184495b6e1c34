/** The turns of a conversation, whoever's names and content parts they are written in. */
import { PICTURE_MARK } from '../../../src-shared/contract/picture-mark.ts';
import { MOST, tooMany } from './limits.ts';
import { shown, type RowReason } from './reasons.ts';
import { RowError } from './row-error.ts';

export interface Turn {
  readonly by: 'person' | 'model';
  /** As the file calls them. */
  readonly name: string;
  /** Pictures among its parts are `<image>` marks. */
  readonly text: string;
}

const PERSON = new Set(['human', 'user']);
const MODEL = new Set(['gpt', 'assistant', 'model', 'bot', 'chatgpt']);

const INSTRUCTION: RowReason = {
  message: 'its instruction (a system turn) was left out: models are asked with their own',
  value: null,
  next: null,
};
const GREETING: RowReason = {
  message: 'what the model says before the first question was left out',
  value: null,
  next: null,
};

/**
 * @param field the name of the list, for the words of a refusal
 * @returns turns from the first question on, and the pictures that their parts name
 * @throws RowError
 */
export function turnsOf(
  list: unknown,
  field: string,
): {
  readonly turns: readonly Turn[];
  readonly pictures: readonly unknown[];
  readonly notes: readonly RowReason[];
} {
  if (!Array.isArray(list)) throw new RowError(`${field}: expected a list of turns`, shown(list));
  if (list.length === 0) throw new RowError(`${field}: expected a conversation`);
  if (list.length > MOST.turns)
    throw new RowError(`${field}: ${tooMany(MOST.turns)}`, `${list.length} turns`);
  const turns: Turn[] = [];
  const pictures: unknown[] = [];
  const notes: RowReason[] = [];
  for (const raw of list as readonly unknown[]) {
    const { name, content } = fieldsOf(raw, field);
    if (name === 'system') {
      if (!notes.includes(INSTRUCTION)) notes.push(INSTRUCTION);
    } else if (PERSON.has(name)) {
      turns.push({ by: 'person', name, text: textOf(content, field, pictures) });
    } else if (!MODEL.has(name)) {
      throw new RowError(`${field}: a turn is by a person or by the model`, shown(name));
    } else if (turns.length > 0) {
      turns.push({ by: 'model', name, text: textOf(content, field, null) });
    } else if (!notes.includes(GREETING)) {
      notes.push(GREETING);
    }
  }
  if (turns.length === 0) throw new RowError(`${field}: there is no question in it`);
  return { turns, pictures, notes };
}

function fieldsOf(raw: unknown, field: string): { name: string; content: unknown } {
  const turn = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
  const name = turn['from'] ?? turn['role'];
  if (typeof name !== 'string') {
    throw new RowError(
      `${field}: expected turns with "from" and "value", or "role" and "content"`,
      shown(raw),
    );
  }
  return { name: name.toLowerCase(), content: turn['value'] ?? turn['content'] };
}

/** @param pictures gets what parts name; null: an answer, which has none */
function textOf(content: unknown, field: string, pictures: unknown[] | null): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw new RowError(`${field}: expected the text of a turn`, shown(content));
  return (content as readonly unknown[]).map((part) => partText(part, field, pictures)).join('');
}

function partText(raw: unknown, field: string, pictures: unknown[] | null): string {
  if (typeof raw === 'string') return raw;
  const part = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
  if (typeof part['text'] === 'string') return part['text'];
  if (pictures === null || (part['type'] !== 'image' && part['type'] !== 'image_url')) {
    throw new RowError(`${field}: a part of a turn is neither text nor a picture`, shown(raw));
  }
  const named = part['image'] ?? part['image_url'] ?? part['path'] ?? part['url'];
  if (named !== undefined && named !== null) pictures.push(named);
  return PICTURE_MARK;
}
