/** The desks of an open project: while rounds are open, every reviewer reads through one of their own (`store/desk`). */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { EventName, EventPayload, ProcedureName } from '../../src-shared/contract/procedures.ts';
import { HEARD_BLIND, requireSeeing } from '../../src-shared/contract/roles.ts';
import { openRounds } from '../store/assignment/deals.ts';
import { projectSummary } from '../store/dashboard/summary.ts';
import { type Desk, openDesk } from '../store/desk/desk.ts';
import type { Project } from '../store/file/project.ts';
import { noteSummary } from '../store/samples/annotation.ts';
import { sampleOutcome } from '../store/samples/answer-verdict.ts';
import { sampleState } from '../store/samples/state.ts';
import { latestRevisionId } from '../store/reviews/review.ts';
import type { Caller } from './caller.ts';

export interface Desks {
  /** What the caller works on; null: all samples, as everybody else's. */
  of(caller: Caller): Desk | null;
  /** Throws `forbidden` for what a reviewer is not answered while a blind round is open. */
  requireOpen(caller: Caller, name: ProcedureName, input: unknown): void;
  /** An event as the caller may hear it; null: not at all. */
  heard<N extends EventName>(caller: Caller, name: N, payload: EventPayload<N>): EventPayload<N> | null;
  close(): void;
}

export function openDesks(project: Project): Desks {
  const desks = new Map<string, Desk>();
  const of = (caller: Caller): Desk | null => {
    if (caller.role !== 'reviewer' || caller.name === null || !openRounds(project.db).open) return null;
    const desk = desks.get(caller.name) ?? openDesk(project, caller.name);
    desks.set(caller.name, desk);
    return desk;
  };
  const isBlind = (caller: Caller): boolean => caller.role === 'reviewer' && openRounds(project.db).blind;
  return {
    of,
    requireOpen(caller, name, input) {
      if (!isBlind(caller)) return;
      requireSeeing(name);
      const { filter } = (input ?? {}) as { readonly filter?: { readonly text?: string } };
      if ((filter?.text ?? '').trim() === '') return;
      throw new FoveaError(
        'forbidden',
        'Text is not searched while a blind round is open: it looks in what is hidden, too',
        {
          next: 'Clear the search',
        },
      );
    },
    heard(caller, name, payload) {
      const desk = of(caller);
      if (desk === null) return payload;
      if (isBlind(caller) && HEARD_BLIND[name] === 'nothing') return null;
      return own(desk, project, name, payload) as EventPayload<typeof name> | null;
    },
    close() {
      for (const desk of desks.values()) desk.close();
      desks.clear();
    },
  };
}

/** What an event comes to for somebody who sees a part. */
function own(desk: Desk, project: Project, name: EventName, payload: unknown): unknown {
  if (name === 'project.changed') {
    return { ...projectSummary(desk.db, project.path), readOnly: project.readOnly?.toWire() ?? null };
  }
  if (name !== 'sample.changed' && name !== 'notes.changed' && name !== 'outcomes.changed') return payload;
  const { sampleId } = payload as EventPayload<typeof name>;
  const state = sampleState(desk.db, sampleId);
  if (state === null) return null;
  if (name === 'outcomes.changed') return { sampleId, ...sampleOutcome(desk.db, sampleId)! };
  if (name === 'notes.changed') return { sampleId, ...noteSummary(desk.db, sampleId) };
  return { sampleId, ...state, latestRevisionId: latestRevisionId(desk.db, sampleId) };
}
