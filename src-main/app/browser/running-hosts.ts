/**
 * The browser hosts of a data folder that run now: one small file each, which only its owner may read, with the secret that
 * `fovea open` and a second start speak to it with (`control.ts`). A host takes its file away when it ends; what one that
 * was killed left is swept by whoever finds that nobody answers.
 */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeJson } from '../../library/atomic-json.ts';

const hostSchema = z.object({
  pid: z.number().int().positive(),
  port: z.number().int().min(1).max(65_535),
  address: z.enum(['127.0.0.1', '::1']),
  key: z.string().min(16),
});
export type RunningHost = z.infer<typeof hostSchema>;

/** Tells others of a host. Gives what takes that back; a folder that cannot be written only costs the comfort. */
export async function announceHost(dataDir: string, host: RunningHost): Promise<() => Promise<void>> {
  await writeJson(fileOf(dataDir, host), host, 0o600).catch(() => undefined);
  return () => sweepHost(dataDir, host);
}

/** Those announced, whether they still run or not. */
export async function announcedHosts(dataDir: string): Promise<RunningHost[]> {
  const names = await readdir(folderOf(dataDir)).catch(() => []);
  const read = names.filter((name) => /^\d+\.json$/.test(name)).map((name) => join(folderOf(dataDir), name));
  const found = await Promise.all(read.map(readHost));
  return found.filter((host) => host !== null).sort((a, b) => a.port - b.port);
}

/** Takes away what tells of a host that does not run any more. */
export async function sweepHost(dataDir: string, host: RunningHost): Promise<void> {
  await rm(fileOf(dataDir, host), { force: true }).catch(() => undefined);
}

function folderOf(dataDir: string): string {
  return join(dataDir, 'hosts');
}

function fileOf(dataDir: string, { port }: RunningHost): string {
  return join(folderOf(dataDir), `${port}.json`);
}

async function readHost(file: string): Promise<RunningHost | null> {
  try {
    return hostSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}
