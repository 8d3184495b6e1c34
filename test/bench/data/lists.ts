/** How long the list takes: a page of 200 in each order, near and far, and searches for text of every kind. */
import { NO_FILTER, sampleSortSchema, sortKeySchema } from '../../../src-shared/contract/procedures.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import type * as Query from '../../../src-main/store/samples/query.ts';
import { percentile } from '../ui/waits.ts';
import { ofCheckout } from './of-checkout.ts';

const PAGE = 200;
/** Where pages begin, in shares of the list. */
const PLACES = [0, 0.05, 0.25, 0.49, 0.75, 0.9, 0.9999];
/** Rare and common, short and long, three scripts, and characters that mean something in other searches. */
const QUERIES = [
  'no. 4711',
  'question-0000123',
  'bicycle',
  'purple bicycle',
  'what is',
  'quel',
  'étiquette (red)',
  'NUMÉRO 99',
  '门',
  '颜色',
  '图片12345',
  'e',
  '77',
  'nothing has this',
  '100%',
  'a_b',
  'left side made of?',
  'orange dog',
  '图片1',
  'the grey',
];

export async function measureLists({ db }: Project, checkout: string): Promise<Record<string, number>> {
  const query = (await ofCheckout(
    checkout,
    'src-main/store/samples/query.ts',
    'src-main/store/sample-query.ts',
  )) as typeof Query;
  // What the page asks for one screen of the list.
  const list = (text: string, offset: number, sort: unknown): { total: number; ms: number } => {
    const started = performance.now();
    const filter = { ...NO_FILTER, text };
    const total = query.countSamples(db, filter);
    query.listSamples(db, filter, offset, PAGE, sampleSortSchema.parse(sort));
    return { total, ms: performance.now() - started };
  };
  const { total } = list('', 0, { by: 'imported', descending: false });
  const pages: number[] = [];
  for (const by of sortKeySchema.options) {
    if (by === 'listed') continue;
    for (const descending of [false, true])
      for (const place of PLACES) pages.push(list('', Math.floor(place * total), { by, descending }).ms);
  }
  const searches = QUERIES.map((text) => list(text, 0, { by: 'imported', descending: false }).ms);
  return { page_ms_p95: percentile(pages, 0.95), search_ms_p95: percentile(searches, 0.95) };
}
