/**
 * The messages of the RPC. Inputs and outputs are `unknown` here: the procedure's own schema parses them, once, on
 * the side that receives them.
 */
import { z } from 'zod';
import { wireErrorSchema } from '../contract/errors.ts';

const callId = z.number().int().positive();

/** Client to server. */
export const requestSchema = z.object({
  type: z.literal('call'),
  id: callId,
  name: z.string().max(200),
  input: z.unknown(),
  /** The project that the caller shows, for calls that only make sense there. */
  project: z.string().max(5000).optional(),
});
export type Request = z.infer<typeof requestSchema>;

/** Server to client. `bye` is the last message of a connection that the server ends because of what it was sent. */
export const replySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('result'), id: callId, output: z.unknown() }),
  z.object({ type: z.literal('error'), id: callId, error: wireErrorSchema }),
  z.object({ type: z.literal('event'), name: z.string(), payload: z.unknown() }),
  z.object({ type: z.literal('bye'), error: wireErrorSchema }),
]);
export type Reply = z.infer<typeof replySchema>;
