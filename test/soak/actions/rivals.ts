/**
 * Two windows on one sample, both changing it before either hears of the other. Every change must be saved once or asked
 * about ("Keep mine" or theirs): nothing is overwritten silently, and in the end windows and store say the same.
 */
import assert from 'node:assert/strict';
import type { Revision, StoreModel } from './model.ts';
import type { Player } from './player.ts';

const WAIT_MS = 20_000;

/**
 * `one` rejects its sample, `other` grows its label, at once.
 * @param read the revisions of a sample in the store, oldest first
 * @returns what happened, in words
 */
export async function rivals(
  one: Player,
  other: Player,
  random: () => number,
  store: StoreModel,
  read: (sample: number) => Revision[],
): Promise<string> {
  for (const player of [one, other]) await player.saved();
  const { sample } = one;
  if (store.found(sample).decision === 'reject') return `no rivals on ${sample}: it is rejected already`;
  await other.page.bringToFront();
  await other.goTo(sample);
  await other.agrees();
  const before = read(sample);
  await Promise.all([one.page.keyboard.press('x'), other.page.keyboard.press('.')]);
  // A key that comes while the page takes the other's change in is refused, with a notice.
  const refused = (await one.page.getByText('press the key again').count()) > 0;

  const asked: string[] = refused ? ['refused'] : [];
  for (const player of [one, other]) {
    const conflict = player.page.getByRole('alert').filter({ hasText: 'Yours is not saved' });
    const saved = player.page.locator('[data-save=saved]');
    await saved.or(conflict).first().waitFor({ timeout: WAIT_MS });
    if ((await conflict.count()) === 0) continue;
    const keeps = random() < 0.5;
    await conflict.getByRole('button', { name: keeps ? 'Keep mine' : 'Keep theirs' }).click();
    await conflict.waitFor({ state: 'detached', timeout: WAIT_MS });
    asked.push(keeps ? 'kept' : 'given up');
  }
  for (const player of [one, other]) await player.saved();

  const after = read(sample);
  assert.deepEqual(after.slice(0, before.length), before, 'nothing that was there is lost');
  const added = after.slice(before.length).map(({ decision }) => decision);
  assert.equal(new Set(added).size, added.length, `nothing is saved twice: ${added.join(' ')}`);
  assert.ok(
    added.every((decision) => decision === 'reject' || decision === 'correct'),
    added.join(' '),
  );
  if (!refused && !asked.includes('given up')) {
    assert.ok(added.includes('reject'), 'what was neither refused nor given up is saved');
  }
  store.answered.push(...after.slice(before.length).map((revision) => ({ sample, revision })));
  store.reread(sample, after);
  // The one that grew the label is still there; its page must show what the store holds.
  await other.agrees();
  for (const player of [one, other]) await player.reload();
  return `rivals on ${sample}: ${[...added, ...asked].join(', ')}`;
}
