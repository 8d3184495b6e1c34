import { z } from 'zod';

/** A call that takes nothing. */
export const none = z.object({});
