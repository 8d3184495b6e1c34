/** What the browser's opener is given: a file that only this person can read, and never the secret itself. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../../scripts/lib/paths.mjs';
import { temporaryDir } from '../../support/temporary-dir.ts';

const URL_WITH_SECRET = 'http://127.0.0.1:27180/?token=secret-secret-secret&x="1"';

test('the opener gets a private file that leads to the address and is gone afterwards', (t) => {
  const dir = temporaryDir(t);
  const opener = join(dir, 'opener.mjs');
  const report = join(dir, 'report.json');
  writeFileSync(
    opener,
    `import { readFileSync, statSync, writeFileSync } from 'node:fs';
    import { dirname } from 'node:path';
    const file = process.argv.at(-1);
    const mode = (path) => (statSync(path).mode & 0o777).toString(8);
    writeFileSync(${JSON.stringify(report)}, JSON.stringify({
      args: process.argv.slice(2), text: readFileSync(file, 'utf8'), modes: [mode(file), mode(dirname(file))],
    }));`,
  );
  const script = join(dir, 'open.mjs');
  writeFileSync(
    script,
    `import { existsSync } from 'node:fs';
    import { openPage } from ${JSON.stringify(join(root, 'src-main/app/start/open-page.ts'))};
    openPage(${JSON.stringify(URL_WITH_SECRET)}, [process.execPath, ${JSON.stringify(opener)}]);
    const wait = setInterval(() => existsSync(${JSON.stringify(report)}) && clearInterval(wait), 20);`,
  );
  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const { args, text, modes } = JSON.parse(readFileSync(report, 'utf8')) as {
    args: string[];
    text: string;
    modes: string[];
  };
  assert.doesNotMatch(args.join(' '), /secret|token|http/);
  assert.deepEqual(modes, ['600', '700']);
  assert.match(text, /url=http:\/\/127\.0\.0\.1:27180\/\?token=secret-secret-secret&amp;x=%221%22"/);
  assert.equal(existsSync(args.at(-1)!), false, 'the file goes with the process');
});
