/** Three people in three browsers review 60 samples, two to each sample, blind; their agreement is what a calculation by hand gives. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { invitationsIn, linkOf } from '../../src-main/app/browser/invitations.ts';
import { agreementOf } from '../../src-main/store/assignment/agreement.ts';
import { createDeal, listDeals } from '../../src-main/store/assignment/deals.ts';
import { openProject } from '../../src-main/store/file/project.ts';
import { getPrediction } from '../../src-main/store/predictions/prediction.ts';
import { reviewHistory } from '../../src-main/store/reviews/review.ts';
import { sampleState } from '../../src-main/store/samples/state.ts';
import { whyNotAcceptable } from '../../src-shared/contract/acceptable.ts';
import { NO_FILTER } from '../../src-shared/contract/procedures.ts';
import { violations } from './support/axe.ts';
import { serve } from './support/browser-host.ts';
import { launchChromium, type Chromium } from './support/chromium.ts';
import { smallDemoProject } from './support/demo-project.ts';
import { homeFor } from './support/homes.ts';
import { openPage, TOUR_TAKEN } from './support/hosted-page.ts';
import { ReviewPage } from './support/review-page.ts';

const SAMPLES = 60;
const PEOPLE = ['Ana', 'Bo', 'Cy'] as const;
type Name = (typeof PEOPLE)[number];

let chromium: Chromium;
before(async () => {
  chromium = await launchChromium();
});
after(() => chromium.close());

/** What each is going to say, by sample: they differ now and then, each in a way of their own. */
const says = (name: Name, id: number): 'accept' | 'reject' =>
  id % { Ana: 5, Bo: 4, Cy: 7 }[name] === 0 || unacceptable.has(id) ? 'reject' : 'accept';
/** Samples whose label nobody can stand behind: every cell is ignored. */
const unacceptable = new Set<number>();

async function decideAll(page: Page, name: Name): Promise<Map<number, string>> {
  const review = new ReviewPage(page);
  await review.ready();
  const said = new Map<number, string>();
  for (;;) {
    const id = await review.currentId();
    assert.equal(await review.currentState(), 'pending', `${name} sees no decision of others on ${id}`);
    said.set(id, says(name, id));
    if (said.size === (2 * SAMPLES) / PEOPLE.length) break;
    await review.pressAndMove(says(name, id) === 'accept' ? 'Enter' : 'x');
  }
  const last = await review.currentId();
  await page.keyboard.press(says(name, last) === 'accept' ? 'Enter' : 'x');
  await page.locator(`[data-sample="${last}"]:not([data-state=pending])`).waitFor();
  await review.saved();
  return said;
}

/** Cohen's kappa of two lists of accept and reject, as one writes it down. */
function kappa(a: readonly string[], b: readonly string[]): number {
  const n = a.length;
  const seen = a.filter((one, i) => one === b[i]).length / n;
  const accepts = (list: readonly string[]): number => list.filter((one) => one === 'accept').length / n;
  const chance = accepts(a) * accepts(b) + (1 - accepts(a)) * (1 - accepts(b));
  return (seen - chance) / (1 - chance);
}

test('three people, 60 samples, two to each: nothing is seen of others, nothing is lost, agreement is exact', async (t) => {
  const path = await smallDemoProject(t, SAMPLES);
  const home = homeFor(path);
  const project = openProject(path);
  t.after(() => project.close());
  for (let id = 1; id <= SAMPLES; id++) {
    const { label } = getPrediction(project.db, sampleState(project.db, id)!.predictionId!).prediction;
    if (whyNotAcceptable({ label }) !== null) unacceptable.add(id);
  }
  const scope = { filter: NO_FILTER, ids: null, except: [] };
  const wish = { name: 'First', ...scope, reviewers: [...PEOPLE], overlap: 2, seed: 7, blind: true };
  createDeal(project.db, { ...wish, by: 'owner' });
  const host = await serve(path, home.dir);
  const contexts: BrowserContext[] = [];
  try {
    const said = new Map<Name, Map<number, string>>();
    const complaints: string[] = [];
    const invitations = invitationsIn(home.dir);
    await Promise.all(
      PEOPLE.map(async (name) => {
        const { word } = await invitations.add({ name, role: 'reviewer', project: path });
        const context = await chromium.browser.newContext({ viewport: { width: 1280, height: 720 } });
        contexts.push(context);
        await context.addInitScript(TOUR_TAKEN);
        const app = await openPage(await context.newPage(), 'browser host', () => Promise.resolve());
        await app.page.goto(linkOf(new URL(host.url).origin, word));
        await app.page.locator(`[data-reviewer="${name}"]`).waitFor();
        assert.equal(
          await app.page.getByRole('button', { name: /^Export/ }).count(),
          0,
          'no button they may not press',
        );
        assert.deepEqual(await violations(app.page), []);
        said.set(name, await decideAll(app.page, name));
        complaints.push(...app.complaints);
      }),
    );
    assert.deepEqual(complaints, []);
    const { db } = project;
    const [round] = listDeals(db);
    assert.deepEqual([round?.samples, round?.complete], [SAMPLES, SAMPLES]);
    let differing = 0;
    for (let id = 1; id <= SAMPLES; id++) {
      const words = PEOPLE.flatMap((name) => said.get(name)!.get(id) ?? []);
      assert.equal(words.length, 2, `sample ${id} was shown to two`);
      const kept = reviewHistory(db, id).map(({ reviewer, decision }) => [reviewer, decision]);
      const expected = PEOPLE.filter((name) => said.get(name)!.has(id)).map((name) => [name, says(name, id)]);
      assert.deepEqual(kept.toSorted(), expected.toSorted());
      const agrees = words[0] === words[1];
      differing += agrees ? 0 : 1;
      const state = agrees ? (words[0] === 'accept' ? 'accepted' : 'rejected') : 'pending';
      assert.equal(sampleState(db, id)!.state, state);
    }
    assert.equal(round?.differing, differing);
    const { pairs } = agreementOf(db);
    assert.equal(pairs.length, 3);
    for (const { reviewers, decisions, samples } of pairs) {
      const [a, b] = reviewers.map((name) => said.get(name as Name)!);
      const shared = [...a!.keys()].filter((id) => b!.has(id));
      assert.equal(samples, shared.length);
      const by = kappa(
        shared.map((id) => a!.get(id)!),
        shared.map((id) => b!.get(id)!),
      );
      assert.ok(Math.abs(decisions.value! - by) < 1e-12, `${reviewers.join()}: ${decisions.value} and ${by}`);
      assert.ok(decisions.low! < by && by < decisions.high!);
    }
  } finally {
    for (const context of contexts) await context.close();
    await host.end();
    home.remove();
  }
});
