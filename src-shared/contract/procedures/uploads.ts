/**
 * What a page in a browser brings in from its own machine, and takes with it. Files come in pieces, each piece a call: a
 * frame has 8 MiB (`rpc/codec.ts`). Names are relative, `/` separated.
 */
import { z } from 'zod';
import { bytesSchema } from '../domain.ts';
import { MOST, nameSchema } from '../limits.ts';
import { none } from './none.ts';

/** The project's folder for it. */
export const UPLOADS = 'uploads';
/** Bytes that all of it may take unless the host says otherwise (`fovea serve --uploads`). */
export const UPLOAD_BUDGET = 100e9;
/** Bytes of the disk that stay free. */
export const UPLOAD_LEAVES_FREE = 1e9;
/** Bytes of the pieces of one call, and how many pieces it has, at most. */
export const UPLOAD_CALL_BYTES = 2 << 20;
export const UPLOAD_CALL_PIECES = 256;

const id = z.string().regex(/^[\w-]{16,64}$/);
const size = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

export const uploadPieceSchema = z.object({
  path: z.string().min(1).max(MOST.path),
  /** Where in the file; 0 begins it. */
  at: size,
  bytes: bytesSchema,
});
export type UploadPiece = z.infer<typeof uploadPieceSchema>;

export const uploadPlacedSchema = z.object({
  /** Absolute. */
  dir: z.string(),
  files: z.number().int(),
  /** The one file, absolute; null: several. */
  file: z.string().nullable(),
  bytes: z.number().int(),
  pictures: z.number().int(),
  /** Files of it that may hold questions, absolute; the first ones. */
  questions: z.array(z.string()),
});
export type UploadPlaced = z.infer<typeof uploadPlacedSchema>;

export const uploadProcedures = {
  'uploads.begin': {
    input: z.object({
      /** Of the folder, or file, that was chosen. */
      name: nameSchema(255),
      files: z.number().int().min(1).max(2_000_000),
      bytes: size,
    }),
    output: z.object({ id }),
  },
  'uploads.write': {
    input: z.object({
      id,
      pieces: z.array(uploadPieceSchema).min(1).max(UPLOAD_CALL_PIECES),
    }),
    output: none,
  },
  /** Puts it in its place, once all of it came. */
  'uploads.finish': { input: z.object({ id }), output: uploadPlacedSchema },
  /** Nothing of it stays; one that is over is no error. */
  'uploads.cancel': { input: z.object({ id }), output: none },
  /** Where a page gets an export that this host wrote: one file, a folder as a zip. In a browser only. */
  'export.offer': {
    input: z.object({ path: z.string().min(1).max(MOST.path) }),
    output: z.object({ url: z.string(), name: z.string() }),
  },
} as const;
