/**
 * The arrays of predictions in `maps.db`. They are committed before the prediction that names them: a crash between
 * the two leaves a row nobody names (a few KB), never a prediction without its maps. (A transaction over both files
 * would not do: with write-ahead logs SQLite makes it atomic per file only.)
 */
import { randomInt } from 'node:crypto';
import { FoveaError } from '../../src-shared/contract/errors.ts';
import type { Grid } from '../../src-shared/kernels/types.ts';
import { bytesToMap, mapToBytes } from './bytes.ts';
import { type ReadableDb, type WritableDb, read, write } from './db.ts';

/** Float16 bits, `[H*W]`, or null where the run made none. */
export interface MapSet {
  readonly grounding: Uint16Array | null;
  readonly sink: Uint16Array | null;
  readonly question: Uint16Array | null;
  readonly denoised: Uint16Array | null;
  readonly rpn: Uint16Array | null;
}

type BlobRow = { readonly [K in keyof MapSet]: Uint8Array | null };

/** Stores the arrays and gives their key. Call it outside any transaction. */
export function putMaps(db: WritableDb, grid: Grid, maps: MapSet): number {
  const blob = (map: Uint16Array | null): Uint8Array | null => map && mapToBytes(map);
  for (;;) {
    const key = randomInt(1, 2 ** 47);
    const { changes } = write(
      db,
      `INSERT INTO maps.map_set (key, grid_rows, grid_cols, grounding, sink, question, denoised, rpn)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING`,
    ).run(
      key,
      grid[0],
      grid[1],
      blob(maps.grounding),
      blob(maps.sink),
      blob(maps.question),
      blob(maps.denoised),
      blob(maps.rpn),
    );
    if (changes === 1) return key;
  }
}

/** The arrays under a key, or null when they are lost: `maps.db` was recreated, or is damaged at this place. */
export function getMaps(db: ReadableDb, key: number): MapSet | null {
  const row = find(db, key);
  if (!row) return null;
  const map = (blob: Uint8Array | null): Uint16Array | null => blob && bytesToMap(blob);
  return {
    grounding: map(row.grounding),
    sink: map(row.sink),
    question: map(row.question),
    denoised: map(row.denoised),
    rpn: map(row.rpn),
  };
}

function find(db: ReadableDb, key: number): BlobRow | undefined {
  try {
    return read<BlobRow>(
      db,
      'SELECT grounding, sink, question, denoised, rpn FROM maps.map_set WHERE key = ?',
    ).get(key);
  } catch (thrown) {
    // Reviewing goes on without maps; opening the project again finds the damage and makes a new file.
    if (FoveaError.from(thrown).code === 'bad_project') return undefined;
    throw thrown;
  }
}
