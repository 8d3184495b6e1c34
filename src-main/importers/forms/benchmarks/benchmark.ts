/**
 * What the rows of benchmarks share: every answer of a sample is kept, options of a choice are part of the question in the
 * words of its benchmark's prompt, and the tag `benchmark:NAME` says by whose rules its answers count.
 */
import type { z } from 'zod';
import type { BoxForm } from '../../../../src-shared/contract/procedures.ts';
import { cornersOf } from '../../rows/boxes.ts';
import { answerOf } from '../../rows/fields.ts';
import { MOST, tooLong } from '../../rows/limits.ts';
import type { FoundPicture } from '../../rows/picture.ts';
import { plainQuestion } from '../../rows/question-text.ts';
import { shown, type RowReason } from '../../rows/reasons.ts';
import { checked, RowError } from '../../rows/row-error.ts';
import { idOf, otherFields } from '../../rows/row-fields.ts';
import type { Fields } from '../../rows/types.ts';
import type { Form } from '../form.ts';

/** A row as its form read it. */
export interface BenchmarkRow {
  readonly id: string | null;
  readonly picture: FoundPicture;
  /** With its options, where it has some. */
  readonly question: string;
  /** The field that the question stands in, for the words of a refusal. */
  readonly field: string;
  /** Every one, in the order of the file, equal ones too; none: the file does not tell. */
  readonly answers: readonly string[];
  /** The one that stands for all; absent: {@link mostFrequent}. */
  readonly answer?: string | null;
  /** Of a choice, in the order of their letters, without them. */
  readonly options?: readonly string[];
  readonly split?: string | null;
  readonly tags?: readonly (string | null)[];
  readonly boxes?: {
    readonly of: readonly (readonly [number, number, number, number])[];
    readonly form: BoxForm;
  };
  readonly notes?: readonly RowReason[];
  /** The benchmark, where its rows are of several. */
  readonly benchmark?: string;
}

/** What makes a form of a benchmark's rows. */
export interface BenchmarkForm<S extends z.ZodType> {
  readonly name: string;
  readonly words: string;
  readonly fits: (fields: Fields) => boolean;
  readonly schema: S;
  /** Fields that are read, or known and not of use. */
  readonly known: readonly string[];
  /** Throws RowError. */
  readonly read: (row: z.output<S>, fields: Fields) => BenchmarkRow;
}

export function benchmarkForm<S extends z.ZodType>(what: BenchmarkForm<S>): Form {
  const known = new Set(what.known);
  return {
    name: what.name,
    words: what.words,
    fits: what.fits,
    begin:
      () =>
      ({ fields, madeId, options }) => {
        const row = what.read(checked(fields, what.schema), fields);
        const asked = plainQuestion(row.question, row.field);
        const id = idOf(row.id, madeId);
        const answers = row.answers.map((answer) => kept(answer));
        const name = row.benchmark ?? what.name;
        const tags = [`benchmark:${name}`, ...(row.tags ?? []).filter((tag) => tag !== null)];
        const { of, form } = row.boxes ?? { of: [], form: options.boxes };
        return [
          {
            ok: true,
            record: {
              externalId: id.id,
              picture: row.picture.picture,
              question: asked.question,
              referenceAnswer: answerOf(row.answer ?? mostFrequent(answers) ?? ''),
              language: null,
              split: row.split ?? null,
              tags,
              truthBoxes: cornersOf(of, form),
              benchmark: { name, answers, options: (row.options ?? []).map((option) => kept(option)) },
            },
            notes: [
              ...id.notes,
              ...row.picture.notes,
              ...asked.notes,
              ...(row.notes ?? []),
              ...otherFields(fields, known),
            ],
          },
        ];
      },
  };
}

/** The answer that most gave; of several, the one that was given first. Null: there is none. */
export function mostFrequent(answers: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  let most: string | null = null;
  for (const [answer, count] of counts) if (most === null || count > counts.get(most)!) most = answer;
  return most;
}

/** `category:direct_attributes`; null for none. */
export function named(kind: string, name: string | number | null | undefined): string | null {
  const text = name === null || name === undefined ? '' : String(name).trim();
  return text === '' ? null : `${kind}:${text.slice(0, MOST.tag - kind.length - 1)}`;
}

/** Whether all these fields are there. */
export function hasAll(fields: Fields, ...names: readonly string[]): boolean {
  return names.every((name) => name in fields);
}

function kept(answer: string): string {
  if (answer.length <= MOST.answer) return answer;
  throw new RowError(`answers: ${tooLong(MOST.answer)}`, shown(answer));
}
