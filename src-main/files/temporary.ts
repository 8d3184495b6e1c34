/**
 * Names for what is written beside its place and then renamed into it. A process that is killed leaves them behind; so each
 * name says which process it belongs to, and whoever comes by later takes away those of processes that are no more. Nothing
 * else is ever taken: not another program's files, not those of a machine that only shares the disk, not those of a living
 * process.
 */
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isRunning, machine, startOf } from './this-process.ts';

/** `.NAME.fovea-MACHINE-PID-START-RANDOM.tmp`, and what SQLite lays beside a database of that name. */
const OWN = /^\..*\.fovea-([0-9a-f]{8})-(\d{1,10})-(\d{1,20})-[0-9a-f]{8}\.tmp(?:-(?:journal|wal|shm))?$/s;
/** Names have 255 bytes at most. */
const NAME_BYTES = 150;

/** Another name in the folder of `target`, for this process alone. */
export function temporaryBeside(target: string): string {
  const name = Buffer.from(basename(target))
    .subarray(0, NAME_BYTES)
    .toString('utf8')
    .replaceAll('\ufffd', '');
  const process = `${here()}-${ownPid()}-${startOf(ownPid()) ?? 0}`;
  return join(dirname(target), `.${name}.fovea-${process}-${randomBytes(4).toString('hex')}.tmp`);
}

/** Whether a file's name is one that {@link temporaryBeside} gives. */
export function isTemporaryName(name: string): boolean {
  return OWN.test(name);
}

/**
 * Takes away what processes that are no more left in `folder`. Never throws: what cannot be taken stays.
 * @returns the names of what went
 */
export function sweepTemporary(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names.filter((name) => {
    if (!isLeftOver(name)) return false;
    try {
      rmSync(join(folder, name), { recursive: true, force: true });
      return true;
    } catch {
      return false;
    }
  });
}

function isLeftOver(name: string): boolean {
  const found = OWN.exec(name);
  if (!found || found[1] !== here()) return false;
  const pid = Number(found[2]);
  if (!isRunning(pid)) return true;
  const started = startOf(pid);
  // Another process got the number since.
  return started !== null && found[3] !== '0' && started !== found[3];
}

function ownPid(): number {
  return process.pid;
}

let machineMark: string | null = null;
function here(): string {
  return (machineMark ??= createHash('sha256').update(machine()).digest('hex').slice(0, 8));
}
