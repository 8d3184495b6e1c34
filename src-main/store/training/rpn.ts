/**
 * Versions of the RPN. Each but a model's own lies in a folder of the project in the authors' format; its row says where it
 * comes from. Which one labelling uses is said once for each base model, and every change of that is kept.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { type RpnMetrics, type RpnVersion, rpnMetricsSchema } from '../../../src-shared/contract/training.ts';
import { type ReadableDb, type WritableDb, read, transact, write } from '../db.ts';

/** Folder of a project in which its versions lie. */
export const RPN_DIR = 'rpn';

export interface NewRpn {
  readonly name: string;
  readonly source: RpnVersion['source'];
  readonly parentId: number | null;
  readonly baseFingerprint: string;
  readonly k: number;
  readonly t: number;
  /** Its config.json; of a model's own the keys that speak of the RPN. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Over the weights file. */
  readonly weightsSha256: Uint8Array;
  readonly metrics: RpnMetrics | null;
}

interface Row {
  readonly id: number;
  readonly name: string;
  readonly source: RpnVersion['source'];
  readonly parent_id: number | null;
  readonly training_run_id: number | null;
  readonly base_fingerprint: string;
  readonly layer: number;
  readonly depth: number;
  readonly weights_sha256: Uint8Array;
  readonly metrics: string | null;
  readonly active: number;
  readonly created_at: string;
}

const SELECT = `
SELECT r.id, r.name, r.source, r.parent_id, t.id AS training_run_id, r.base_fingerprint, r.layer, r.depth,
  r.weights_sha256, r.metrics, r.created_at,
  r.id IS (SELECT rpn_id FROM rpn_activation a WHERE a.base_fingerprint = r.base_fingerprint
    ORDER BY a.id DESC LIMIT 1) AS active
FROM rpn r LEFT JOIN training_run t ON t.rpn_id = r.id`;

const configSchema = z.record(z.string(), z.unknown());

/**
 * Adds a version in the caller's transaction. @returns its id, which names its folder
 * @throws FoveaError `conflict` when another version has the name, `bad_input` for a name that is none
 */
export function addRpn(db: WritableDb, rpn: NewRpn): number {
  requireFreeName(db, rpn.name);
  const { id } = write<{ id: number }>(
    db,
    `INSERT INTO rpn (name, source, parent_id, base_fingerprint, layer, depth, config, weights_sha256, metrics, folder,
       created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
  ).get(
    rpn.name,
    rpn.source,
    rpn.parentId,
    rpn.baseFingerprint,
    rpn.k,
    rpn.t,
    JSON.stringify(rpn.config),
    rpn.weightsSha256,
    rpn.metrics && JSON.stringify(rpn.metrics),
    rpn.source === 'model' ? null : RPN_DIR,
    new Date().toISOString(),
  )!;
  return id;
}

/** Throws `conflict` when a version has the name, `bad_input` for a name that is none. */
export function requireFreeName(db: ReadableDb, name: string): void {
  requireName(name);
  if (!read(db, 'SELECT 1 FROM rpn WHERE name = ?').get(name)) return;
  throw new FoveaError('conflict', `there is an RPN version called ${name} already`, {
    next: 'Give it another name',
  });
}

/** A name like `wanted` that no version has: `wanted`, else `wanted-2` and so on. */
export function freeRpnName(db: ReadableDb, wanted: string): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}-${n}`;
    if (!read(db, 'SELECT 1 FROM rpn WHERE name = ?').get(name)) return name;
  }
}

/** Throws `not_found`. */
export function getRpn(db: ReadableDb, id: number): RpnVersion {
  const row = read<Row>(db, `${SELECT} WHERE r.id = ?`).get(id);
  if (row) return toVersion(row);
  throw noVersion(String(id));
}

/** The version that a person named, by number or name. Throws `not_found`. */
export function rpnCalled(db: ReadableDb, named: string): RpnVersion {
  if (/^[1-9]\d{0,14}$/.test(named)) return getRpn(db, Number(named));
  const row = read<Row>(db, `${SELECT} WHERE r.name = ?`).get(named);
  if (row) return toVersion(row);
  throw noVersion(named);
}

/** All versions, oldest first. */
export function listRpns(db: ReadableDb): RpnVersion[] {
  return read<Row>(db, `${SELECT} ORDER BY r.id`).all().map(toVersion);
}

/** Ids of all versions. */
export function rpnIds(db: ReadableDb): Set<number> {
  return new Set(
    read<{ id: number }>(db, 'SELECT id FROM rpn')
      .all()
      .map(({ id }) => id),
  );
}

/** config.json of a version as it was stored. Throws `not_found`. */
export function rpnConfig(db: ReadableDb, id: number): Readonly<Record<string, unknown>> {
  const row = read<{ config: string }>(db, 'SELECT config FROM rpn WHERE id = ?').get(id);
  if (row) return configSchema.parse(JSON.parse(row.config));
  throw noVersion(String(id));
}

/** Where a version of the project lies, or is to lie. */
export function rpnFolder(projectPath: string, id: number): string {
  return join(projectPath, RPN_DIR, String(id));
}

export function setRpnMetrics(db: WritableDb, id: number, metrics: RpnMetrics): void {
  write(db, 'UPDATE rpn SET metrics = ? WHERE id = ?').run(JSON.stringify(metrics), id);
}

/**
 * Labelling with this base model uses the version from now on; null: the RPN that the model brings itself. The one before
 * stays in the history. @returns what was active before. Throws `not_found`, `bad_input` for another base model's version.
 */
export function activateRpn(db: WritableDb, baseFingerprint: string, id: number | null): number | null {
  return transact(db, () => {
    if (id !== null && getRpn(db, id).baseFingerprint !== baseFingerprint) {
      throw new FoveaError('bad_input', `RPN version ${id} is of another base model`, {
        next: 'List the versions: each names its model',
      });
    }
    const before = activeRpnId(db, baseFingerprint);
    if (before === id) return before;
    write(db, 'INSERT INTO rpn_activation (base_fingerprint, rpn_id, created_at) VALUES (?, ?, ?)').run(
      baseFingerprint,
      id,
      new Date().toISOString(),
    );
    return before;
  });
}

/** The version that labelling with this base model uses; null: what the model brings itself, as `own` or as nobody said. */
export function activeRpnId(db: ReadableDb, baseFingerprint: string): number | null {
  return saidActive(db, baseFingerprint) ?? null;
}

/** As {@link activeRpnId}; undefined: nobody ever said. */
export function saidActive(db: ReadableDb, baseFingerprint: string): number | null | undefined {
  const row = read<{ id: number | null }>(
    db,
    'SELECT rpn_id AS id FROM rpn_activation a WHERE base_fingerprint = ? ORDER BY a.id DESC LIMIT 1',
  ).get(baseFingerprint);
  return row?.id;
}

export interface RpnActivation {
  readonly baseFingerprint: string;
  readonly rpnId: number | null;
  readonly createdAt: string;
}

/** Which version was made active when, oldest first. */
export function activations(db: ReadableDb): RpnActivation[] {
  return read<RpnActivation>(
    db,
    `SELECT base_fingerprint AS baseFingerprint, rpn_id AS rpnId, created_at AS createdAt
     FROM rpn_activation ORDER BY id`,
  ).all();
}

/** Numbers are ids, `own` is what the model brings itself, `teacher` the map that made the labels. */
function requireName(name: string): void {
  if (/^[^\p{Cc}\p{Cs}]{1,100}$/u.test(name) && name.trim() === name && !/^(\d+|own|teacher)$/.test(name))
    return;
  throw new FoveaError('bad_input', `an RPN version cannot be called ${JSON.stringify(name)}`, {
    next: 'Give a name of one line, up to 100 characters, that is no number, nor "own" or "teacher"',
  });
}

function noVersion(named: string): FoveaError {
  return new FoveaError('not_found', `there is no RPN version ${named}`, {
    next: 'List them with fovea rpn list PROJECT',
  });
}

function toVersion(row: Row): RpnVersion {
  return {
    id: row.id,
    name: row.name,
    source: row.source,
    parentId: row.parent_id,
    trainingRunId: row.training_run_id,
    baseFingerprint: row.base_fingerprint,
    k: row.layer,
    t: row.depth,
    weightsSha256: Buffer.from(row.weights_sha256).toString('hex'),
    metrics: row.metrics === null ? null : rpnMetricsSchema.parse(JSON.parse(row.metrics)),
    active: row.active === 1,
    createdAt: row.created_at,
  };
}
