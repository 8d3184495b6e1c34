import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  adapterChoices,
  checkStages,
  checkWords,
  downloadWords,
  factRows,
  gateRows,
  formatParameters,
  memoryWords,
  precisionChoices,
  quantiseWords,
  removalWords,
  rpnChoices,
  summaryWords,
  taskOf,
} from '../../../src-renderer/models/models.ts';
import { SD_RPN_RULES } from '../../../src-shared/contract/rules.ts';
import type { LibraryModel, ModelTask } from '../../../src-shared/contract/models.ts';
import { formatBytes } from '../../../src-renderer/ui/words.ts';

const GB = 1e9;

const facts = {
  family: 'qwen2_5_vl',
  parameters: 3_754_622_976,
  layers: 36,
  heads: 16,
  grid: null,
  rpn: null,
  gate: false,
  rules: SD_RPN_RULES,
  dtypes: { BF16: 3_754_622_976 },
  memory: { mappedBytes: 0, copiedBytes: 15 * GB, cacheBytesPerToken: 73_728 },
};
const model: LibraryModel = {
  name: 'org/name',
  kind: 'download',
  dir: '/data/models/org--name',
  state: 'ready',
  bytesOnDisk: 7_510_000_000,
  source: { repo: 'org/name', revision: 'main', commit: 'c'.repeat(40), totalBytes: 7_510_000_000 },
  facts,
  rpnOnly: null,
  tower: null,
  adapter: null,
  problem: null,
  check: null,
};
const task: ModelTask = {
  id: 1,
  kind: 'download',
  name: 'org/name',
  stage: 'weights',
  state: 'running',
  doneBytes: 1.2 * GB,
  totalBytes: 14.1 * GB,
  rate: 8_100_000,
  etaSeconds: 1560,
  tower: null,
  precision: null,
  chosen: null,
  check: null,
  error: null,
};

test('sizes and counts in units that fit', () => {
  assert.deepEqual([0, 999, 1000, 11_740_000, 999_400_000, 999_600_000, 14.1 * GB, 2.5e15].map(formatBytes), [
    '0 B',
    '999 B',
    '1.0 kB',
    '11.7 MB',
    '999 MB',
    '1.0 GB',
    '14.1 GB',
    '2500 TB',
  ]);
  assert.deepEqual([85_096, 2_900_000, 7_063_427_072].map(formatParameters), ['85,096', '2.9 M', '7.1 B']);
});

test('a model in one line, and what it is in rows', () => {
  assert.equal(summaryWords(model), 'Qwen2.5-VL · 3.8 B · 7.5 GB');
  assert.equal(summaryWords({ ...model, state: 'missing' }), 'The folder is missing');
  assert.equal(summaryWords({ ...model, state: 'unfinished' }), 'Download not finished');
  assert.equal(summaryWords({ ...model, state: 'unfinished' }, task), 'Downloading');
  assert.equal(summaryWords({ ...model, facts: null }), 'Cannot be used');
  const rows = new Map(factRows(model));
  assert.equal(rows.get('Gate'), undefined);
  const rules = { name: 'q-zoom', cropPositions: 'source' } as const;
  const qzoom = new Map(factRows({ ...model, facts: { ...facts, rules } }));
  assert.equal(qzoom.get('Region by'), 'Q-Zoom’s rules');
  assert.equal(qzoom.get('Crop positions'), 'as in the source picture');
  assert.equal(new Map(factRows(model)).has('Region by'), false);
  const gated = factRows({ ...model, facts: { ...facts, gate: true } });
  const running = factRows({ ...model, facts: { ...facts, gate: true, gateThreshold: 0.05 } });
  assert.match(running.find(([name]) => name === 'Gate')![1], /^runs: no second look below 0\.05,/);
  assert.deepEqual(gateRows({ by: 'weakest', threshold: 0.2, need: 0.12345 }), [
    ['Gate', 'Weakest token 0.123, crop from 0.2'],
  ]);
  assert.deepEqual(gateRows(null), []);
  assert.match(new Map(gated).get('Gate') ?? '', /not used/);
  assert.equal(rows.get('Visual tokens'), 'as many as each picture needs');
  assert.equal(rows.get('RPN'), 'none in this checkpoint');
  const placed = factRows({ ...model, facts: { ...facts, grid: [24, 24], rpn: { k: 15, t: 3 } } });
  assert.deepEqual(placed.slice(3, 5), [
    ['Visual tokens', '24 × 24'],
    ['RPN', 'reads layer K = 15, T = 3 layers'],
  ]);
  assert.deepEqual(factRows({ ...model, facts: null }), []);
});

test('memory: fits, tight and too large, with what to do', () => {
  const mapped = { mappedBytes: 15 * GB, copiedBytes: 0, cacheBytesPerToken: 73_728 };
  assert.equal(memoryWords(facts.memory, 32 * GB).verdict, 'fits');
  assert.equal(memoryWords(facts.memory, 8 * GB).verdict, 'too_large');
  assert.match(memoryWords(facts.memory, 8 * GB).advice, /int4/);
  assert.equal(memoryWords(mapped, 8 * GB).verdict, 'tight');
  assert.deepEqual(
    memoryWords(mapped, 8 * GB).needs,
    '15.0 GB used from the file; 73.7 MB per 1,000 tokens.',
  );
  const int4 = { mappedBytes: 0, copiedBytes: 2 * GB, fileBytes: 2 * GB };
  assert.match(memoryWords({ ...mapped, int4 }, GB).needs, / At int4: 2\.0 GB copied\.$/);
  const fp16 = { mappedBytes: 0, copiedBytes: 28 * GB, fileBytes: 0, deviceBytes: 14 * GB };
  assert.match(memoryWords({ ...mapped, fp16 }, GB).needs, / At fp16: 14\.0 GB on a graphics card\.$/);
  assert.equal(memoryWords(mapped, 0.1 * GB).verdict, 'too_large', 'keys and values count');
});

test('a check names the device and its proof; its steps say what has become of them', () => {
  const check = { device: 'cpu', selfCheck: null, loadMs: 1234, at: 'now' };
  assert.equal(checkWords(check), 'Runs on cpu, loaded in 1234 ms');
  assert.match(
    checkWords({ ...check, device: 'webgpu', selfCheck: { maxError: 3.1e-5, limit: 0.01 } }),
    /^Runs on webgpu.*within 3\.1e-5 of the CPU’s \(limit 0\.01\)$/,
  );
  assert.match(
    checkWords({ ...check, device: 'webgpu', oneAtATime: 'steps of 3 are wrong' }),
    /^Runs on webgpu, loaded in 1234 ms; one sample at a time: steps of 3 are wrong$/,
  );
  const states = (stage: ModelTask['stage'], state: ModelTask['state']) =>
    checkStages({ stage, state, precision: 'as-stored' }).map((row) => row.state);
  assert.deepEqual(states('memory', 'running'), ['done', 'now', 'later']);
  assert.deepEqual(states('load', 'failed'), ['done', 'done', 'failed']);
  assert.deepEqual(states('files', 'cancelled'), ['failed', 'later', 'later']);
  assert.deepEqual(states('load', 'done'), ['done', 'done', 'done']);
  const int4 = { ...task, kind: 'check', stage: 'cache', state: 'running', precision: 'int4' } as const;
  assert.deepEqual(
    checkStages(int4).map(({ state }) => state),
    ['done', 'done', 'now', 'later'],
  );
  assert.equal(quantiseWords(int4), '1.2 GB of 14.1 GB read · 8.1 MB/s · 26 min left');
});

test('a download says where it is, as far as that is known', () => {
  assert.equal(downloadWords(task), '1.2 GB of 14.1 GB · 8.1 MB/s · 26 min left');
  assert.equal(downloadWords({ ...task, rate: null, etaSeconds: null }), '1.2 GB of 14.1 GB');
  assert.equal(
    downloadWords({
      ...task,
      stage: 'details',
      doneBytes: 2_000,
      totalBytes: null,
      rate: null,
      etaSeconds: null,
    }),
    'Config and tokenizer, 2.0 kB',
  );
  assert.equal(downloadWords({ ...task, stage: 'list' }), 'Listing the files');
});

test('removing says what goes and what stays', () => {
  const folder = removalWords({ name: 'm', kind: 'folder', dir: '/mine', files: [], bytes: 0, neededBy: [] });
  assert.ok(!folder.goes.includes('/mine'));
  assert.equal(folder.stays, 'Your folder /mine and every file in it.');
  const download = removalWords({
    name: 'm',
    kind: 'download',
    dir: '/data/m',
    files: ['a', 'b'],
    bytes: 3 * GB,
    neededBy: ['org/llava'],
  });
  assert.match(download.stays, /Until then org\/llava cannot run: they need it\./);
  assert.match(download.goes, /2 files \(3\.0 GB\) that Fovea downloaded to \/data\/m/);
});

test('a model is shown with its own task: the one that runs, else the latest', () => {
  const over = { ...task, id: 2, state: 'failed' } as const;
  const other = { ...task, id: 3, name: 'org/other' };
  assert.equal(taskOf(model, [over, task, other]), task);
  assert.equal(taskOf(model, [other, over]), over);
  assert.equal(taskOf(model, [other]), null);
  const renamed = { ...model, name: 'org/name-2', source: { ...model.source!, revision: 'v2' } };
  const revision = { ...task, name: 'org/name@v2' };
  assert.equal(taskOf(renamed, [task, revision]), revision);
});

test('an RPN alone says so, and is a choice of every other model', () => {
  const rpn = { ...model, name: 'org/rpn', dir: '/rpn', facts: null, rpnOnly: { k: 15, t: 3 } };
  assert.equal(summaryWords(rpn), 'RPN only · 7.5 GB');
  assert.deepEqual(factRows(rpn)[0], ['RPN', 'reads layer K = 15, T = 3 layers']);
  assert.deepEqual(
    rpnChoices(model, [model, rpn, { ...rpn, state: 'missing' }]).map(({ words }) => words),
    ['None: labels from attention only', 'org/rpn', 'Another folder…'],
  );
  const withOwn = { ...model, facts: { ...facts, rpn: { k: 1, t: 2 } } };
  assert.deepEqual(
    rpnChoices(withOwn, []).map(({ value }) => value),
    ['', 'other'],
  );
});

test('an adapter says its base, rank and targets; it is offered to label with, to its own base first', () => {
  const adapter = {
    base: 'org/name',
    baseDir: model.dir,
    ranks: [8, 16],
    targets: ['q_proj', 'v_proj'],
    layers: 64,
    replaced: 2,
    ownFiles: ['tokenizer.json'],
  };
  const lora: LibraryModel = {
    ...model,
    name: 'lora',
    kind: 'folder',
    dir: '/loras/mine',
    source: null,
    adapter,
  };
  assert.deepEqual(factRows(lora).slice(0, 4), [
    ['Adapter', 'LoRA of rank 8, 16 on 64 layers: q_proj, v_proj; 2 tensors replaced'],
    ['Base', model.dir],
    ['Not used', 'its own tokenizer.json: the base’s are used'],
    ['Family', 'Qwen2.5-VL'],
  ]);
  assert.equal(summaryWords(lora), 'Adapter of Qwen2.5-VL · 7.5 GB');
  const lost = {
    ...lora,
    name: 'lost',
    dir: '/loras/lost',
    facts: null,
    adapter: { ...adapter, baseDir: null },
  };
  assert.equal(summaryWords(lost), 'Adapter without its base');
  assert.deepEqual(factRows(lost)[1], ['Base', 'org/name, which is not on this machine']);
  const beside = { ...lora, name: 'both', dir: '/both', adapter: { ...adapter, baseDir: '/both' } };
  assert.deepEqual(
    adapterChoices(model, [model, lost, beside, lora]).map(({ words }) => words),
    ['None', 'lora', 'lost (of another base)', 'Another folder…'],
  );
  assert.deepEqual(adapterChoices(lora, [model, lora]), []);
});

test('only forms of the weights that run are offered: nf4 runs as it is, AWQ also with int8 products', () => {
  const other = { mappedBytes: 0, copiedBytes: GB, fileBytes: GB };
  const offered = (dtypes: Record<string, number>, memory: object) =>
    precisionChoices({ facts: { ...facts, dtypes, memory: { ...facts.memory, ...memory } } });
  const values = (choices: ReturnType<typeof offered>) => choices.map(({ value }) => value);
  const fp16 = { ...other, deviceBytes: GB };
  assert.deepEqual(values(offered({ BF16: 9 }, { int4: other, fp16 })), ['as-stored', 'int4', 'fp16']);
  assert.deepEqual(values(offered({ NF4: 9, F16: 1 }, {})), ['as-stored']);
  const awq = offered({ AWQ: 9, F16: 1 }, { int4: other });
  assert.deepEqual(values(awq), ['as-stored', 'int4']);
  assert.match(String(awq[1]?.words), /the same 4 bits/);
  assert.deepEqual(values(offered({ F32: 9 }, { int4: other, int8: other, 'int8-fast': other })), [
    'as-stored',
    'auto',
    'int4',
    'int8',
    'int8-fast',
  ]);
  assert.deepEqual(values(precisionChoices({ facts: null })), ['as-stored']);
});

test('where other readers take a folder otherwise stands among its facts, in one row', () => {
  const notes = ['transformers 5 makes another tokenizer', 'newer shards are not read'];
  assert.deepEqual(
    factRows({ ...model, facts: { ...facts, notes } }).filter(([words]) => words === 'Elsewhere'),
    [['Elsewhere', 'transformers 5 makes another tokenizer. newer shards are not read.']],
  );
});
