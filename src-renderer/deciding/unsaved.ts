/**
 * Decisions that are not saved yet, in a form that outlasts the page: in the browser's storage for the next page of this
 * address, and as lines of a file for a page at another one and for `fovea review --apply`. Each knows the project it is
 * for and the revision it was made on: it never goes to another project, nor over a newer decision without a question.
 */
import { z } from 'zod';
import { decisionSchema, idSchema, type Review } from '../../src-shared/contract/domain.ts';
import { handoverSchema, PREVIOUS } from '../../src-shared/contract/handover.ts';
import { sameDecision, type Draft, type Pending } from '../editing/draft.ts';

export type { Pending } from '../editing/draft.ts';

const labelSchema = z.array(z.number().int().min(-128).max(127)).nullable();
const keptSchema = z.object({
  project: z.string(),
  path: z.string(),
  pending: z.array(
    z.object({
      sampleId: idSchema,
      basedOn: idSchema.nullable(),
      drafts: z.array(
        z.object({
          predictionId: idSchema.nullable(),
          decision: decisionSchema,
          label: labelSchema,
          note: z.string().nullable(),
          // What an older page kept has none.
          reason: z.string().nullable().default(null),
          onlyNote: z.object({ was: z.string().nullable() }).optional(),
        }),
      ),
    }),
  ),
});

/** The second part is missing in what an older page kept. */
const RECORD = /^fovea\.unsaved-decisions\.([^.~]+)(?:~(\d+))?\.(.+)$/;

/** A record in the browser's storage. */
export interface RecordKey {
  /** The window that wrote it; without dots. */
  readonly window: string;
  /** How often that window had shown a project, this time included. */
  readonly visit: number;
  readonly project: string;
}

/** The name of a record. */
export function recordName({ window, visit, project }: RecordKey): string {
  return `fovea.unsaved-decisions.${window}~${visit}.${project}`;
}

/** What {@link recordName} named; null for anything else. */
export function recordOf(name: string): RecordKey | null {
  const [, window, visit, project] = RECORD.exec(name) ?? [];
  return window && project ? { window, visit: Number(visit ?? 0), project } : null;
}

/** For the browser's storage. */
export function toKept(project: string, path: string, pending: readonly Pending[]): string {
  const plain = pending.map(({ sampleId, basedOn, drafts }) => ({
    sampleId,
    basedOn,
    drafts: drafts.map(({ predictionId, decision, label, note, reason, onlyNote }) => ({
      predictionId,
      decision,
      label: label && [...label],
      note,
      reason,
      onlyNote,
    })),
  }));
  return JSON.stringify({ project, path, pending: plain } satisfies z.input<typeof keptSchema>);
}

export interface Kept {
  readonly path: string;
  readonly pending: readonly Pending[];
}

/** What {@link toKept} wrote, if it is of this project or of a copy of it; null for anything else. */
export function fromKept(text: string, project: string): Kept | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const kept = keptSchema.safeParse(value).data;
  if (!kept || kept.project !== project) return null;
  const pending = kept.pending.map(({ sampleId, basedOn, drafts }) => ({
    sampleId,
    basedOn,
    drafts: drafts.map((draft) => ({
      ...draft,
      sampleId,
      label: draft.label && Int8Array.from(draft.label),
    })),
  }));
  return { path: kept.path, pending };
}

export const HANDOVER_ENDING = '.decisions.jsonl';

/** Lines of a file that another page takes, and `fovea review --apply`. */
export function toLines(project: string, reviewer: string, pending: readonly Pending[]): string {
  const lines = pending.flatMap(({ sampleId, basedOn, drafts }) =>
    drafts.map(({ predictionId, decision, label, note, reason }, n) =>
      JSON.stringify({
        fovea: sampleId,
        decision,
        ...(label ? { label: [...label] } : {}),
        reviewer,
        note,
        ...(reason === null ? {} : { reason }),
        handover: { project, predictionId, basedOn: n === 0 ? basedOn : PREVIOUS },
      }),
    ),
  );
  return lines.map((line) => `${line}\n`).join('');
}

const lineSchema = z.object({
  fovea: idSchema,
  decision: decisionSchema,
  label: labelSchema.optional(),
  note: z.string().nullable(),
  reason: z.string().nullable().default(null),
  handover: handoverSchema,
});

/**
 * What {@link toLines} wrote.
 * @returns the decisions, or in words why they are not taken
 */
export function fromLines(text: string, project: string): Pending[] | string {
  const all = new Map<number, { basedOn: number | null; drafts: Draft[] }>();
  for (const [n, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      return `Line ${n + 1} is not JSON`;
    }
    const parsed = lineSchema.safeParse(value);
    if (!parsed.success) return `Line ${n + 1} is no decision that a page of Fovea handed over`;
    const { fovea: sampleId, decision, label = null, note, reason, handover } = parsed.data;
    if (handover.project !== project) return 'These decisions are on another project: open that one';
    const draft = { sampleId, predictionId: handover.predictionId, decision, note, reason };
    const known = all.get(sampleId);
    const full = { ...draft, label: label && Int8Array.from(label) };
    if (known) known.drafts.push(full);
    else
      all.set(sampleId, { basedOn: handover.basedOn === PREVIOUS ? null : handover.basedOn, drafts: [full] });
  }
  if (all.size === 0) return 'There are no decisions in this file';
  return [...all].map(([sampleId, rest]) => ({ sampleId, ...rest }));
}

/**
 * Leaves out what is saved already: drafts that are found, in order, among the revisions after the one they were made on.
 * An answer that got lost, or a file taken twice, saves nothing twice.
 */
export function withoutSaved({ sampleId, basedOn, drafts }: Pending, history: readonly Review[]): Pending {
  const since = history.filter(({ id }) => id > (basedOn ?? 0)).sort((a, b) => a.id - b.id);
  let left = 0;
  let last = basedOn;
  for (const review of since) {
    if (left < drafts.length && sameDecision(drafts[left]!, review)) {
      left++;
      last = review.id;
    }
  }
  return { sampleId, basedOn: last, drafts: drafts.slice(left) };
}
