/**
 * The People page in the browser host, by keyboard: people are invited and come in, samples are dealt, agreement is shown, and what differs is
 * adjudicated; a viewer and a reviewer in a blind round see what is theirs, and no button that is not.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { invitationsIn, linkOf } from '../../src-main/app/browser/invitations.ts';
import { createDeal, endDeal, listDeals } from '../../src-main/store/assignment/deals.ts';
import { openProject, type Project } from '../../src-main/store/file/project.ts';
import { getPrediction } from '../../src-main/store/predictions/prediction.ts';
import { latestRevisionId, reviewHistory, submitReview } from '../../src-main/store/reviews/review.ts';
import { sampleState } from '../../src-main/store/samples/state.ts';
import { carriesSomething } from '../../src-shared/contract/acceptable.ts';
import { NO_FILTER } from '../../src-shared/contract/procedures.ts';
import { BG, FG } from '../../src-shared/kernels/types.ts';
import { KEYMAP } from '../support/keymap.ts';
import { violations } from './support/axe.ts';
import { serve } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { smallDemoProject } from './support/demo-project.ts';
import { homeFor } from './support/homes.ts';
import { openPage, TOUR_TAKEN, type HostedPage } from './support/hosted-page.ts';
import { ReviewPage } from './support/review-page.ts';

const shots = process.env.FOVEA_TEST_SHOTS;
const SCOPE = { filter: NO_FILTER, ids: null, except: [] };

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

/** Both themes pass axe, and may be looked at. */
async function look(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
    assert.deepEqual(await violations(page), [], `${name}, ${colorScheme}`);
    if (!shots) continue;
    for (const [width, height] of [
      [1280, 720],
      [1600, 900],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.screenshot({ path: join(shots, `${name}-${colorScheme}-${width}.png`) });
    }
    await page.setViewportSize({ width: 1280, height: 720 });
  }
}

async function comeIn(address: string, contexts: BrowserContext[]): Promise<HostedPage> {
  const context = await chromium.browser.newContext({ viewport: { width: 1280, height: 720 } });
  contexts.push(context);
  await context.addInitScript(TOUR_TAKEN);
  const app = await openPage(await context.newPage(), 'browser host', () => Promise.resolve());
  await app.page.goto(address);
  return app;
}

/** Samples with a label that can be stood behind, by number. */
function labelled({ db }: Project, samples: number): number[] {
  return Array.from({ length: samples }, (_, i) => i + 1).filter((id) => {
    const predictionId = sampleState(db, id)?.predictionId ?? null;
    return predictionId !== null && carriesSomething(getPrediction(db, predictionId).prediction.label);
  });
}

/** Ana accepts; Bo corrects: the first row of cells becomes foreground, the last background. Or he rejects. */
function say({ db }: Project, sampleId: number, reviewer: string, decision: 'accept' | 'correct' | 'reject') {
  const { prediction } = getPrediction(db, sampleState(db, sampleId)!.predictionId!);
  const label = Int8Array.from(prediction.label);
  label.fill(FG, 0, prediction.grid[1]);
  label.fill(BG, -prediction.grid[1]);
  submitReview(
    db,
    {
      sampleId,
      predictionId: null,
      decision,
      label: decision === 'correct' ? new Uint8Array(label.buffer) : null,
      reviewer,
      note: decision === 'correct' ? 'It is at the top' : null,
      ...(decision === 'reject' && { reason: 'Wrong region' }),
    },
    latestRevisionId(db, sampleId),
  );
}

test('an admin invites, deals, looks at agreement and adjudicates, all by keyboard; every word is kept', async (t) => {
  const path = await smallDemoProject(t, 24);
  const home = homeFor(path);
  const project = openProject(path);
  t.after(() => project.close());
  const host = await serve(path, home.dir);
  const contexts: BrowserContext[] = [];
  try {
    const app = await comeIn(host.url, contexts);
    const { page } = app;
    const press = (key: string): Promise<void> => page.keyboard.press(key);
    await new ReviewPage(page).ready();
    await press('Alt+v');
    await page.getByRole('region', { name: 'No round yet' }).waitFor();
    await look(page, 'reviewers-empty');
    const links: string[] = [];
    for (const name of ['Ana', 'Bo']) {
      await page.getByRole('button', { name: 'Invite…' }).focus();
      await press('Enter');
      const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
      await dialog.getByLabel('Name, which signs what they do').fill(name);
      await press('Enter');
      links.push(await dialog.getByLabel('Link of the invitation').inputValue());
      if (name === 'Ana') await look(page, 'reviewers-link');
      await press('Escape');
      await page.locator(`[data-person="${name}"]`).waitFor();
    }
    const ana = await comeIn(links[0]!, contexts);
    await ana.page.locator('[data-reviewer="Ana"]').waitFor();

    await page.getByRole('button', { name: 'Deal samples…' }).focus();
    await press('Enter');
    const deal = page.getByRole('dialog', { name: 'Deal samples' });
    await deal.getByTestId('deal-says').getByText('24 samples: 24 for each of 2 reviewers').waitFor();
    await look(page, 'reviewers-deal');
    await deal.getByLabel('Name of the round').fill('First');
    await press('Enter');
    await page.locator('[data-round-shown]').waitFor();
    const [round] = listDeals(project.db);
    assert.partialDeepStrictEqual(round, { name: 'First', overlap: 2, blind: true, samples: 24 });

    // Blind: her own part alone, here and on no other page.
    await new ReviewPage(ana.page).ready();
    await ana.page.keyboard.press('Alt+v');
    await ana.page.locator('[data-own-round]').getByText('0 of 24 samples decided, 24 to go').waitFor();
    await ana.page.getByRole('region', { name: 'Closed' }).waitFor();
    assert.equal(await ana.page.locator('[data-round], [data-person]').count(), 0);
    await look(ana.page, 'reviewers-blind');
    await ana.page.keyboard.press('Alt+d');
    await ana.page.getByText('This is closed to reviewers while a blind round is open').waitFor();
    await look(ana.page, 'dashboard-blind');

    const ids = labelled(project, 24);
    const [near, far] = [ids[0]!, ids[1]!];
    for (const id of Array.from({ length: 24 }, (_, i) => i + 1)) {
      const all = ids.includes(id) ? 'accept' : 'reject';
      say(project, id, 'Ana', all);
      say(project, id, 'Bo', id === near ? 'correct' : id === far ? 'reject' : all);
    }
    await page.getByText('All decided').first().waitFor();
    await page.locator('[data-agreed="Ana and Bo"]').waitFor();
    await look(page, 'reviewers-round');
    await page.getByRole('button', { name: 'Adjudicate 2 samples' }).focus();
    await press('Enter');
    const panes = (id: number) => page.locator(`.panes[data-sample="${id}"][aria-busy=false]`);
    await panes(far).waitFor();
    // Furthest apart first: accepted beside rejected, then two labels.
    await page.locator(`[data-differs="${far}"][aria-current=true]`).waitFor();
    await look(page, 'adjudicate-rejected');
    await press('ArrowRight');
    await panes(near).waitFor();
    await page.locator('[data-side="Bo"]').getByText('It is at the top').waitFor();
    await look(page, 'adjudicate-labels');
    const tips = await page
      .locator('[data-tip]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-tip')));
    for (const command of ['sideOne', 'sideTwo', 'truthOfDiffering', 'fitDiffering', 'correctDiffering']) {
      const key = KEYMAP.find((binding) => binding.command === command)?.keys[0];
      assert.ok(key && tips.some((tip) => tip?.includes(`(${key})`)), `${command} tells its key ${key}`);
    }
    await press('2');
    await panes(far).waitFor();
    const last = reviewHistory(project.db, near).at(-1)!;
    assert.partialDeepStrictEqual(last, { decision: 'correct', note: 'Adjudicated: as Bo decided' });
    assert.equal(sampleState(project.db, near)!.state, 'corrected');
    assert.deepEqual(
      last.label,
      reviewHistory(project.db, near).find(({ reviewer }) => reviewer === 'Bo')!.label,
    );
    await page.getByRole('button', { name: 'Undo' }).click();
    await panes(near).waitFor();
    assert.equal(sampleState(project.db, near)!.state, 'pending');
    assert.deepEqual(
      reviewHistory(project.db, near).map(({ decision }) => decision),
      ['accept', 'correct', 'correct', 'reset'],
      'nothing of anybody is gone',
    );
    await press('1');
    await panes(far).waitFor();
    await press('2');
    await page.getByRole('region', { name: 'Nothing to adjudicate' }).waitFor();
    assert.partialDeepStrictEqual(reviewHistory(project.db, far).at(-1)!, {
      decision: 'reject',
      reason: 'Wrong region',
    });
    await press('Escape');
    await page.locator('[data-round-shown]').waitFor();
    await page.getByRole('button', { name: /^Adjudicate/ }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Remove the invitation of Bo' }).focus();
    await press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).focus();
    await press('Enter');
    await page.locator('[data-person="Bo"]').waitFor({ state: 'detached' });
    assert.deepEqual(app.complaints, []);
  } finally {
    for (const context of contexts) await context.close();
    await host.end();
    home.remove();
  }
});

/** What a viewer may not do, as buttons say it. */
const NOT_THEIRS =
  /^(Accept|Reject|Import|Export|Label [\d,]+ sample|Rename run|Remove|Take back|Put back|Continue|Restore|Invite|Deal|End round|Adjudicate|Freeze|Save as preset|Apply|Pause|Cancel)(?!ed)/;

test('a viewer looks at every page and is offered nothing that is not theirs', async (t) => {
  const path = await smallDemoProject(t, 24);
  const home = homeFor(path);
  const project = openProject(path);
  t.after(() => project.close());
  const round = createDeal(project.db, {
    ...SCOPE,
    ...{ name: 'First', reviewers: ['Ana', 'Bo'], overlap: 2, seed: 1, blind: false, by: 'owner' },
  });
  for (const id of labelled(project, 24)) for (const one of ['Ana', 'Bo']) say(project, id, one, 'accept');
  endDeal(project.db, round.id);
  const host = await serve(path, home.dir);
  const contexts: BrowserContext[] = [];
  try {
    const { word } = await invitationsIn(home.dir).add({ name: 'Vi', role: 'viewer', project: path });
    const app = await comeIn(linkOf(new URL(host.url).origin, word), contexts);
    const { page } = app;
    await new ReviewPage(page).ready();
    const tabs = page.getByRole('tablist', { name: 'Pages' }).getByRole('tab');
    const names = await tabs.allTextContents();
    assert.deepEqual(names, ['Review', 'Gallery', 'Dashboard', 'Evaluate', 'Jobs', 'People', 'Datasets']);
    for (const name of names) {
      await tabs.nth(names.indexOf(name)).click();
      await page.locator('main:not([aria-busy=true])').first().waitFor();
      if (name === 'Dashboard') await page.getByRole('list', { name: 'Labelling runs' }).waitFor();
      if (name === 'People') await page.locator('[data-agreed="Ana and Bo"]').waitFor();
      await look(page, `viewer-${name.toLowerCase()}`);
      assert.deepEqual(
        await page.getByRole('button', { name: NOT_THEIRS }).allTextContents(),
        [],
        `${name} has no button that is not theirs`,
      );
    }
    assert.deepEqual(app.complaints, []);
  } finally {
    for (const context of contexts) await context.close();
    await host.end();
    home.remove();
  }
});
