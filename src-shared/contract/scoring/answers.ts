/** Whether a model's answers are right, by whose rule or word, and what the crop made of them (docs/numbers.md). */
import { z } from 'zod';
import { ANSWER_OUTCOMES, LOCALISATIONS } from '../../kernels/outcomes/answer-outcome.ts';

export const outcomeSchema = z.enum(ANSWER_OUTCOMES);
export const localisationSchema = z.enum(LOCALISATIONS);

export const answerVerdictSchema = z.enum(['right', 'wrong']);
export type AnswerVerdict = z.infer<typeof answerVerdictSchema>;

/** One answer of a prediction. */
const scoredAnswerSchema = z.object({
  /** Without the white space around it. */
  text: z.string(),
  /** By the rule, 0 (wrong) to 1 (right); null: no right answer is known. */
  score: z.number().nullable(),
  /** What a person said of it: that holds over the rule. */
  judged: z
    .object({
      verdict: answerVerdictSchema,
      reviewer: z.string(),
      at: z.string(),
    })
    .nullable(),
  /** Null: nobody knows. */
  right: z.boolean().nullable(),
});
export type ScoredAnswer = z.infer<typeof scoredAnswerSchema>;

/** A sample's answers as they count now. */
export const scoredAnswersSchema = z.object({
  predictionId: z.number().int(),
  /** The name of the rule: `exact`, `textvqa`. */
  scorer: z.string(),
  first: scoredAnswerSchema,
  /** Null: no crop was looked at. */
  crop: scoredAnswerSchema.nullable(),
  /** The first answer came with the data and was fed to the model: it counts for nothing. */
  given: z.boolean(),
  /** What answers are held against, each once with how often the data has it, and which answers it makes right. */
  truths: z.array(
    z.object({
      text: z.string(),
      count: z.number().int(),
      first: z.boolean(),
      crop: z.boolean(),
    }),
  ),
  outcome: outcomeSchema.nullable(),
  /** Of the label's foreground and the true tokens, 0 to 1; null where one is missing. */
  truthIou: z.number().nullable(),
  localised: localisationSchema.nullable(),
});
export type ScoredAnswers = z.infer<typeof scoredAnswersSchema>;
