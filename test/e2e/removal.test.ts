/** Taking samples out of a project, in both hosts: the chosen ones in the gallery, and all that an import added. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { violations } from './support/axe.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { demoProject } from './support/demo-project.ts';
import { HOSTS } from './support/hosts.ts';
import { ReviewPage } from './support/review-page.ts';

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

for (const [name, open] of Object.entries(HOSTS)) {
  test(`${name}: chosen samples and imports are removed after counts were shown, and lists follow`, async (t) => {
    const project = await demoProject(t);
    const app = await open(chromium, project);
    try {
      const { page } = app;
      const review = new ReviewPage(page);
      await review.ready();
      await page.keyboard.press('x');
      await page.getByRole('tab', { name: 'Gallery' }).click();
      await page.locator('[aria-busy=false][role=listbox]').waitFor();
      await page.getByRole('listbox').focus();
      for (const key of ['Home', 'Shift+ArrowRight', 'Shift+ArrowRight']) await page.keyboard.press(key);
      await page.getByText('3 samples chosen').waitFor();
      const remove = page
        .getByRole('toolbar', { name: 'Chosen samples' })
        .getByRole('button', { name: 'Remove…' });
      await remove.click();
      const dialog = page.getByRole('dialog', { name: 'Remove 3 samples?' });
      await dialog.waitFor();
      assert.match((await dialog.getByTestId('goes').textContent()) ?? '', /1 decided,\s+3 labelled/);
      assert.match((await dialog.getByTestId('stays').textContent()) ?? '', /journal/);
      assert.deepEqual(await violations(page), []);
      if (process.env.FOVEA_SHOTS)
        await page.screenshot({ path: join(process.env.FOVEA_SHOTS, `${name}-chosen.png`) });
      await dialog.getByRole('button', { name: 'Keep them' }).click();
      await page.getByText('3 samples chosen').waitFor();
      await remove.click();
      await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
      await page.locator('[role=listbox][aria-label^="117 "]').waitFor();
      await page.getByText('3 samples removed').waitFor();
      assert.equal(
        readdirSync(join(project, 'backups')).filter((file) => file.includes('by-hand')).length,
        1,
      );

      await page.getByRole('tab', { name: 'Dashboard' }).click();
      const imports = page.getByRole('list', { name: 'Imports' });
      await imports.getByText('117 samples').waitFor();
      if (process.env.FOVEA_SHOTS) {
        await imports.scrollIntoViewIfNeeded();
        await page.screenshot({ path: join(process.env.FOVEA_SHOTS, `${name}-imports.png`) });
      }
      await imports.getByRole('button', { name: /^Remove/ }).click();
      const all = page.getByRole('dialog', { name: 'Remove 117 samples?' });
      await all.getByRole('button', { name: 'Remove', exact: true }).click();
      await page.getByText('117 samples removed').waitFor();
      await page.getByText('No import is noted').waitFor();
      assert.ok(existsSync(join(project, 'images', 'demo-0003.png')), 'files stay');
    } finally {
      await app.close();
    }
  });
}
