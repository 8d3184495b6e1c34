/** Asking a question by one of the methods that an evaluation compares: same model, same question, another way to look. */
import type { PlacedMap, SecondStage } from '../../src-shared/contract/outcome.ts';
import type { Method } from '../../src-shared/contract/evaluation.ts';
import type { Preset } from '../../src-shared/contract/preset.ts';
import type { GateNeeds } from '../../src-shared/kernels/gate/signals.ts';
import type { SourceXyxy } from '../../src-shared/kernels/types.ts';

/** What is asked, whichever model is. */
export interface TryQuestion {
  readonly preset: Preset;
  /** Absolute path of the picture. */
  readonly imagePath: string;
  readonly question: string;
  readonly method: Method;
  /**
   * In whole source pixels. `truth`, `proposal`: cropped as they are; `packed`: the regions that are packed; `random`, `centre`: the
   * first one's size is the crop's. Absent: `packed` takes what the RPN finds, `random` and `centre` the size of the RPN's box, and
   * where there is none {@link share}.
   */
  readonly boxes?: readonly SourceXyxy[] | undefined;
  /** `random`, `centre` without a box: part of the picture's area, 0 to 1. Default 0.25. */
  readonly share?: number | undefined;
  /** `random`: chance follows from it; the same for the same. Default 0. */
  readonly seed?: number | undefined;
  /**
   * `relative`, `vicrop`, `warp`: the 0-based decoder layer whose attention is read. Default: the deepest of the preset's grounding
   * layers, which for LLaVA-1.5-7B (14) and Qwen2.5-VL-3B (22) is ViCrop's.
   */
  readonly layer?: number | undefined;
  /**
   * Visual tokens that the picture, and each crop, may have at most, of a model that takes pictures of any size. Absent: what the
   * checkpoint's image processor says.
   */
  readonly tokens?: number | undefined;
  /** `scaled`: times the visual tokens that the picture has by itself. Default 4, twice the side. */
  readonly times?: number | undefined;
}

export interface TryOutcome {
  readonly method: Method;
  readonly answer: string;
  /** What was done, where the method's name is that of something which only resembles it; null: what the name says. */
  readonly variant: string | null;
  /** The layer that was read; null: none. */
  readonly layer: number | null;
  /** What was cropped, in source pixels; empty: nothing, and the answer is that of the whole picture. */
  readonly crops: readonly SourceXyxy[];
  /** Why nothing was cropped, of a method that crops; null: something was, or the method does not. */
  readonly skipped: SecondStage['skipped'];
  /** What the method looked by; of the RPN its logits. Null: nothing. */
  readonly map: PlacedMap | null;
  /** How much a crop is needed: of `alone` by its answer, of `rpn` by the RPN. */
  readonly needs: GateNeeds;
  readonly imageSize: readonly [width: number, height: number];
  /** Visual tokens that the language model was fed in all passes; a prefix that serves again counts once. */
  readonly visualTokens: number;
  /** Visual tokens that the vision encoder made, those of crops among them. */
  readonly encodedTokens: number;
  /** Milliseconds by step. */
  readonly timings: Readonly<Record<string, number>>;
  readonly device: string;
}

/** As the engine answers. */
export interface TryAnswer extends TryOutcome {
  /**
   * How many bytes more of its own the engine process held at most while it answered (`memory-peak.ts`). Null: nobody knows, or it did
   * something else as well.
   */
  readonly memoryBytes: number | null;
}
