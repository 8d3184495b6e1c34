/**
 * Rows that hold a conversation: LLaVA's and Qwen's training data (`image`, `conversations: [{from: human|gpt, value}]`)
 * and the form of chat templates (`messages: [{role: user|assistant, content}]`, the content a text or a list of parts).
 * Each question with the answer that follows it is a sample; a further one is asked alone, without what was said before,
 * and carries the tag `turn:N`. The reference takes the first one only, which `turns: 'first'` does.
 */
import { z } from 'zod';
import { cornersOf } from '../rows/boxes.ts';
import { addedFields, answerText, idText } from '../rows/fields.ts';
import { pictureOf } from '../rows/picture.ts';
import { plainQuestion } from '../rows/question-text.ts';
import { shown, type RowReason } from '../rows/reasons.ts';
import { RowError, checked } from '../rows/row-error.ts';
import { idOf, otherFields } from '../rows/row-fields.ts';
import { type Turn, turnsOf } from '../rows/turns.ts';
import type { Form } from './form.ts';
import type { ImportRecord, Row, RowItem, RowReader } from '../rows/types.ts';

const schema = z.object({ id: idText.nullish(), question_id: idText.nullish(), ...addedFields });

const answerSchema = z.object({ answer: answerText });

const KNOWN = new Set([
  ...['id', 'question_id', 'image', 'images', 'conversations', 'messages', 'model', 'video', 'videos'],
  ...['language', 'split', 'tags', 'boxes'],
]);

/** Rows with `conversations` or `messages`. */
export const conversation: Form = {
  name: 'conversation',
  words: 'a conversation (LLaVA, Qwen)',
  fits: (fields) => 'conversations' in fields || 'messages' in fields,
  begin: () => conversationRow,
};

const conversationRow: RowReader = ({ fields, madeId, options }: Row) => {
  const row = checked(fields, schema);
  const field = 'conversations' in fields ? 'conversations' : 'messages';
  const { turns, pictures, notes: turnNotes } = turnsOf(fields[field], field);
  const found = pictureOf(fields, pictures);
  const { id, notes: idNotes } = idOf(row.id ?? row.question_id, madeId);
  const common = {
    picture: found.picture,
    language: row.language,
    split: row.split,
    truthBoxes: cornersOf(row.boxes, options.boxes),
  };
  const asked = questionsOf(turns);
  const taken = options.turns === 'first' ? asked.slice(0, 1) : asked;
  const notes = [...idNotes, ...found.notes, ...turnNotes, ...otherFields(fields, KNOWN)];
  if (taken.length < asked.length) notes.push(leftOut(asked.length - taken.length));
  return taken.map((pair, i) =>
    sampleOf(pair, field, i + 1, (question, answer, own): RowItem & { ok: true } => ({
      ok: true,
      record: {
        ...common,
        externalId: i === 0 ? id : `${id}-turn-${i + 1}`,
        question,
        referenceAnswer: answer,
        tags: i === 0 ? row.tags : [...row.tags, `turn:${i + 1}`],
      } satisfies ImportRecord,
      notes: i === 0 ? [...notes, ...own] : [{ ...FURTHER, value: shown(question) }, ...found.notes, ...own],
    })),
  );
};

interface Pair {
  readonly question: string;
  readonly answer: string | null;
}

const FURTHER: Omit<RowReason, 'value'> = {
  message:
    'a further question of its conversation became a sample of its own (tag turn:2, turn:3, …), asked without the turns before it',
  next: 'Reject those that need the turns before them, or import the first question only (--turns first)',
};

function leftOut(questions: number): RowReason {
  return {
    message: 'the further questions of its conversation were left out, as asked for',
    value: `${questions} left out`,
    next: null,
  };
}

/** Each question with the answer right behind it. Throws RowError for turns in another order. */
function questionsOf(turns: readonly Turn[]): Pair[] {
  const pairs: Pair[] = [];
  turns.forEach((turn, i) => {
    const before = turns[i - 1];
    if (before?.by === turn.by) {
      throw new RowError('question and answer do not alternate', `two turns by ${turn.name} in a row`);
    }
    if (turn.by === 'person') pairs.push({ question: turn.text, answer: turns[i + 1]?.text ?? null });
  });
  return pairs;
}

/** A question that is wrong fails alone. */
function sampleOf(
  { question, answer }: Pair,
  field: string,
  turn: number,
  make: (question: string, answer: string | null, notes: readonly RowReason[]) => RowItem,
): RowItem {
  try {
    const plain = plainQuestion(question, `${field}: question`);
    return make(plain.question, checked({ answer }, answerSchema).answer, plain.notes);
  } catch (thrown) {
    if (!(thrown instanceof RowError)) throw thrown;
    const { message, value, next } = thrown.reason;
    return {
      ok: false,
      problem: { message, value: `question ${turn}${value === null ? '' : `: ${value}`}`, next },
    };
  }
}
