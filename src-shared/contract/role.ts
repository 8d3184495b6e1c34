/** The roles of people who share one Fovea, and how a page is told which one it has. What each may do is in `roles.ts`. */
import { z } from 'zod';

/** `viewer` looks · `reviewer` decides as well · `admin` does everything, as whoever started Fovea. Each may what those before it may. */
export const roleSchema = z.enum(['viewer', 'reviewer', 'admin']);
export type Role = z.infer<typeof roleSchema>;

/** As a page is told who it is. */
export const callerSchema = z.object({
  role: roleSchema,
  /** The name of the invitation, which signs what is done; null: whoever started Fovea, who signs as they like. */
  name: z.string().nullable(),
});
export type CallerFacts = z.infer<typeof callerSchema>;

export const OWNER_FACTS: CallerFacts = { role: 'admin', name: null };
