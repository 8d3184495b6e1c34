/** Who calls: whoever started Fovea, or somebody who came in by an invitation. The door knows; a page only says what it wants. */
import type { ProjectSummary } from '../../src-shared/contract/domain.ts';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { ProcedureName } from '../../src-shared/contract/procedures.ts';
import { ASK_ADMIN, requireRole, whyNot } from '../../src-shared/contract/roles.ts';
import type { Role } from '../../src-shared/contract/role.ts';

export interface Caller {
  readonly role: Role;
  /** Signs all that is done; null: whoever started Fovea, who signs as they say. */
  readonly name: string | null;
  /** The one project that they were invited to, by its folder; null: whichever is open. */
  readonly project: string | null;
  /** Where their preferences are kept; null: with those of whoever started Fovea. */
  readonly preferencesFile: string | null;
}

/** Whoever started Fovea: the desktop's window, a command, a browser that an address of the host let in. */
export const OWNER: Caller = { role: 'admin', name: null, project: null, preferencesFile: null };

/**
 * Throws `forbidden` where the role is not enough, or another project is open than the one of the invitation.
 * @param open the folder of the project that is open
 */
export function requireAllowed(caller: Caller, name: ProcedureName, open: string | null): void {
  requireRole(caller.role, name);
  // Who one is and what one prefers is no project's.
  if (caller.project === null || caller.project === open || ALWAYS.has(name)) return;
  throw new FoveaError('forbidden', 'Another project is open now than the one you were invited to', {
    next: ASK_ADMIN,
  });
}

const ALWAYS: ReadonlySet<ProcedureName> = new Set(['app.info', 'preferences.get', 'preferences.set']);

/** A summary as the caller's page takes it: who only looks finds the project read-only, with the reason. */
export function seenBy(caller: Caller, summary: ProjectSummary): ProjectSummary {
  const message = whyNot(caller.role, 'reviews.submit');
  if (message === null || summary.readOnly !== null) return summary;
  return { ...summary, readOnly: { code: 'forbidden', message, where: null, next: ASK_ADMIN } };
}

/** An input as it is taken: what an invited person does is signed with the name of the invitation, whatever the page says. */
export function signedBy(caller: Caller, input: unknown): unknown {
  if (caller.name === null || typeof input !== 'object' || input === null) return input;
  return 'reviewer' in input ? { ...input, reviewer: caller.name } : input;
}
