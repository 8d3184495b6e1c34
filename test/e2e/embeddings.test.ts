/** Pictures that look alike: by picture, near-duplicates, and the list as a plot that is selected from. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { root } from '../../scripts/lib/paths.mjs';
import { importQuestions } from '../../src-main/jobs/import/import.ts';
import { runLabelJob } from '../../src-main/jobs/label/label.ts';
import { createProject } from '../../src-main/store/file/project.ts';
import { write } from '../../src-main/store/db.ts';
import { DEMO_CHECKPOINT } from '../support/demo.ts';
import { demoPreset } from '../support/demo-subject.ts';
import { fakeEngine } from '../support/fake-engine.ts';
import { temporaryDir } from '../support/temporary-dir.ts';
import { violations } from './support/axe.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { hostInTurn } from './support/hosts.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

const SHOTS = process.env.FOVEA_SHOTS;

for (const [name, open] of Object.entries(hostInTurn(import.meta.filename))) {
  test(`${name}: pictures without embeddings are encoded, shown as a plot, compared and selected`, async (t) => {
    const project = await sceneProject(t);
    const app = await open(chromium, project);
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      const shot = async (what: string): Promise<void> => {
        if (SHOTS) await page.screenshot({ path: join(SHOTS, `${what}.png`) });
      };
      await page.keyboard.press('Alt+G');
      await page.keyboard.press('p');
      const none = page.getByRole('region', { name: 'No embeddings' });
      await none.waitFor();
      await shot('empty');
      assert.deepEqual(await violations(page), [], 'empty');
      await none.getByRole('button', { name: /^Encode \d+ pictures$/ }).click();
      const plot = page.locator('[data-plot]');
      await plot.waitFor();
      await page.getByText(/43\s+of\s+43 samples/).waitFor();
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
        assert.deepEqual(await violations(page), [], colorScheme);
        await shot(`plot-${colorScheme}`);
      }

      // A box around everything selects all of it; a click beside the dots takes that back.
      const box = (await plot.boundingBox())!;
      await page.getByRole('button', { name: 'Select with a box' }).click();
      await page.mouse.move(box.x + 2, box.y + 2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.move(box.x + box.width - 3, box.y + box.height - 3);
      await shot('loop');
      await page.mouse.up();
      await page.getByText('43 samples selected').waitFor();
      await page.mouse.click(box.x + 3, box.y + 3);
      await page.getByText('43 samples selected').waitFor({ state: 'detached' });

      // By keyboard: the next dot, one more, and what is selected as a list.
      await plot.focus();
      await page.keyboard.press('Space');
      await page.getByText('1 sample selected').waitFor();
      // The dot at hand may be the last one to the right: then the next one is to the left.
      const spoken = page.locator('p[aria-live=polite]', { hasText: /./ }).last();
      const before = await spoken.textContent();
      await page.keyboard.press('ArrowRight');
      if ((await spoken.textContent()) === before) await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Space');
      await page.getByText('2 samples selected').waitFor();
      await shot('selected');
      await page.getByRole('button', { name: 'Show selected' }).click();
      await page.getByRole('listbox', { name: '2 samples' }).waitFor();

      // Near-duplicates: copies are found whatever the threshold, and open as a list.
      await page.keyboard.press('Control+k');
      await page.keyboard.type('near-duplicates');
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: 'Near-duplicates' });
      await dialog.waitFor();
      await dialog.getByLabel('Similar by, typed').fill('1');
      await dialog.getByRole('button', { name: 'Search' }).click();
      await dialog.getByText(/3 groups/).waitFor();
      await shot('near');
      assert.deepEqual(await violations(page), [], 'near-duplicates');
      await dialog.getByRole('button', { name: 'Open group 1 in the gallery' }).click();
      await page.getByRole('listbox', { name: '2 samples' }).waitFor();
      await page.getByRole('button', { name: /^Remove: 2 selected samples/ }).click();
      await page.getByLabel('Near-duplicates').selectOption('with');
      await page.getByRole('listbox', { name: '7 samples' }).waitFor();
      await page.getByRole('button', { name: /^Remove: With near-duplicates/ }).click();

      // Similar pictures: the copy first, with its similarity; by words again.
      await page.locator('[data-tile]').first().click();
      await page.keyboard.press('Shift+U');
      await page.getByTestId('similar').waitFor();
      const second = page.locator('[aria-posinset="2"] .value');
      await second.waitFor();
      assert.match((await second.textContent()) ?? '', /^similarity (1\.000|-?0\.\d{3})/);
      await shot('similar');
      assert.deepEqual(await violations(page), [], 'similar');
      await page.getByLabel('Alike by').selectOption('words');
      await page.locator('[aria-posinset="2"] .why').waitFor();
      assert.deepEqual(app.complaints, []);
    } finally {
      await app.close();
    }
  });
}

const SCENES = join(root, 'models/demo/scenes/project');
const SAMPLES = 40;

/**
 * Scenes of the demo with labels that cost nothing, and three more questions on copies of pictures of it; as in a project of an earlier
 * version no embedding is there. The demo's own model encodes its pictures.
 */
async function sceneProject(t: Pick<TestContext, 'after'>): Promise<string> {
  const dir = temporaryDir(t);
  const lines = readFileSync(join(SCENES, 'questions.jsonl'), 'utf8').trim().split('\n').slice(0, SAMPLES);
  const pictures = [...new Set(lines.map((line) => (JSON.parse(line) as { image: string }).image))];
  for (const image of pictures) {
    mkdirSync(dirname(join(dir, image)), { recursive: true });
    copyFileSync(join(SCENES, image), join(dir, image));
  }
  for (const [i, image] of pictures.slice(0, 3).entries()) {
    const copy = `copy-${i}${extname(image)}`;
    copyFileSync(join(SCENES, image), join(dir, copy));
    lines.push(JSON.stringify({ question_id: copy, image: copy, text: 'What is this?' }));
  }
  writeFileSync(join(dir, 'q.jsonl'), lines.join('\n'));
  const project = await createProject(join(dir, 'scenes'), 'Scenes');
  try {
    await importQuestions(project, { imagesDir: dir, questionsFile: join(dir, 'q.jsonl') });
    const model = { dir: DEMO_CHECKPOINT, device: 'auto' } as const;
    const asked = { model, preset: demoPreset, answerMode: 'self', limit: null } as const;
    await runLabelJob(project, fakeEngine(), asked);
    write(project.db, 'DELETE FROM maps.encoder').run();
    return project.path;
  } finally {
    project.close();
  }
}
