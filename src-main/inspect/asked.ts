/**
 * Questions a reviewer tries on a picture. An answer is held here until it is kept or newer ones push it out: nothing
 * of it is in the project before, and what is kept is what the engine said, not what a page sends back.
 */
import { randomUUID } from 'node:crypto';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { AskedAnswer } from '../../src-shared/contract/inspect.ts';
import type { Engine, LabelOutcome } from '../engine/protocol.ts';
import { keepAskedSample, nextAskedId, refuseAskedTwice } from '../store/predictions/asked-sample.ts';
import { putMaps } from '../store/scores/maps.ts';
import type { Project } from '../store/file/project.ts';
import { askAgain } from '../jobs/asking/again.ts';
import { revived } from '../jobs/asking/revived.ts';
import { triedAnswer } from './tried.ts';

/** Answers held, each some hundred KB. */
const HELD = 16;

export interface Question {
  /** The prediction on screen: its run says model, preset and mode, its sample the picture. */
  readonly predictionId: number;
  readonly question: string;
  /** The answer to feed, where the run feeds answers. */
  readonly answer: string | null;
}

export interface Kept {
  readonly sampleId: number;
  readonly externalId: string;
}

interface Held {
  readonly beside: number;
  readonly runId: number;
  readonly question: string;
  readonly givenAnswer: string | null;
  readonly outcome: LabelOutcome;
  kept: Kept | null;
}

export class Asked {
  readonly #project: Project;
  readonly #engine: Engine;
  /** In order of asking. */
  readonly #held = new Map<string, Held>();

  constructor(project: Project, engine: Engine) {
    this.#project = project;
    this.#engine = engine;
  }

  /** Throws as `askAgain` does, `bad_input` without an answer to feed, what the engine says, and `cancelled`. */
  async ask({ predictionId, question, answer }: Question, signal: AbortSignal): Promise<AskedAnswer> {
    const { source, model, imagePath } = await askAgain(this.#project, predictionId);
    const { preset, answerMode, want, sampleId: beside, runId } = source;
    const fed = answerMode === 'teacher' ? (answer?.trim() ?? '') : null;
    if (fed === '') {
      throw new FoveaError('bad_input', 'this run uses given answers, and there is none', {
        next: 'Write the given answer',
      });
    }
    const request = {
      model,
      preset,
      imagePath,
      question,
      answerMode,
      answer: fed,
      want: { ...want, allHeadsOf: [] },
    };
    const outcome = await revived(() => this.#engine.label(request, signal));
    const askId = randomUUID();
    this.#held.set(askId, { beside, runId, question, givenAnswer: fed, outcome, kept: null });
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= HELD) break;
      this.#held.delete(oldest);
    }
    return { askId, ...triedAnswer(question, outcome), suggestedId: nextAskedId(this.#project.db, beside) };
  }

  /**
   * Stores an answer as sample and prediction; a second time gives the same sample. Throws `not_found` when the answer
   * is no longer held, and `conflict`, nothing written, as `keepAskedSample` does.
   */
  keep(askId: string, externalId: string | null, reviewer: string): Kept {
    const held = this.#held.get(askId);
    if (!held) {
      throw new FoveaError('not_found', 'this answer is no longer held', { next: 'Ask the question again' });
    }
    if (held.kept) return held.kept;
    const { db } = this.#project;
    const { outcome, ...asked } = held;
    // Before maps are stored that nobody would name.
    refuseAskedTwice(db, asked, externalId);
    const mapsKey = putMaps(db, outcome.maps);
    return (held.kept = keepAskedSample(db, { ...asked, reviewer, mapsKey, found: outcome }, externalId));
  }
}
