/** A large questions file is read in a thread: the same questions, failures and ends as without one. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { PLAIN_READING } from '../../../src-main/importers/index.ts';
import { picturesOf, type ReadItem } from '../../../src-main/jobs/import/embedded.ts';
import { readBatches } from '../../../src-main/jobs/import/reading-batches.ts';
import { type QuestionBatch, questionBatches } from '../../../src-main/jobs/import/reading.ts';
import { temporaryDir } from '../../support/temporary-dir.ts';

const ROWS = 12_345;

/** Some 3 MB: every 1,000th row is broken, and one box is beyond all numbers. */
function largeFile(t: TestContext): string {
  const file = join(temporaryDir(t), 'questions.jsonl');
  const rows = Array.from({ length: ROWS }, (_, n) =>
    n % 1000 === 7
      ? '{"question_id": '
      : `{"question_id":"${n}","image":"a/${n}.png","text":"${'what is there ? '.repeat(12)}","boxes":[[0,0,1,${n === 8 ? '1e999' : n}]]}`,
  );
  writeFileSync(file, rows.join('\n'));
  return file;
}

async function all(
  batches: AsyncIterable<readonly ReadItem[] | QuestionBatch>,
): Promise<(readonly ReadItem[])[]> {
  const read = [];
  for await (const batch of batches) {
    if ('pictures' in batch) assert.deepEqual(batch.pictures, picturesOf(batch.items()));
    read.push('pictures' in batch ? batch.items() : batch);
  }
  return read;
}

const threads = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;

test('a thread gives what reading here gives, in batches of the asked size', async (t) => {
  const file = largeFile(t);
  const [there, here] = [
    await all(questionBatches(file, PLAIN_READING, null, 1000)),
    await all(readBatches(file, PLAIN_READING, null, 1000)),
  ];
  assert.deepEqual(there, here);
  assert.deepEqual(
    there.map(({ length }) => length),
    [...new Array<number>(12).fill(1000), 345],
  );
});

test('whoever stops early leaves no thread behind; a file that is no file says so', async (t) => {
  const before = threads();
  for await (const batch of questionBatches(largeFile(t), PLAIN_READING, null, 100)) {
    assert.equal(batch.length, 100);
    assert.ok(threads() > before, 'read in a thread');
    break;
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(threads(), before);
  const none = join(temporaryDir(t), 'none.jsonl');
  await assert.rejects(all(questionBatches(none, PLAIN_READING, null, 10)), { code: 'not_found' });
});

test('what is wrong with a whole file is said of it where a thread found it, too', async (t) => {
  const file = join(temporaryDir(t), 'blank.jsonl');
  writeFileSync(file, '\n'.repeat(3_000_000));
  const said = { code: 'bad_input', message: 'the questions file is empty', where: file };
  await assert.rejects(all(questionBatches(file, PLAIN_READING, null, 10)), said);
});
