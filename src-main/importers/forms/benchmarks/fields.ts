/** Fields that several benchmarks have. */
import { z } from 'zod';
import { idText } from '../../rows/fields.ts';
import { MOST, tooLong, tooMany } from '../../rows/limits.ts';

/** Answers, or options, of one question. */
const MOST_ANSWERS = 1000;

export const textField = z.string().max(MOST.question, tooLong(MOST.question));

export const optionalText = z
  .union([z.string(), z.number(), z.boolean()])
  .nullish()
  .transform((value) => (value === null || value === undefined ? null : String(value)));

export const optionalId = idText.nullish().transform((id) => id ?? null);

const answerTextSchema = z.union([z.string(), z.number(), z.boolean()], 'expected texts').transform(String);

/** A list of answers; not there, null or empty where the file does not tell (test splits). */
export const answerList = z
  .array(answerTextSchema)
  .max(MOST_ANSWERS, tooMany(MOST_ANSWERS))
  .nullish()
  .transform((answers) => answers ?? []);

/** Ten people's answers as VQA writes them, or (lmms-lab/OK-VQA) as texts. */
export const vqaAnswers = z
  .array(
    z.union([
      z.object({ answer: answerTextSchema, raw_answer: z.string().optional() }),
      z.string().transform((answer) => ({ answer, raw_answer: undefined })),
    ]),
  )
  .max(MOST_ANSWERS, tooMany(MOST_ANSWERS))
  .nullish()
  .transform((answers) => answers ?? []);

export const optionList = z.array(answerTextSchema).min(1).max(MOST_ANSWERS, tooMany(MOST_ANSWERS));
