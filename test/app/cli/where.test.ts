/** What `--where` means: the filters of the page, in words. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterWhere, parseWhere } from '../../../src-main/app/cli/frame/where-option.ts';
import { saveFilter } from '../../../src-main/store/samples/saved-filter.ts';
import { IMPORT_ORDER, NO_FILTER } from '../../../src-shared/contract/procedures.ts';
import { testProject } from '../../support/project.ts';

test('conditions all hold; values of one are alternatives, quoted ones are one', () => {
  assert.deepEqual(
    parseWhere(
      'state=pending,corrected language=en tag="two words" tag=chart text="a \\"b\\" = c" iou=0.2..0.5 labelling=failed id=3,5 outcome=fixed,broken localised=unused',
    ),
    {
      ...NO_FILTER,
      states: ['pending', 'corrected'],
      languages: ['en'],
      tags: ['two words', 'chart'],
      text: 'a "b" = c',
      ranges: { iou: [0.2, 0.5] },
      labelling: 'failed',
      ids: [3, 5],
      outcomes: ['fixed', 'broken'],
      localised: 'unused',
    },
  );
  assert.deepEqual(parseWhere('split=').splits, [''], 'none given');
  assert.deepEqual(parseWhere('roiSize=..0.5').ranges.roiSize, [-Number.MAX_VALUE, 0.5]);
});

for (const wrong of [
  'colour=red',
  'state=done',
  'state=pending and more',
  'language="en"fr',
  'iou=0.5',
  'iou=a..b',
  'id=x',
  'constructor=1',
]) {
  test(`refused, with what could be said: ${wrong}`, () => {
    assert.throws(() => parseWhere(wrong), { code: 'usage', next: /state.*language.*iou/ });
  });
}

test('a saved filter goes by its name, whatever is in it', async (t) => {
  const { db } = await testProject(t);
  saveFilter(db, 'a=b', { ...NO_FILTER, languages: ['fr'] }, IMPORT_ORDER);
  assert.deepEqual(filterWhere(db, 'a=b').languages, ['fr']);
  assert.throws(() => filterWhere(db, 'mine'), { code: 'not_found', next: /a=b/ });
});
