/**
 * The arrays of predictions in `maps.db`. They are committed before the prediction that names them: a crash between
 * the two leaves rows nobody names (a few KB), never a prediction without its maps. (A transaction over both files
 * would not do: with write-ahead logs SQLite makes it atomic per file only.)
 */
import { randomInt } from 'node:crypto';
import { gridSchema, transformSchema } from '../../../src-shared/contract/domain.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { MapSet, PlacedMap } from '../../../src-shared/contract/outcome.ts';
import type { GridTransform } from '../../../src-shared/kernels/types.ts';
import { bytesToMap, mapToBytes } from '../bytes.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';

const NAMES = [
  'grounding',
  'sink',
  'question',
  'denoised',
  'rpn',
] as const satisfies readonly (keyof MapSet)[];

interface MapRow {
  readonly name: keyof MapSet;
  readonly grid_rows: number;
  readonly grid_cols: number;
  readonly transform: string | null;
  readonly data: Uint8Array;
}

/** Stores the arrays and gives their key. Call it outside any transaction on `project.db`. */
export function putMaps(db: WritableDb, maps: MapSet): number {
  return transact(db, () => {
    const key = newKey(db);
    for (const name of NAMES) {
      const map = maps[name];
      if (map) putMap(db, key, name, map);
    }
    return key;
  });
}

/**
 * The arrays under a key, or null when they are lost: `maps.db` was recreated, or is damaged at this place.
 * @param transform of the prediction: maps from before they carried their own lie there
 */
export function getMaps(db: ReadableDb, key: number, transform: GridTransform): MapSet | null {
  const rows = find(db, key);
  if (!rows) return null;
  const map = (wanted: keyof MapSet): PlacedMap | null => {
    const row = rows.find(({ name }) => name === wanted);
    return row ? placed(row, transform) : null;
  };
  return {
    grounding: map('grounding'),
    sink: map('sink'),
    question: map('question'),
    denoised: map('denoised'),
    rpn: map('rpn'),
  };
}

function newKey(db: WritableDb): number {
  for (;;) {
    const key = randomInt(1, 2 ** 47);
    const { changes } = write(
      db,
      'INSERT INTO maps.map_set (key) VALUES (?) ON CONFLICT (key) DO NOTHING',
    ).run(key);
    if (changes === 1) return key;
  }
}

function putMap(db: WritableDb, key: number, name: keyof MapSet, { grid, transform, bits }: PlacedMap): void {
  write(
    db,
    'INSERT INTO maps.map (key, name, grid_rows, grid_cols, transform, data) VALUES (?, ?, ?, ?, ?, ?)',
  ).run(key, name, grid[0], grid[1], JSON.stringify(transform), mapToBytes(bits));
}

function placed(row: MapRow, transform: GridTransform): PlacedMap {
  return {
    grid: gridSchema.parse([row.grid_rows, row.grid_cols]),
    transform: row.transform === null ? transform : transformSchema.parse(JSON.parse(row.transform)),
    bits: bytesToMap(row.data),
  };
}

function find(db: ReadableDb, key: number): MapRow[] | null {
  try {
    if (!read(db, 'SELECT 1 FROM maps.map_set WHERE key = ?').get(key)) return null;
    return read<MapRow>(
      db,
      'SELECT name, grid_rows, grid_cols, transform, data FROM maps.map WHERE key = ?',
    ).all(key);
  } catch (thrown) {
    // Reviewing goes on without maps; opening the project again finds the damage and makes a new file.
    if (FoveaError.from(thrown).code === 'bad_project') return null;
    throw thrown;
  }
}
