/** `fovea invite`: a link, the list, and the way out. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createProject } from '../../../src-main/store/file/project.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';
import { fovea, foveaJson } from './run-cli.ts';

test('somebody is invited, listed, and out again; what makes no sense is said', async (t) => {
  const dir = temporaryDir(t);
  const before = process.env.FOVEA_HOME;
  process.env.FOVEA_HOME = join(dir, 'home');
  t.after(() => {
    if (before === undefined) delete process.env.FOVEA_HOME;
    else process.env.FOVEA_HOME = before;
  });
  const path = join(dir, 'project');
  (await createProject(path, 'p')).close();
  const invited = await foveaJson(['invite', path, 'Ana', '--role', 'viewer']);
  const { name, role, url } = invited.json as { name: string; role: string; url: string };
  assert.deepEqual([invited.code, name, role], [0, 'Ana', 'viewer']);
  assert.match(url, /^http:\/\/127\.0\.0\.1:27180\/\?token=[\w-]{32}$/);
  assert.match(invited.stderr, /not being served yet/);
  const said = await fovea(['invite', path, 'Bo']);
  assert.match(said.stdout, /^Bo comes in as reviewer at http/);
  assert.equal((await fovea(['invite', path, 'ana'])).code, 1, 'the name is taken');
  const listed = (await foveaJson(['invite', path, '--list'])).json as { invitations: { name: string }[] };
  assert.deepEqual(
    listed.invitations.map((one) => one.name),
    ['Ana', 'Bo'],
  );
  assert.ok(!JSON.stringify(listed).includes(new URL(url).searchParams.get('token')!));
  assert.equal((await fovea(['invite', path, '--revoke', 'Ana'])).code, 0);
  assert.equal((await fovea(['invite', path, '--revoke', 'Ana'])).code, 1);
  for (const args of [
    [path],
    [path, 'Cy', '--role', 'king'],
    [path, '--list', '--role', 'admin'],
    [path, 'a\nb'],
  ])
    assert.equal((await fovea(['invite', ...args])).code, 2, args.join(' '));
  assert.equal((await fovea(['invite', join(dir, 'none'), 'Ana'])).code, 1);
});
