/** A real backend behind the real browser host, and people who come in to it by invitations, each over a socket of their own. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { startBrowserHost, type BrowserHost } from '../../src-main/app/browser/host.ts';
import { invitationsIn, type Invitations } from '../../src-main/app/browser/invitations.ts';
import { peopleIn } from '../../src-main/app/browser/people.ts';
import { createBackend, type Backend } from '../../src-main/rpc/backend.ts';
import type { Project } from '../../src-main/store/file/project.ts';
import { openProject } from '../../src-main/store/file/project.ts';
import type { RpcClient } from '../../src-shared/contract/procedures.ts';
import type { Role } from '../../src-shared/contract/role.ts';
import { createRpcClient } from '../../src-shared/rpc/client.ts';
import { comeIn, randomWord, type PageSession, type Pass } from '../../src-shared/rpc/handshake.ts';
import { openWebSocketChannel, type WebSocketLike } from '../../src-shared/rpc/web-socket-channel.ts';
import { fakeEngine } from './fake-engine.ts';
import { standInResources } from './scenes.ts';
import { temporaryDir } from './temporary-dir.ts';

export interface Served {
  readonly backend: Backend;
  readonly host: BrowserHost;
  readonly invitations: Invitations;
  /** The data folder. */
  readonly home: string;
  /** Folder of the demo project that is open. */
  readonly project: string;
  /** A second connection to it. */
  look(): Project;
  /** As whoever started Fovea. */
  readonly owner: RpcClient;
  /** Invites somebody and lets them in. */
  person(name: string, role: Role): Promise<RpcClient>;
  /** @returns the client of whoever comes in with this; the session that it was given */
  enter(pass: Partial<Pass>): Promise<{ client: RpcClient; session: PageSession }>;
}

/** Serves the labelled demo, made with a stand-in model: three samples. */
export async function servePeople(t: TestContext): Promise<Served> {
  const dir = temporaryDir(t);
  const home = join(dir, 'home');
  mkdirSync(join(dir, 'page'));
  writeFileSync(join(dir, 'page', 'index.html'), '<!doctype html><title>page</title>');
  const project = join(dir, 'demo-project');
  const backend = await createBackend({
    engine: fakeEngine(),
    projectPath: null,
    host: 'browser',
    version: '1.2.3',
    reviewer: 'owner',
    resources: await standInResources(dir),
    demoProjectDir: project,
    dataDir: home,
    people: peopleIn(home),
  });
  await backend.call('project.demo', { dir: null });
  while ((await backend.call('jobs.list', {})).some(({ state }) => state !== 'done')) await delay(5);
  const host = await startBrowserHost({ backend, pageDir: join(dir, 'page'), port: 0, dataDir: home });
  const invitations = invitationsIn(home);
  const clients: RpcClient[] = [];
  t.after(async () => {
    for (const client of clients) client.close();
    await host.close();
    await backend.dispose();
  });
  const enter: Served['enter'] = async (pass) => {
    let session: PageSession | null = null;
    const client = await createRpcClient(async () => {
      const channel = await openWebSocketChannel(
        new WebSocket(`ws://127.0.0.1:${host.port}/rpc`, {
          headers: { origin: `http://127.0.0.1:${host.port}` },
        }) as unknown as WebSocketLike,
      );
      try {
        session = await comeIn(channel, { port: host.port, session, ticket: null, ...pass });
      } catch (error) {
        channel.close();
        throw error;
      }
      return channel;
    });
    clients.push(client);
    return { client, session: session! };
  };
  const ticketOf = (word: string): Pass['ticket'] => ({ word, claim: randomWord() });
  const owner = (await enter({ ticket: ticketOf(new URL(host.url).searchParams.get('token')!) })).client;
  return {
    backend,
    host,
    invitations,
    home,
    project,
    owner,
    enter,
    look() {
      const opened = openProject(project);
      t.after(() => opened.close());
      return opened;
    },
    async person(name, role) {
      const { word } = await invitations.add({ name, role, project });
      return (await enter({ ticket: ticketOf(word) })).client;
    },
  };
}
