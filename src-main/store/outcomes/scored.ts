/**
 * One prediction's answers held against what is known of right ones: by the rule of the sample's benchmark, and over it by
 * what people said. Reads through whatever it is given, so that a reviewer who decides blind learns nothing by it.
 */
import { z } from 'zod';
import { boxSchema, secondStageSchema, transformSchema } from '../../../src-shared/contract/domain.ts';
import {
  type AnswerOutcome,
  isRight,
  type Localisation,
  localisationOf,
  outcomeOf,
} from '../../../src-shared/kernels/outcomes/answer-outcome.ts';
import { answerText, categoryOf, truthsOf } from '../../../src-shared/kernels/outcomes/truths.ts';
import type { ScoreCase } from '../../../src-shared/kernels/scorers/case.ts';
import {
  RULES_VERSION,
  type ScorerName,
  scoreAnswer,
  scorerOf,
} from '../../../src-shared/kernels/scorers/score.ts';
import { bytesToLabels } from '../bytes.ts';
import { type ReadableDb, read } from '../db.ts';
import { truthIou as iouOfTokens } from '../scores/score.ts';
import { type Judged, verdictsOf } from './verdict.ts';

/** One of a prediction's answers. */
export interface ScoredAnswer {
  readonly text: string;
  /** 0 (wrong) to 1 (right), by the rule; null: no right answer is known, or this one was given to the model. */
  readonly score: number | null;
  /** What a person said of it, over the rule. */
  readonly judged: Judged | null;
  /** Null: nobody knows. */
  readonly right: boolean | null;
}

export interface ScoredPrediction {
  readonly scorer: ScorerName;
  /** Which version of the rules. */
  readonly rules: number;
  /** What the rule is asked about the first answer; its truths may be none. */
  readonly question: ScoreCase;
  readonly first: ScoredAnswer;
  /** Null: no crop was looked at. */
  readonly crop: ScoredAnswer | null;
  /** Whether the first answer came with the data and was fed to the model: it is no answer of the model's. */
  readonly given: boolean;
  /**
   * IoU of the foreground of the label as predicted and the tokens that true boxes stand for, over the tokens that the label
   * decides; null where one is missing, the label decides nothing, or the picture is another one than the boxes are of.
   */
  readonly truthIou: number | null;
  readonly outcome: AnswerOutcome | null;
  readonly localised: Localisation | null;
}

interface Row {
  readonly sample_id: number;
  readonly question: string;
  readonly reference_answer: string | null;
  readonly truth_boxes: string;
  readonly tags: string;
  readonly benchmark: string | null;
  readonly answers: string | null;
  readonly options: string | null;
  readonly answer: string;
  readonly second_stage: string | null;
  readonly answer_mode: 'self' | 'teacher';
  readonly label: Uint8Array;
  readonly grid_rows: number;
  readonly grid_cols: number;
  readonly transform: string;
  readonly version: number;
  readonly width: number;
  readonly height: number;
}

const texts = z.array(z.string());
const boxes = z.array(boxSchema);

/** What is known of the sample in place of what the project holds: a frozen version of the data set has its own. */
export interface KnownThen {
  readonly referenceAnswer: string | null;
  readonly benchmark: {
    readonly name: string;
    readonly answers: readonly string[];
    readonly options: readonly string[];
  } | null;
  readonly truthBoxes: readonly (readonly [number, number, number, number])[];
  readonly tags: readonly string[];
}

/**
 * Null where there is no such prediction.
 * @param then what was known of the sample at another time; by that nobody judged anything
 */
export function scoredPrediction(
  db: ReadableDb,
  predictionId: number,
  then: KnownThen | null = null,
): ScoredPrediction | null {
  const row = read<Row>(
    db,
    `SELECT p.sample_id, s.question, s.reference_answer, s.truth_boxes, s.tags, b.benchmark, b.answers, b.options, p.answer,
       p.second_stage, r.answer_mode, p.label, p.grid_rows, p.grid_cols, p.transform, i.version, i.width, i.height
     FROM prediction p JOIN run r ON r.id = p.run_id JOIN sample s ON s.id = p.sample_id JOIN image i ON i.id = s.image_id
       LEFT JOIN sample_benchmark b ON b.sample_id = s.id
     WHERE p.id = ?`,
  ).get(predictionId);
  if (!row) return null;
  const known = then ?? knownNow(row);
  const verdicts = then ? new Map<string, Judged>() : verdictsOf(db, row.sample_id);
  const scorer = scorerOf(known.benchmark?.name ?? null);
  const given = row.answer_mode === 'teacher';
  const question: ScoreCase = {
    answer: row.answer,
    truths: truthsOf({
      referenceAnswer: known.referenceAnswer,
      answers: known.benchmark?.answers ?? [],
    }),
    options: known.benchmark?.options ?? [],
    question: row.question,
    category: categoryOf(known.tags),
  };
  const scored = (answer: string, isGiven: boolean): ScoredAnswer => {
    const text = answerText(answer);
    const score =
      isGiven || question.truths.length === 0 ? null : scoreAnswer(scorer, { ...question, answer });
    const judged = isGiven ? null : (verdicts.get(text) ?? null);
    const right = judged ? judged.verdict === 'right' : score === null ? null : isRight(score);
    return { text, score, judged, right };
  };
  const second = row.second_stage === null ? null : secondStageSchema.parse(JSON.parse(row.second_stage));
  const first = scored(row.answer, given);
  const crop = second && second.crop !== null ? scored(second.answer, false) : null;
  const truthIou = iouWithTruth(row, known.truthBoxes);
  const outcome = outcomeOf(first.right, crop?.right ?? null);
  const localised = localisationOf(outcome, truthIou);
  return { scorer, rules: RULES_VERSION, question, first, crop, given, truthIou, outcome, localised };
}

function knownNow(row: Row): KnownThen {
  return {
    referenceAnswer: row.reference_answer,
    benchmark:
      row.benchmark === null
        ? null
        : {
            name: row.benchmark,
            answers: texts.parse(JSON.parse(row.answers ?? '[]')),
            options: texts.parse(JSON.parse(row.options ?? '[]')),
          },
    // Boxes that came with the data are of the picture that was imported, whose version is 1.
    truthBoxes: row.version > 1 ? [] : boxes.parse(JSON.parse(row.truth_boxes)),
    tags: texts.parse(JSON.parse(row.tags)),
  };
}

function iouWithTruth(row: Row, truth: KnownThen['truthBoxes']): number | null {
  if (truth.length === 0) return null;
  const placed = {
    labels: bytesToLabels(row.label),
    grid: [row.grid_rows, row.grid_cols] as const,
    transform: transformSchema.parse(JSON.parse(row.transform)),
    size: [row.width, row.height] as const,
  };
  return iouOfTokens(placed, truth);
}
