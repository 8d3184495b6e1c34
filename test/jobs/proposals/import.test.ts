/** Boxes that others proposed: from a file to what a sample shows and an export says. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { exporters } from '../../../src-main/exporters/index.ts';
import { exportSamples } from '../../../src-main/jobs/export/export.ts';
import { importProposals } from '../../../src-main/jobs/proposals/import.ts';
import { read } from '../../../src-main/store/db.ts';
import { removeSamples } from '../../../src-main/store/samples/removal.ts';
import { sampleDetail } from '../../../src-main/store/shown/sample-detail.ts';
import { pictureProject } from '../../support/picture-project.ts';

async function begin(t: TestContext) {
  const { project, dir } = await pictureProject(t);
  const file = (name: string, ...rows: (object | string)[]): string => {
    const path = join(dir, name);
    writeFileSync(path, rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n'));
    return path;
  };
  const shown = (id: number) => sampleDetail(project.db, id).proposals;
  return { project, dir, file, shown };
}

test('boxes lie beside truth and labels, by source; what is wrong is said by its line', async (t) => {
  const { project, file, shown } = await begin(t);
  const before = sampleDetail(project.db, 1);
  const path = file(
    'boxes.jsonl',
    {
      sample: 'q1',
      boxes: [
        [1, 2, 10, 12],
        [0, 0, 30, 20],
      ],
      scores: [0.5, 0.25],
      source: 'detector',
    },
    { sample: 'q1', boxes: [[3, 3, 4, 4]], source: 'another' },
    { fovea: 2, boxes: [], source: 'detector', colour: 'red' },
    { sample: 'q9', boxes: [], source: 'detector' },
    { sample: 'q3', boxes: [[1, 1, 99, 5]], source: 'detector' },
    { sample: 'q3', boxes: [[5, 5, 1, 1]], source: 'detector' },
    { sample: 'q3', boxes: [[1, 1, 5, 5]], scores: [1, 2], source: 'detector' },
    { sample: 'q3', fovea: 3, boxes: [], source: 'detector' },
    { sample: 'q1', boxes: [], source: 'detector' },
    { sample: 'q3', boxes: [] },
    'rubbish',
  );
  const report = await importProposals(project, { file: path });
  assert.deepEqual(report.sources, [
    { name: 'detector', samples: 2, boxes: 2 },
    { name: 'another', samples: 1, boxes: 1 },
  ]);
  assert.equal(report.failed, 8);
  assert.deepEqual(
    report.failures
      .map(({ reason, places }) => [places[0]!.line, reason])
      .sort(([a], [b]) => Number(a) - Number(b)),
    [
      [4, 'there is no such sample in the project'],
      [5, 'boxes: a box reaches outside its picture'],
      [6, 'boxes: a box is [x0, y0, x1, y1] with x0 < x1 and y0 < y1'],
      [7, 'scores: one for each box'],
      [8, 'a line names its sample by "sample" (the data’s id) or by "fovea" (its number here)'],
      [9, 'the file has boxes of this source for this sample already'],
      [10, 'source is missing'],
      [11, 'not valid JSON'],
    ],
  );
  assert.deepEqual(
    report.notes.map(({ reason }) => reason),
    ['its field "colour" is not read'],
  );
  assert.deepEqual(shown(1), [
    { source: 'another', boxes: [[3, 3, 4, 4]], scores: null },
    {
      source: 'detector',
      boxes: [
        [1, 2, 10, 12],
        [0, 0, 30, 20],
      ],
      scores: [0.5, 0.25],
    },
  ]);
  assert.deepEqual(shown(2), [{ source: 'detector', boxes: [], scores: null }]);
  assert.deepEqual(shown(3), []);
  const { proposals: _, ...rest } = sampleDetail(project.db, 1);
  const { proposals: __, ...was } = before;
  assert.deepEqual(rest, was, 'nothing else of the sample changes');
});

test('a source’s new file takes the place of its boxes, everywhere; those of others stay', async (t) => {
  const { project, file, shown } = await begin(t);
  const row = (sample: string, x: number, source: string) => ({ sample, boxes: [[x, 0, x + 1, 1]], source });
  await importProposals(project, {
    file: file('a', row('q1', 1, 'a'), row('q2', 1, 'a'), row('q1', 1, 'b')),
  });
  await importProposals(project, { file: file('b', row('q1', 2, 'a')) });
  assert.deepEqual(
    shown(1).map(({ source, boxes }) => [source, boxes[0]![0]]),
    [
      ['a', 2],
      ['b', 1],
    ],
  );
  assert.deepEqual(shown(2), []);
});

test('cancelled, or without a right line, it changes nothing and leaves nothing', async (t) => {
  const { project, dir, file, shown } = await begin(t);
  const row = (x: number) => ({ sample: 'q1', boxes: [[x, 0, x + 1, 1]], source: 'a' });
  await importProposals(project, { file: file('a', row(1)) });
  const stop = new AbortController();
  const refused = (code: string) => (thrown: unknown) => thrown instanceof FoveaError && thrown.code === code;
  const options = { file: file('b', row(2)), signal: stop.signal, onProgress: () => stop.abort() };
  await assert.rejects(importProposals(project, options), refused('cancelled'));
  await assert.rejects(importProposals(project, { file: file('c', 'x') }), refused('bad_input'));
  await assert.rejects(importProposals(project, { file: join(dir, 'none') }), refused('not_found'));
  assert.equal(shown(1)[0]!.boxes[0]![0], 1);
  const rows = read<{ n: number }>(project.db, 'SELECT COUNT(*) AS n FROM proposal').get();
  assert.equal(rows!.n, 1);
});

test('they are in JSONL, and go with their sample', async (t) => {
  const { project, dir, file } = await begin(t);
  await importProposals(project, {
    file: file('a', { sample: 'q1', boxes: [[1, 0, 2, 1]], scores: [3], source: 'a' }),
  });
  const path = join(dir, 'out.jsonl');
  const wish = { format: 'jsonl', path, includeUnreviewed: true, audit: false, replace: 'nothing' } as const;
  await exportSamples(project, wish, exporters);
  const [first, second] = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  assert.deepEqual((first as { proposals: unknown }).proposals, [
    { source: 'a', boxes: [[1, 0, 2, 1]], scores: [3] },
  ]);
  assert.ok(!('proposals' in second!));
  removeSamples(project.db, [1]);
  const rows = read<{ n: number }>(project.db, 'SELECT COUNT(*) AS n FROM proposal').get();
  assert.equal(rows!.n, 0);
});
