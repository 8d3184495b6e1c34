/** Frozen versions of the data set: made, listed, compared. `export.start` writes one. */
import { z } from 'zod';
import { datasetNameSchema, datasetVersionSchema, toldDiffSchema } from '../datasets.ts';
import { exportChoicesSchema } from '../export-formats.ts';
import { reviewerSchema } from '../limits.ts';
import { slotSchema } from './exchange.ts';
import { none } from './none.ts';

export const datasetProcedures = {
  /** The newest first. */
  'datasets.list': { input: none, output: z.array(datasetVersionSchema) },
  /**
   * Keeps what an export with these choices would write now, under a name. Fails with `conflict` for a name that is taken, `bad_input` when
   * nothing would go out, `cancelled` (`exchange.cancel` with the slot); nothing is kept then. Tells `datasets.changed`.
   */
  'datasets.freeze': {
    input: exportChoicesSchema
      .pick({ scope: true, splits: true, includeUnreviewed: true, licence: true })
      .extend({ name: datasetNameSchema, reviewer: reviewerSchema, slot: slotSchema }),
    output: datasetVersionSchema,
  },
  /** What two versions, by their names, do not have in common: added is what only the one after has. */
  'datasets.diff': {
    input: z.object({ before: datasetNameSchema, after: datasetNameSchema }),
    output: toldDiffSchema,
  },
} as const;
