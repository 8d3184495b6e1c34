/**
 * What thresholds would do to the samples of a scope, without storing anything: a chunk per call, so that the caller
 * shows progress, stops by not asking again, and the process stays free for everything else between two calls.
 */
import type { SampleFilter } from '../../../src-shared/contract/procedures.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { FG } from '../../../src-shared/kernels/types.ts';
import type { ReadableDb } from '../../store/db.ts';
import { candidatesAfter, countScope, runMaking, runsOfSameMaps } from '../../store/predictions/relabel.ts';
import { derive } from './item.ts';
import { targetPreset, type Thresholds } from './target.ts';

/** Longest time a chunk takes, roughly: less than a frame or two of somebody else's wait. */
const BUDGET_MS = 24;
const PAGE = 64;

export interface PreviewRequest {
  readonly runId: number;
  readonly thresholds: Thresholds;
  /** Null: the whole project. */
  readonly filter: SampleFilter | null;
  /** The last sample of the chunk before; 0 to begin. */
  readonly after: number;
}

export interface PreviewChunk {
  /** Samples of the scope; of these decided by a person (they stay as they are); of these to be looked at. */
  readonly samples: number;
  readonly reviewed: number;
  readonly candidates: number;
  /** Looked at in this chunk. */
  readonly looked: number;
  readonly labelChanged: number;
  readonly newlyDropped: number;
  readonly newlyKept: number;
  /** Sum over those looked at of the foreground's share of the grid, now and then. */
  readonly fgNow: number;
  readonly fgThen: number;
  /** Whose maps are lost or cannot be labelled. */
  readonly failed: number;
  /** Where the next chunk begins; null at the end. */
  readonly next: number | null;
}

/** Throws `not_found`, and `bad_input` when the thresholds belong to another rule. */
export function previewChunk(db: ReadableDb, request: PreviewRequest): PreviewChunk {
  const { runId, thresholds, filter, after } = request;
  // Refuses what could not be applied.
  targetPreset(db, runId, thresholds, []);
  runMaking(db, runId);
  const scope = { filter, runIds: runsOfSameMaps(db, runId).map(({ id }) => id) };
  const counts = {
    looked: 0,
    labelChanged: 0,
    newlyDropped: 0,
    newlyKept: 0,
    fgNow: 0,
    fgThen: 0,
    failed: 0,
  };
  const until = performance.now() + BUDGET_MS;
  let next: number | null = after;
  while (next !== null && performance.now() < until) {
    const page = candidatesAfter(db, scope, next, PAGE);
    next = page.length < PAGE ? null : page.at(-1)!.sampleId;
    for (const candidate of page) {
      counts.looked++;
      try {
        const { prediction, derived } = derive(db, candidate, thresholds);
        const now = new Int8Array(prediction.label);
        if (derived.labels.some((value, i) => value !== now[i])) counts.labelChanged++;
        if (derived.dropped && !prediction.dropped) counts.newlyDropped++;
        if (!derived.dropped && prediction.dropped) counts.newlyKept++;
        counts.fgNow += share(now);
        counts.fgThen += share(derived.labels);
      } catch (thrown) {
        if (!(thrown instanceof FoveaError)) throw thrown;
        counts.failed++;
      }
    }
  }
  return { ...countScope(db, scope), ...counts, next };
}

function share(label: Int8Array): number {
  let fg = 0;
  for (const value of label) if (value === FG) fg++;
  return fg / label.length;
}
