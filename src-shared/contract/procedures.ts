/**
 * The contract: every call the renderer can make of the main side and every event it can hear. Transports carry it,
 * handlers implement it, both sides parse with these schemas and nothing else.
 */
import type { z } from 'zod';
import type { FoveaError } from './errors.ts';
import { analysisProcedures } from './procedures/analysis.ts';
import { annotationProcedures } from './procedures/annotations.ts';
import { batchProcedures } from './procedures/batches.ts';
import { comparingProcedures } from './procedures/measuring/comparing.ts';
import { dashboardProcedures } from './procedures/dashboard.ts';
import { embeddingProcedures } from './procedures/embeddings.ts';
import { evaluationProcedures } from './procedures/measuring/evaluations.ts';
import type { events } from './procedures/events.ts';
import { exchangeProcedures } from './procedures/exchange.ts';
import { galleryProcedures } from './procedures/gallery.ts';
import { inspectProcedures } from './procedures/inspect.ts';
import { jobListProcedures } from './procedures/job-list.ts';
import { jobProcedures } from './procedures/jobs.ts';
import { keepingProcedures } from './procedures/keeping.ts';
import { modelProcedures } from './procedures/models.ts';
import { ownPictureProcedures } from './procedures/own-picture.ts';
import { peopleProcedures } from './procedures/people.ts';
import { pictureProcedures } from './procedures/pictures.ts';
import { preferenceProcedures } from './procedures/preferences.ts';
import { projectProcedures } from './procedures/project.ts';
import { recipeProcedures } from './procedures/recipes.ts';
import { removalProcedures } from './procedures/removal.ts';
import { reviewProcedures } from './procedures/reviews.ts';
import { runProcedures } from './procedures/runs.ts';
import { sampleProcedures } from './procedures/samples.ts';
import { scoreProcedures } from './procedures/scores.ts';
import { storageProcedures } from './procedures/storage.ts';
import { trainingProcedures } from './procedures/training.ts';
import { uploadProcedures } from './procedures/uploads.ts';

export {
  FILTER_NAME_MOST,
  NOTE_MOST,
  TAG_MOST,
  noteSchema,
  savedFilterSchema,
  type Note,
  type SavedFilter,
} from './procedures/annotations.ts';
export {
  AUDIT_TARGETS,
  BATCH_IDS_MAX,
  batchSchema,
  verdictSchema,
  type Batch,
  type LeftOut,
  type Verdict,
} from './procedures/batches.ts';
export type {
  ComparableSide,
  ComparableSides,
  ComparedRow,
  ComparedSide,
  ComparedWhich,
} from './procedures/measuring/comparing.ts';
export {
  HISTOGRAM_EDGES,
  PLACE_EDGES,
  SPEED_BREAK_MS,
  SPEED_DECISIONS,
  type DashboardAnswers,
  type DashboardCounts,
  type DashboardShapes,
  type DashboardSpeed,
  type DashboardTags,
  type HistogramMeasure,
  type SampleGroup,
} from './procedures/dashboard.ts';
export {
  embeddingStatusSchema,
  NEAR_BARS,
  NEAR_DEFAULT,
  NEAR_GROUPS,
  NEAR_LEAST,
  NEAR_PICTURES,
  nearDuplicatesSchema,
  planeSchema,
  POINT_STATES,
  POINTS_MOST,
  similarPicturesSchema,
  type EmbeddingPlane,
  type EmbeddingStatus,
  type NearDuplicates,
  type SimilarPictures,
} from './procedures/embeddings.ts';
export { EVALUATIONS_SHOWN, type EvaluationPlan } from './procedures/measuring/evaluations.ts';
export { events } from './procedures/events.ts';
export {
  BOX_FORMS,
  COLUMN_FIELDS,
  columnChoiceSchema,
  objectsWishSchema,
  TURNS,
  exportReportSchema,
  type ExportPlan,
  type ExportReport,
  type BoxForm,
  type ColumnChoice,
  type ColumnField,
  type ImportPreview,
  type ObjectsWish,
  type ProposalsReport,
  type ImportReport,
  type LogReport,
  type MergeReport,
  type ExportTarget,
} from './procedures/exchange.ts';
export {
  labelPreviewSchema,
  keepFeaturesSchema,
  type FeatureSize,
  type KeepFeatures,
  labelScopeSchema,
  type LabelPreview,
  type LabelScope,
  type LabelWish,
} from './procedures/jobs.ts';
export {
  FAILURE_SAMPLES,
  JOB_PAGE,
  sharedWorkSchema,
  type JobEntry,
  type JobFailures,
  type JobStep,
  type SharedWork,
} from './procedures/job-list.ts';
export type { Keeping } from './procedures/keeping.ts';
export type { ImportNote, RemovalCounts, RemovalReport, RemovalWish } from './procedures/removal.ts';
export type { ListedModel } from './procedures/models.ts';
export {
  THUMBNAIL_EDGES,
  heatKindSchema,
  type Alike,
  type Facets,
  type Heat,
  type HeatKind,
} from './procedures/gallery.ts';
export {
  DIFFERING_MOST,
  type Agreed,
  type Agreement,
  type Deal,
  type DealWish,
  type Differing,
  type Invited,
  type OwnDeal,
} from './procedures/people.ts';
export { OWN_PICTURE_BYTES } from './procedures/own-picture.ts';
export {
  CLEANABLE,
  cleanableSchema,
  SPACE_PARTS,
  spaceSchema,
  type Cleanable,
  type Space,
} from './procedures/storage.ts';
export {
  UPLOAD_BUDGET,
  UPLOAD_CALL_BYTES,
  UPLOAD_CALL_PIECES,
  UPLOAD_LEAVES_FREE,
  UPLOADS,
  type UploadPiece,
  type UploadPlaced,
} from './procedures/uploads.ts';
export type { PictureCheck, PictureState, RelinkPlan } from './procedures/pictures.ts';
export {
  pathKindSchema,
  recentProjectSchema,
  type PathKind,
  type RecentProject,
} from './procedures/project.ts';
export {
  FILTER_IDS_MAX,
  IMPORT_ORDER,
  LISTED_MOST,
  NO_FILTER,
  measureSchema,
  rangeSchema,
  sampleFilterSchema,
  sampleSortSchema,
  sortKeySchema,
  type Measure,
  type Range,
  type SampleFilter,
  type SampleSort,
  type SortKey,
} from './procedures/sample-filter.ts';
export { REJECT_REASON_MOST, REJECT_REASONS_MOST } from './procedures/reviews.ts';
export type { RunChange, RunRemoval, RunStanding } from './procedures/runs.ts';
export type { PictureNotes } from './procedures/samples.ts';
export {
  HISTOGRAM_BARS,
  type Histograms,
  type LabelScores,
  type NoScore,
  type SampleScores,
  type Score,
} from './procedures/scores.ts';
export { CURVE_PAGE, type RpnVersions, type TrainingPlan, type TrainingWish } from './procedures/training.ts';

/** One file per namespace in `procedures/`. */
export const procedures = {
  ...projectProcedures,
  ...keepingProcedures,
  ...pictureProcedures,
  ...preferenceProcedures,
  ...sampleProcedures,
  ...scoreProcedures,
  ...galleryProcedures,
  ...annotationProcedures,
  ...batchProcedures,
  ...dashboardProcedures,
  ...reviewProcedures,
  ...peopleProcedures,
  ...jobProcedures,
  ...jobListProcedures,
  ...modelProcedures,
  ...exchangeProcedures,
  ...removalProcedures,
  ...inspectProcedures,
  ...ownPictureProcedures,
  ...uploadProcedures,
  ...storageProcedures,
  ...analysisProcedures,
  ...recipeProcedures,
  ...runProcedures,
  ...trainingProcedures,
  ...comparingProcedures,
  ...embeddingProcedures,
  ...evaluationProcedures,
} as const;

/** What is written for a project's samples; on another one, opened meanwhile, it would hit others of the same numbers. */
export const BOUND_TO_PROJECT: ReadonlySet<string> = new Set<keyof typeof procedures>([
  'reviews.submit',
  'reviews.history',
  'rejectReasons.set',
  'people.invite',
  'people.revoke',
  'deals.start',
  'deals.end',
  'flags.set',
  'tags.set',
  'answers.judge',
  'notes.add',
  'notes.write',
  'notes.remove',
  'filters.save',
  'filters.rename',
  'filters.remove',
  'batches.start',
  'batches.judge',
  'batches.apply',
  'batches.undo',
  'batches.dismiss',
  'recipes.apply',
  'runs.takeBack',
  'runs.putBack',
  'runs.goOn',
  'runs.rename',
  'runs.remove',
  'project.setActiveRun',
  'project.rename',
  'jobs.label',
  'jobs.labelAnew',
  'jobs.predict',
  'embeddings.encode',
  'embeddings.nearDuplicates',
  'jobs.cancel',
  'jobs.pause',
  'jobs.resume',
  'jobs.retry',
  'jobs.first',
  'training.start',
  'training.pause',
  'training.resume',
  'training.finish',
  'training.cancel',
  'training.activate',
  'removal.start',
  'pictures.relink',
  'pictures.keep',
  'inspect.keep',
  'import.start',
  'import.log',
  'import.merge',
  'proposals.import',
  'export.start',
  'datasets.freeze',
  'evaluations.start',
  'evaluations.remove',
]);

export type ProcedureName = keyof typeof procedures;
export type ProcedureInput<N extends ProcedureName> = z.input<(typeof procedures)[N]['input']>;
export type ProcedureParsedInput<N extends ProcedureName> = z.output<(typeof procedures)[N]['input']>;
export type ProcedureOutput<N extends ProcedureName> = z.output<(typeof procedures)[N]['output']>;

export type EventName = keyof typeof events;
export type EventPayload<N extends EventName> = z.output<(typeof events)[N]>;

/** The client both sides program against; every transport gives one. */
export interface RpcClient {
  call<N extends ProcedureName>(name: N, input: ProcedureInput<N>): Promise<ProcedureOutput<N>>;
  on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void;
  /**
   * Connection state, for the UI: a closed one keeps failing calls with `io` until it is back. `problem` is why it closed
   * or is not let in again, where that is known; it may be told more than once.
   */
  onConnection(listener: (open: boolean, problem: FoveaError | null) => void): () => void;
  /** What the caller shows from now on, by its `projectKey`: calls of {@link BOUND_TO_PROJECT} fail with `other_project` anywhere else. */
  showsProject(key: string | null): void;
  close(): void;
}
