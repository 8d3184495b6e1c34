/** Electron's main, preload and backend on the stand-in: isolation, what a page may not do, and surviving deaths. */
import assert from 'node:assert/strict';
import { realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { linkTo } from '../../src-shared/contract/link.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { openInElectron, type ElectronApp } from './support/electron-app.ts';
import { isRunning } from './support/processes.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

let chromium: Chromium;
/** One app for every test that leaves it as it was. */
let shared: ElectronApp;
const cleanUps: (() => void)[] = [];
before(async () => {
  chromium = await launchChromium();
  shared = await openInElectron(
    chromium,
    await demoProject({ after: (body) => cleanUps.push(body as () => void) }),
  );
});
after(async () => {
  await shared?.close();
  await chromium.close();
  for (const cleanUp of cleanUps) cleanUp();
});

async function withApp(project: string | null, body: (app: ElectronApp) => Promise<void>): Promise<void> {
  const app = await openInElectron(chromium, project);
  try {
    await body(app);
  } finally {
    await app.close();
  }
}

/** Waits for something that main or the backend does in its own time. */
async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`never happened: ${what}`);
}

test('the page comes from app:// under a policy without inline code and complains about nothing', async () => {
  const { page, complaints } = shared;
  const response = await page.reload();
  const headers = response?.headers() ?? {};
  assert.match(headers['content-security-policy'], /default-src 'none'/);
  assert.doesNotMatch(headers['content-security-policy'], /unsafe|\*|ws:/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  await page.waitForSelector('canvas');
  assert.deepEqual(complaints, []);
});

test('the page has seven functions of Electron and nothing else', async () => {
  const { page } = shared;
  const found = await page.evaluate(() => {
    const scope = globalThis as unknown as Record<string, unknown>;
    return {
      bridge: Object.keys(scope.fovea as object).sort(),
      frozen: Object.isFrozen(scope.fovea),
      leaked: ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'].filter(
        (name) => name in scope,
      ),
    };
  });
  assert.deepEqual(found, {
    bridge: ['chooseFile', 'chooseFolder', 'chooseSavePath', 'pathOf', 'requestPort', 'setMenu', 'setTheme'],
    frozen: true,
    leaked: [],
  });
});

test('dialogs answer the page; a cancelled one is null; a path as default name is refused', async () => {
  const { page, answerDialog } = shared;
  const ask = (method: string, ...args: string[]): Promise<unknown> =>
    page.evaluate(
      ([name, given]) => {
        const bridge = (
          globalThis as unknown as Record<string, Record<string, (...all: string[]) => unknown>>
        ).fovea;
        return Promise.resolve(bridge[name as string](...(given as string[]))).catch(() => 'refused');
      },
      [method, args],
    );
  answerDialog('/some/folder');
  assert.equal(await ask('chooseFolder', 'Choose'), '/some/folder');
  answerDialog('/some/file.jsonl');
  assert.equal(await ask('chooseSavePath', 'Save', 'file.jsonl'), '/some/file.jsonl');
  assert.equal(await ask('chooseFile', 'Choose'), null);
  assert.equal(await ask('chooseSavePath', 'Save', '../../etc/passwd'), 'refused');
  assert.equal(await ask('chooseFile', 'x'.repeat(1000)), 'refused');
});

test('title bar and menus of the window look as the page does', async () => {
  const { page, events } = shared;
  const looks = () => events.flatMap((event) => (event.type === 'theme' ? [event.source] : [])).at(-1);
  await until('the page said so at its start', () => looks() === 'system');
  for (const theme of ['dark', 'light', 'system']) {
    await page.getByRole('button', { name: /^Theme/ }).click();
    await until(`the window is ${theme}`, () => looks() === theme);
  }
  const before = events.length;
  await page.evaluate(() => {
    (globalThis as unknown as { fovea: { setTheme(theme: string): void } }).fovea.setTheme('sepia');
  });
  await page.getByRole('button', { name: /^Theme/ }).click();
  await until('the next choice', () => looks() === 'dark');
  assert.ok(!events.slice(before).some((event) => event.type === 'theme' && event.source === 'sepia'));
  await page.getByRole('button', { name: /^Theme/ }).click();
  await page.getByRole('button', { name: /^Theme/ }).click();
});

test('a page can neither leave, nor open windows, nor reach the network', async () => {
  const { page, events } = shared;
  const before = page.url();
  await page.evaluate(() => {
    const scope = globalThis as unknown as { location: { href: string }; open(url: string): void };
    scope.open('https://evil.example/popup');
    scope.location.href = 'https://evil.example/elsewhere';
  });
  await until('the navigation is refused', () =>
    events.some((event) => event.type === 'blocked' && event.url.includes('elsewhere')),
  );
  assert.equal(page.url(), before);
  assert.equal(
    page
      .context()
      .pages()
      .filter((other) => other.url().includes('evil')).length,
    0,
  );
  const reached = await page.evaluate(() =>
    fetch('https://evil.example/').then(
      () => true,
      () => false,
    ),
  );
  assert.equal(reached, false);
  assert.ok(!events.some(({ type }) => type === 'external'), 'no program was asked to open the address');
});

test('the menu opens another project in the same window', async (t) => {
  const project = await demoProject(t);
  await withApp(null, async ({ page, answerDialog, chooseMenu }) => {
    answerDialog(project);
    chooseMenu('open-project');
    await page.waitForSelector('canvas');
  });
});

test('a folder that is no project gives one box with a next step', async () => {
  const { answerDialog, chooseMenu, events } = shared;
  answerDialog('/');
  chooseMenu('open-project');
  await until('the box', () => events.some(({ type }) => type === 'error-box'));
  const box = events.find((event) => event.type === 'error-box');
  assert.match(box?.content ?? '', /no Fovea project here/);
});

test('pictures of the open project are served, others are not', async () => {
  const { page } = shared;
  await page.waitForSelector('canvas');
  const get = (path: string): Promise<[number, string | null]> =>
    page.evaluate(
      (url) =>
        fetch(url).then(
          (answer) => [answer.status, answer.headers.get('content-type')] as [number, string | null],
        ),
      path,
    );
  assert.deepEqual(await get('/image/1'), [200, 'image/webp']);
  assert.equal((await get('/image/999999'))[0], 404);
  assert.equal((await get('/image/../../../etc/passwd'))[0], 404);
  assert.equal((await get('/%2e%2e/package.json'))[0], 404);
});

test('a killed backend is started again and the page comes back by itself', async (t) => {
  const project = realpathSync(await demoProject(t));
  await withApp(project, async ({ page, backendPid }) => {
    await page.waitForSelector('canvas');
    const first = backendPid();
    process.kill(first, 'SIGKILL');
    await until('another backend', () => backendPid() !== first);
    await page.reload();
    await page.waitForSelector('canvas');
  });
});

test('quitting ends main and backend and leaves nothing running', async (t) => {
  const app = await openInElectron(chromium, await demoProject(t));
  await app.page.waitForSelector('canvas');
  const backend = app.backendPid();
  assert.equal(await app.quit(), 0);
  await until('the backend ended', () => !isRunning(backend));
});

test('a second start with another project opens it in the window that is there', async (t) => {
  const [first, second] = [realpathSync(await demoProject(t)), realpathSync(await demoProject(t))];
  await withApp(first, async ({ page, startAgain }) => {
    await page.waitForSelector('canvas');
    const opened = () => page.getByRole('button', { name: 'Fovea demo' }).getAttribute('data-tip');
    startAgain(null);
    startAgain(second);
    await until('the other project', async () => (await opened())?.startsWith(`${second}\n`) === true);
    await page.waitForSelector('canvas');
  });
});

/** A backend that ends when it is asked for something, or at once: preloaded into its process. */
function breaking(t: TestContext, code: string): Record<string, string> {
  const dir = temporaryDir(t);
  const file = join(dir, 'breaking.mjs');
  writeFileSync(
    file,
    `import { existsSync, readFileSync, writeFileSync } from 'node:fs';\nconst dir = ${JSON.stringify(dir)};\n${code}`,
  );
  return { FOVEA_TEST_BACKEND: file };
}

const MODULE_WORDS =
  "Error: The module 'better_sqlite3.node' was compiled against a different Node.js version using NODE_MODULE_VERSION 115.";

test('a backend that ends at once is not tried for ever: the cause is said, and trying again is offered', async (t) => {
  const project = await demoProject(t);
  const env = breaking(
    t,
    `const file = dir + '/starts';
    const starts = existsSync(file) ? readFileSync(file, 'utf8') : '';
    writeFileSync(file, starts + 'x');
    if (starts.length < 3) {
      process.stderr.write(${JSON.stringify(MODULE_WORDS)} + '\\n');
      process.exit(1);
    }`,
  );
  const app = await openInElectron(chromium, project, { env, answers: ['0'] });
  try {
    const boxes = () => app.events.filter((event) => event.type === 'message-box');
    await until('the box', () => boxes().length > 0);
    assert.match(boxes()[0]!.detail, /a native module was built for another version of Node or Electron/);
    assert.match(boxes()[0]!.detail, /better_sqlite3\.node.*npm ci/);
    // Two starts before the box; tried again, the second one of those works.
    await app.page.waitForSelector('canvas', { timeout: 60_000 });
    assert.equal(boxes().length, 1);
  } finally {
    await app.close();
  }
});

test('a backend that ends over what was clicked: the start page says so, with the cause', async (t) => {
  const env = breaking(
    t,
    `process.on('message', (message) => {
      const data = message?.data instanceof Uint8Array ? Buffer.from(message.data).toString('latin1') : '';
      if (!data.includes('project.demo')) return;
      process.stderr.write(${JSON.stringify(MODULE_WORDS)} + '\\n');
      process.exit(1);
    });`,
  );
  const app = await openInElectron(chromium, null, { env });
  try {
    await app.page.getByRole('button', { name: 'Open the demo project' }).click();
    await app.page.getByText('a native module was built for another version of Node or Electron').waitFor();
    await app.page.getByRole('button', { name: 'Open the demo project' }).waitFor();
  } finally {
    await app.close();
  }
});

test('a link from elsewhere opens its sample here; one that names no folder of this machine gives a box', async () => {
  const { page, follow, events } = shared;
  const path = await page.evaluate(() => {
    const button = (
      globalThis as unknown as { document: { querySelector(name: string): { dataset: { tip: string } } } }
    ).document;
    return button.querySelector('header button[data-tip]').dataset.tip.split('\n', 1)[0]!;
  });
  follow(linkTo({ project: path, sample: 6 }));
  await page.locator('[data-shown="6"]').waitFor();
  const boxes = events.filter(({ type }) => type === 'error-box').length;
  follow('fovea://open?project=tags');
  await until('the box', () => events.filter(({ type }) => type === 'error-box').length > boxes);
});

test('a note tells of a job’s end where another program is in front, and where it is wanted', async () => {
  await withApp(null, async ({ page, events, toFront, chooseMenu, menuItem }) => {
    toFront(false);
    chooseMenu('job-notes');
    await until('it is switched off', () => menuItem('job-notes')?.checked === false);
    await page.getByRole('button', { name: 'Open the demo project' }).click();
    const awake = () => events.flatMap((event) => (event.type === 'awake' ? [event.on] : []));
    await until('the job began', () => awake().length > 0);
    await page.getByRole('button', { name: 'Not labelled 0' }).waitFor({ timeout: 120_000 });
    await until('the job ended', () => awake().at(-1) === false);
    assert.ok(!events.some(({ type }) => type === 'note'));
    assert.equal(events.findLast((event) => event.type === 'bar')?.share, -1);
  });
});
