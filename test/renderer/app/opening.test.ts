/** What a desktop asks the page to open: at once, or, while something is still being saved, once the person says so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Opening, type OpeningParts } from '../../../src-renderer/app/opening.ts';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { PathKind, RpcClient } from '../../../src-shared/contract/procedures.ts';

interface Page {
  readonly opening: Opening;
  /** What was taken, shown and offered. */
  readonly taken: string[];
  readonly shown: number[];
  readonly offers: { readonly text: string; readonly words: string; readonly run: () => void }[];
  readonly errors: unknown[];
}

/** A page with the project `/tags` open, of which `waiting` changes are not saved yet. @param kind what lies elsewhere */
function pageWith(waiting: number, kind: PathKind = 'project'): Page {
  const page = { taken: [], shown: [], offers: [], errors: [] } as Omit<Page, 'opening'>;
  const call = (): Promise<unknown> => Promise.resolve({ kind, total: 1 });
  const session = { project: { path: '/tags' }, client: { call } as Pick<RpcClient, 'call'> };
  const parts: OpeningParts = {
    session,
    registry: { waiting: () => waiting },
    notices: {
      info: () => undefined,
      error: (thrown) => page.errors.push(thrown),
      offer: (text, offer) => page.offers.push({ text, ...offer }),
    },
    queue: { goTo: (id) => Promise.resolve(page.shown.push(id)) },
    showReview: () => undefined,
    takePath: (path) => {
      page.taken.push(path);
      session.project = { path };
      return Promise.resolve();
    },
  };
  return { ...page, opening: new Opening(parts) };
}

test('what is asked for is opened at once where all is saved', async () => {
  const { opening, taken, offers } = pageWith(0);
  await opening.take({ path: '/other', sample: null, isLink: false });
  assert.deepEqual([taken, offers], [['/other'], []]);
});

test('while something is not saved another project is offered, and opened when the person says so', async () => {
  const { opening, taken, shown, offers } = pageWith(1);
  await opening.take({ path: '/other', sample: 7, isLink: true });
  assert.deepEqual(taken, []);
  assert.deepEqual(
    offers.map(({ text, words }) => [text, words]),
    [['/other is not open yet; something here is still being saved', 'Open it now']],
  );
  offers[0]!.run();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(taken, ['/other']);
  // A sample of the project that is open takes nobody away from it.
  await opening.take({ path: '/other', sample: 8, isLink: true });
  assert.deepEqual([shown, offers.length], [[8], 1]);
});

test('a link opens projects and nothing else; a path may be whatever could be dropped', async () => {
  const { opening, taken, errors } = pageWith(0, 'checkpoint');
  await opening.take({ path: '/model', sample: null, isLink: true });
  assert.deepEqual(taken, []);
  const [error] = errors;
  assert.ok(error instanceof FoveaError && error.code === 'bad_input' && error.next !== null);
  await opening.take({ path: '/model', sample: null, isLink: false });
  assert.deepEqual(taken, ['/model']);
});
