/**
 * What exporters are fed and what they give back. The store streams {@link ExportSample}s; an exporter decides what
 * of them its format can say, writes one file and counts everything it left out or had to change.
 */
import type { MapBoxes, MapSet, SecondStage } from '../../src-shared/contract/outcome.ts';
import type { Preset } from '../../src-shared/contract/preset.ts';
import type { Decision, Flag, OutsideAnswer, SampleState } from '../../src-shared/contract/domain.ts';
import type {
  ExportChoices,
  ExportFormat,
  PicturesChoice,
  ShapeChoice,
} from '../../src-shared/contract/export-formats.ts';
import type { AnswerOutcome, Localisation } from '../../src-shared/kernels/outcomes/answer-outcome.ts';
import type {
  Dropped,
  Grid,
  GridTransform,
  Labels,
  Orientation,
  SourceXyxy,
} from '../../src-shared/kernels/types.ts';

/** The run a prediction belongs to. */
export interface ExportRun {
  readonly id: number;
  readonly modelName: string;
  readonly modelDir: string;
  readonly preset: Preset;
  /** `self`: the model's own answer; `teacher`: a given answer, fed in one prefill. */
  readonly answerMode: 'self' | 'teacher';
  readonly createdAt: string;
}

/** A prediction with its arrays; maps are null where the run made none. */
export interface ExportPrediction {
  readonly id: number;
  readonly answer: string;
  /** The label's; each map says its own. */
  readonly grid: Grid;
  readonly transform: GridTransform;
  /** To be asked once: most formats do without, and each time they are read anew. */
  readonly maps: MapSet;
  /** The pseudo-label as predicted. */
  readonly label: Labels;
  readonly dropped: Dropped | null;
  readonly boxes: MapBoxes;
  readonly secondStage: SecondStage | null;
}

/** The revision that stands. `prediction` of the sample is the one this revision started from. */
export interface ExportReview {
  readonly id: number;
  readonly decision: Decision;
  /** The full label the decision stands for; null for reject and reset. */
  readonly label: Labels | null;
  readonly reviewer: string;
  readonly note: string | null;
  /** Why it was rejected; null for other decisions, and where nobody said. */
  readonly reason: string | null;
  readonly createdAt: string;
}

/** Numbers that samples are sorted by (`docs/numbers.md`); null where there is none. */
export interface ExportScores {
  /** 1 − IoU of label and RPN. */
  readonly disagreement: number | null;
  /** Of the RPN, in bits. */
  readonly uncertainty: number | null;
  /** Share of the picture. */
  readonly roiSize: number | null;
  /** Of predicted and corrected label. */
  readonly iou: number | null;
}

/** Whether the prediction's answers are right, and what the crop made of them (`docs/numbers.md`). */
export interface ExportAnswers {
  /** The name of the rule, and the version of the rules. */
  readonly scorer: string;
  readonly rules: number;
  /** 0 to 1, by the rule; null: no right answer is known, or this one was given to the model. */
  readonly score: number | null;
  /** Null also where no crop was looked at. */
  readonly cropScore: number | null;
  /** A person's word over the rule. */
  readonly judged: { readonly verdict: 'right' | 'wrong'; readonly reviewer: string } | null;
  readonly cropJudged: { readonly verdict: 'right' | 'wrong'; readonly reviewer: string } | null;
  readonly outcome: AnswerOutcome | null;
  /** Of the label's foreground and the true tokens. */
  readonly truthIou: number | null;
  readonly localised: Localisation | null;
}

/** What happened to a sample in the audit, beside the decision that stands. */
export interface ExportTrail {
  /** Every decision, those taken back included, oldest first. */
  readonly revisions: readonly (ExportReview & { readonly predictionId: number | null })[];
  readonly flags: readonly Flag[];
  /** Oldest first. */
  readonly notes: readonly {
    readonly text: string;
    readonly reviewer: string;
    readonly createdAt: string;
  }[];
}

export interface ExportSample {
  readonly sampleId: number;
  readonly externalId: string;
  readonly question: string;
  readonly referenceAnswer: string | null;
  /** Null: of no benchmark. */
  readonly benchmark: {
    readonly name: string;
    readonly answers: readonly string[];
    readonly options: readonly string[];
  } | null;
  readonly outsideAnswers: readonly OutsideAnswer[];
  readonly language: string | null;
  readonly split: string | null;
  readonly tags: readonly string[];
  readonly truthBoxes: readonly SourceXyxy[];
  /** Boxes that others proposed, by source. */
  readonly proposals: readonly {
    readonly source: string;
    readonly boxes: readonly SourceXyxy[];
    readonly scores: readonly number[] | null;
  }[];
  readonly image: {
    /** No two pictures have one; relative to `folder` where there is one, `/` separated. */
    readonly name: string;
    /** Absolute; null where the project's image folders have none in common. The same for every sample. */
    readonly folder: string | null;
    /** Where its file lies, absolute. */
    readonly path: string;
    /** Stored pixels, EXIF orientation not applied. */
    readonly width: number;
    readonly height: number;
  };
  readonly state: SampleState;
  readonly run: ExportRun | null;
  /** For a reviewed sample the prediction the revision started from, else the active run's. */
  readonly prediction: ExportPrediction | null;
  readonly review: ExportReview | null;
  readonly scores: ExportScores;
  /** Of `prediction`. */
  readonly answers: ExportAnswers | null;
  /** Null unless an export of the audit asked for it. */
  readonly trail: ExportTrail | null;
  /** The picture's file holds another picture than the one that `prediction` was made on. */
  readonly pictureChanged: boolean;
}

export interface ExportOptions {
  /** Also write samples nobody has reviewed, with the label as predicted. Rejected ones are never written. */
  readonly includeUnreviewed: boolean;
  /** The audit itself: rejected samples too, every decision ever made, flags and notes. For formats that can say it. */
  readonly audit?: boolean;
  /** What becomes of the pictures; one that the format has (`EXPORT_FORMATS`). */
  readonly pictures?: PicturesChoice;
  /** How a region is said; one that the format has. */
  readonly shape?: ShapeChoice;
  readonly maskValues?: ExportChoices['maskValues'];
  readonly maskIgnore?: ExportChoices['maskIgnore'];
  /** Reads how a picture's file lies (EXIF), for formats whose readers turn pictures; absent: as stored. */
  readonly orientationOf?: (path: string) => Promise<Orientation>;
  /** Of formats that are cut into shards: bytes at which one is closed. */
  readonly shardBytes?: number;
  /** What the data may be used for, for a card; null: not said. */
  readonly licence?: string | null;
  readonly signal?: AbortSignal;
  /** Called when all is written, right before the file takes its name; when it throws, nothing changes there. */
  readonly beforePlacing?: () => Promise<unknown>;
  /** Called after every sample with how many were looked at. */
  readonly onProgress?: (seen: number) => void;
}

/** Names and numbers of `exportReportSchema`, less what is known of the file. */
export interface ExportCounts {
  readonly done: number;
  /** Samples left out, by reason: `unreviewed`, `rejected`, `no_prediction`, `dropped`, `not_expressible_…`. */
  readonly skipped: Readonly<Record<string, number>>;
  /** Changes the format forces, counted, by kind (e.g. `bg_inside_box_to_ignore`, `grid_not_24x24`). */
  readonly notes: Readonly<Record<string, number>>;
  /** Samples written, by the id of the run whose prediction the label started from. */
  readonly runs: Readonly<Record<string, number>>;
}

/**
 * One format. Writes to a temporary name beside `path`, syncs, renames: no partial file or folder is ever visible and
 * a failure leaves what was there. Throws `FoveaError` (`io`, `read_only`, `no_space`, `cancelled`, `bad_input`).
 */
export interface Exporter {
  readonly format: ExportFormat;
  export(
    samples: AsyncIterable<ExportSample> | Iterable<ExportSample>,
    path: string,
    options: ExportOptions,
  ): Promise<ExportCounts>;
}
