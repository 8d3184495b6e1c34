/**
 * What main and the backend process say to each other. Not the RPC: only ports, pictures' places and the end. Parsed on
 * arrival although both ends are ours, because they are two processes of possibly two builds.
 */
import { z } from 'zod';
import { wireErrorSchema } from '../../../src-shared/contract/errors.ts';

/** Main to backend. `port` comes with one MessagePort to serve. */
export const toBackendSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('port') }),
  z.object({ type: z.literal('picture'), request: z.number().int(), id: z.number().int() }),
  z.object({ type: z.literal('close') }),
]);
export type ToBackend = z.infer<typeof toBackendSchema>;

/** Backend to main. `ready` comes once, before anything else. */
export const toMainSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  /** The open project changed; it is opened again after a crash. */
  z.object({ type: z.literal('project'), path: z.string() }),
  z.object({ type: z.literal('failed'), error: wireErrorSchema }),
  z.object({
    type: z.literal('picture'),
    request: z.number().int(),
    file: z.object({ path: z.string(), mime: z.string() }).nullable(),
  }),
]);
export type ToMain = z.infer<typeof toMainSchema>;
