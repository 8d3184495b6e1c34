/**
 * What other commands of the same person may ask of a running host: what it serves, and another address to open. They
 * know the key that the host left in the data folder; a browser never gets as far, because it always says where it comes
 * from.
 */
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import { isRunning } from '../../files/this-process.ts';
import { sameSecret } from './access.ts';
import { announcedHosts, sweepHost, type RunningHost } from './running-hosts.ts';

export const CONTROL_PATH = '/control';
const ANSWER_MS = 3_000;
const MOST_BYTES = 100_000;

const replySchema = z.object({
  /** Absolute path of the open project, or null. */
  project: z.string().nullable(),
  /** An address that lets one browser in, once. */
  url: z.string(),
  /** What the links of invitations begin with. */
  invites: z.string(),
});
export type HostReply = z.infer<typeof replySchema>;

/** Whether a request is a command's, with the host's key. */
export function mayControl(headers: IncomingHttpHeaders, key: string): boolean {
  const browser = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
  const given = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
  return !browser && given !== undefined && sameSecret(given, key);
}

export interface FoundHost extends HostReply {
  readonly host: RunningHost;
}

/** The hosts of a data folder that answer. */
export async function findHosts(dataDir: string): Promise<FoundHost[]> {
  const hosts = await announcedHosts(dataDir);
  const found = await Promise.all(
    hosts.map(async (host): Promise<FoundHost | null> => {
      const reply = await askHost(host).catch(() => null);
      if (reply) return { ...reply, host };
      if (!isRunning(host.pid)) await sweepHost(dataDir, host);
      return null;
    }),
  );
  return found.filter((one) => one !== null);
}

async function askHost({ address, port, key }: RunningHost): Promise<HostReply> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = httpRequest(
      {
        host: address,
        port,
        path: CONTROL_PATH,
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-length': 0 },
        agent: false,
        timeout: ANSWER_MS,
      },
      resolve,
    );
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', reject);
    request.end();
  });
  if (answer.statusCode !== 200) throw new Error(`the host answered ${answer.statusCode}`);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new Error('the host answers too much');
    chunks.push(chunk);
  }
  return replySchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
}
