/** What goes to and comes from the thread that reads small pictures for an export (`ahead.ts`). */
import { z } from 'zod';

/** Pictures from this size on are read one by one: reading them takes longer than asking for them. */
export const SMALL_BYTES = 1 << 18;
/** Pictures of a request. */
export const LIST_MOST = 64;

/** Paths of files, absolute. */
export const pictureListSchema = z.array(z.string()).max(LIST_MOST);

/** The files' bytes one behind the other, and how many are of each; -1: it was not read. */
export const pictureBlockSchema = z.object({
  block: z.instanceof(Uint8Array),
  sizes: z.array(z.number().int().min(-1)),
});
export type PictureBlock = z.infer<typeof pictureBlockSchema>;
