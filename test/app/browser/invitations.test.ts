/** The list of invitations: changes at once, whoever makes them, are all kept. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { invitationsIn } from '../../../src-main/app/browser/invitations.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

test('people invited at once by several processes all have an invitation, each name once', async (t) => {
  const home = join(temporaryDir(t), 'home');
  const project = temporaryDir(t);
  // Each is what another process would have of the list.
  const names = Array.from({ length: 12 }, (_, i) => `person ${i}`);
  const wish = (name: string) => invitationsIn(home).add({ name, role: 'reviewer', project });
  await Promise.all(names.map(wish));
  const twice = await Promise.allSettled([wish('Ana'), wish('ANA')]);
  assert.deepEqual(twice.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  const listed = await invitationsIn(home).list(project);
  assert.equal(new Set(listed.map(({ name }) => name.toLowerCase())).size, names.length + 1);
  await Promise.all([...names, 'Ana'].map((name) => invitationsIn(home).revoke(project, name)));
  assert.deepEqual(await invitationsIn(home).list(project), []);
  assert.deepEqual(readdirSync(home), ['invitations.json']);
});
