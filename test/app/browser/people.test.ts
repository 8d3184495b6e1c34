/** Several people on one host: what each role may, whose name their work carries, and how an invitation ends. */
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { procedures, type ProcedureName } from '../../../src-shared/contract/procedures.ts';
import type { Role } from '../../../src-shared/contract/role.ts';
import { NEEDS, whyNot } from '../../../src-shared/contract/roles.ts';
import { comeIn, randomWord } from '../../../src-shared/rpc/handshake.ts';
import { openWebSocketChannel, type WebSocketLike } from '../../../src-shared/rpc/web-socket-channel.ts';
import { startBrowserHost } from '../../../src-main/app/browser/host.ts';
import { parsePublicUrl } from '../../../src-main/app/cli/serve.ts';
import { reviewHistory } from '../../../src-main/store/reviews/review.ts';
import { servePeople } from '../../support/served-people.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const ROLES: readonly Role[] = ['viewer', 'reviewer', 'admin'];
const NAMES = Object.keys(procedures) as ProcedureName[];
const accept = { predictionId: null, decision: 'accept', label: null, basedOn: null, note: null } as const;

test('the table says what each role may; looking is for all, managing for admins alone', () => {
  assert.deepEqual(Object.keys(NEEDS).toSorted(), NAMES.toSorted());
  const of = (role: Role): number => NAMES.filter((name) => whyNot(role, name) === null).length;
  assert.ok(of('viewer') < of('reviewer') && of('reviewer') < of('admin'));
  assert.equal(of('admin'), NAMES.length);
  for (const name of [
    'export.start',
    'import.start',
    'project.open',
    'models.add',
    'removal.start',
  ] as const) {
    assert.match(whyNot('reviewer', name) ?? '', /reviewer: this is for an admin/, name);
  }
  assert.match(whyNot('viewer', 'reviews.submit') ?? '', /viewer: this is for a reviewer/);
  assert.equal(whyNot('reviewer', 'reviews.submit'), null);
});

for (const role of ROLES) {
  test(`through the socket, a ${role} is refused every procedure that is not theirs, and no other`, async (t) => {
    const served = await servePeople(t);
    const client = await served.person('Ana', role);
    for (const name of NAMES) {
      const answer = await client.call(name, {} as never).then(
        () => 'answered',
        (error: { code: string }) => error.code,
      );
      const refused = whyNot(role, name) !== null;
      assert.equal(answer === 'forbidden', refused, `${name}: ${answer}`);
    }
  });
}

test('what is done carries the name of the invitation, whatever the page says; the owner cannot take it either', async (t) => {
  const served = await servePeople(t);
  const [ana, bo] = [await served.person('Ana', 'reviewer'), await served.person('Bo', 'reviewer')];
  assert.deepEqual((await ana.call('app.info', {})).caller, { role: 'reviewer', name: 'Ana' });
  assert.equal((await ana.call('app.info', {})).reviewer, 'Ana');
  await ana.call('reviews.submit', { sampleId: 1, ...accept, reviewer: 'Bo' });
  await bo.call('notes.add', { sampleId: 2, text: 'hm', reviewer: 'Ana' });
  await bo.call('flags.set', { sampleIds: [2], flag: 'example', on: true, reviewer: 'Ana' });
  const { db } = served.look();
  assert.deepEqual(
    reviewHistory(db, 1).map(({ reviewer }) => reviewer),
    ['Ana'],
  );
  const notes = await ana.call('notes.list', { sampleId: 2 });
  assert.deepEqual(
    notes.map(({ reviewer }) => reviewer),
    ['Bo'],
  );
  for (const reviewer of ['Ana', ' ANA ']) {
    await assert.rejects(served.owner.call('reviews.submit', { sampleId: 3, ...accept, reviewer }), {
      code: 'forbidden',
    });
  }
  await served.owner.call('reviews.submit', { sampleId: 3, ...accept, reviewer: 'Cleo' });
});

test('a note of somebody else is not edited or removed by a reviewer', async (t) => {
  const served = await servePeople(t);
  const [ana, bo] = [await served.person('Ana', 'reviewer'), await served.person('Bo', 'reviewer')];
  const note = await ana.call('notes.add', { sampleId: 1, text: 'mine', reviewer: 'Ana' });
  await assert.rejects(bo.call('notes.remove', { id: note.id }), { code: 'forbidden' });
  const draft = { sampleId: 1, id: note.id, was: 'mine', text: 'changed', reviewer: 'Bo' };
  await assert.rejects(bo.call('notes.write', draft), { code: 'forbidden' });
  await ana.call('notes.write', { ...draft, text: 'still mine' });
  await ana.call('notes.remove', { id: note.id });
  assert.deepEqual(await bo.call('notes.list', { sampleId: 1 }), []);
});

test('an invitation lets in more than one browser, is kept by its hash, and ends everywhere when it is revoked', async (t) => {
  const served = await servePeople(t);
  const { word } = await served.invitations.add({ name: 'Ana', role: 'viewer', project: served.project });
  const file = join(served.home, 'invitations.json');
  assert.ok(!readFileSync(file, 'utf8').includes(word), 'the word is nowhere on disk');
  if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
  const ticket = () => ({ word, claim: randomWord() });
  const [one, two] = [await served.enter({ ticket: ticket() }), await served.enter({ ticket: ticket() })];
  assert.notEqual(one.session.id, two.session.id);
  await one.client.call('project.summary', {});
  let open = true;
  two.client.onConnection((now) => (open = now));
  await served.invitations.revoke(served.project, 'ana');
  await assert.rejects(one.client.call('project.summary', {}), /revoked/);
  while (open) await delay(20);
  await assert.rejects(served.enter({ ticket: ticket() }), { code: 'unauthorized' });
  await assert.rejects(served.enter({ session: one.session }), { code: 'unauthorized' });
  await served.invitations.add({ name: 'Ana', role: 'viewer', project: served.project });
});

test('an admin invites on the page: the link leads in at once under that name, and ends when it is taken away', async (t) => {
  const served = await servePeople(t);
  const cleo = await served.person('Cleo', 'admin');
  let told = 0;
  served.owner.on('people.changed', () => told++);
  const made = await cleo.call('people.invite', { name: ' Ana ', role: 'reviewer' });
  assert.equal(made.served, true);
  assert.equal(new URL(made.url).origin, `http://127.0.0.1:${served.host.port}`);
  const word = new URL(made.url).searchParams.get('token')!;
  const ana = (await served.enter({ ticket: { word, claim: randomWord() } })).client;
  assert.deepEqual((await ana.call('app.info', {})).caller, { role: 'reviewer', name: 'Ana' });
  const listed = await served.owner.call('people.list', {});
  assert.deepEqual(
    listed.map(({ name, role }) => [name, role]),
    [
      ['Cleo', 'admin'],
      ['Ana', 'reviewer'],
    ],
  );
  assert.ok(!JSON.stringify(listed).includes(word));
  await assert.rejects(served.owner.call('people.invite', { name: 'ANA', role: 'admin' }), {
    code: 'conflict',
  });
  await cleo.call('people.revoke', { name: 'Ana' });
  await assert.rejects(ana.call('project.summary', {}), /revoked/);
  await assert.rejects(cleo.call('people.revoke', { name: 'Ana' }), { code: 'not_found' });
  while (told < 2) await delay(10);
});

test('a name is invited once to a project, however it is written', async (t) => {
  const served = await servePeople(t);
  await served.invitations.add({ name: 'Ana', role: 'viewer', project: served.project });
  await assert.rejects(served.invitations.add({ name: 'ANA', role: 'admin', project: served.project }), {
    code: 'conflict',
  });
  await served.invitations.add({ name: 'Ana', role: 'admin', project: join(served.home, 'other') });
  assert.equal((await served.invitations.list(served.project)).length, 1);
  await assert.rejects(served.invitations.revoke(served.project, 'Bo'), { code: 'not_found' });
});

test('whoever opens a link comes in as that link says, whoever the browser was before', async (t) => {
  const served = await servePeople(t);
  const ticket = (word: string) => ({ word, claim: randomWord() });
  const owner = await served.enter({
    ticket: ticket(new URL(served.host.newUrl()).searchParams.get('token')!),
  });
  const { word } = await served.invitations.add({ name: 'Ana', role: 'viewer', project: served.project });
  const ana = await served.enter({ session: owner.session, ticket: ticket(word) });
  assert.notEqual(ana.session.id, owner.session.id);
  assert.equal((await ana.client.call('app.info', {})).caller?.name, 'Ana');
  const again = await served.enter({ session: ana.session, ticket: ticket(word) });
  assert.equal(again.session.id, ana.session.id, 'the same person again is no other browser');
  const back = ticket(new URL(served.host.newUrl()).searchParams.get('token')!);
  const asOwner = await served.enter({ session: ana.session, ticket: back });
  assert.equal((await asOwner.client.call('app.info', {})).caller?.name, null);
});

test('an invitation is to one project: with another one open, who came by it is told and hears nothing', async (t) => {
  const served = await servePeople(t);
  const ana = await served.person('Ana', 'admin');
  const heard: string[] = [];
  await ana.call('project.summary', {});
  ana.on('project.changed', ({ path }) => heard.push(path));
  const other = join(served.home, '..', 'another');
  await served.owner.call('project.create', { path: other });
  await assert.rejects(ana.call('samples.list', { filter: {}, offset: 0, limit: 10 }), {
    code: 'forbidden',
    message: /Another project is open/,
  });
  await served.owner.call('project.rename', { name: 'Private' });
  await served.owner.call('project.open', { path: served.project });
  await ana.call('project.summary', {});
  assert.ok(!heard.includes(other), heard.join());
});

test('preferences of an invited person are their own', async (t) => {
  const served = await servePeople(t);
  const ana = await served.person('Ana', 'viewer');
  await served.owner.call('preferences.set', { values: { theme: '"dark"' } });
  assert.deepEqual((await ana.call('preferences.get', {})).values, {});
  await ana.call('preferences.set', { values: { theme: '"light"' } });
  assert.deepEqual((await ana.call('preferences.get', {})).values, { theme: '"light"' });
  assert.deepEqual((await served.owner.call('preferences.get', {})).values, { theme: '"dark"' });
});

test('--public-url: one host more is answered, over TLS, and nothing else is', async (t) => {
  const dir = temporaryDir(t);
  writeFileSync(join(dir, 'index.html'), '<!doctype html><title>page</title>');
  const publicUrl = parsePublicUrl('https://Review.example.org:8443/');
  assert.deepEqual(publicUrl, { host: 'review.example.org:8443', origin: 'https://review.example.org:8443' });
  for (const bad of [
    'http://review.example.org',
    'https://a.org/path',
    'https://me@a.org',
    'review.example.org',
  ])
    assert.throws(() => parsePublicUrl(bad), { code: 'usage' });
  const backend = {
    call: () => Promise.resolve({ projectPath: null } as never),
    subscribe: () => () => undefined,
    imageFile: () => Promise.resolve(null),
    download: () => Promise.resolve(null),
    dispose: () => Promise.resolve(),
  };
  const host = await startBrowserHost({
    backend,
    pageDir: dir,
    port: 0,
    dataDir: join(dir, 'home'),
    publicUrl,
  });
  t.after(() => host.close());
  const page = (headers: Record<string, string>) =>
    new Promise<{ status: number; policy: string }>((resolve, reject) => {
      const request = httpRequest(
        { host: '127.0.0.1', port: host.port, path: '/', headers, agent: false },
        (answer) => {
          answer.resume();
          const policy = String(answer.headers['content-security-policy'] ?? '');
          resolve({ status: answer.statusCode ?? 0, policy });
        },
      );
      request.on('error', reject).end();
    });
  const served = await page({ host: 'review.example.org:8443' });
  assert.equal(served.status, 200);
  assert.match(served.policy, /wss:\/\/review\.example\.org:8443/);
  assert.equal((await page({ host: `127.0.0.1:${host.port}` })).status, 200);
  for (const other of ['review.example.org', 'evil.example.org:8443', 'review.example.org:8443.evil.org']) {
    assert.equal((await page({ host: other })).status, 403, other);
  }
  const socket = (headers: Record<string, string>) =>
    openWebSocketChannel(
      new WebSocket(`ws://127.0.0.1:${host.port}/rpc`, { headers }) as unknown as WebSocketLike,
    );
  const channel = await socket({ host: publicUrl.host, origin: publicUrl.origin });
  const ticket = { word: new URL(host.newUrl()).searchParams.get('token')!, claim: randomWord() };
  await comeIn(channel, { port: 8443, session: null, ticket });
  channel.close();
  for (const origin of [
    'http://review.example.org:8443',
    'https://evil.example.org',
    `http://127.0.0.1:${host.port}`,
  ])
    await assert.rejects(socket({ host: publicUrl.host, origin }), origin);
});
