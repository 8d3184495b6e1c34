import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureLoad } from '../bench/load-memory.ts';
import { tinyConfig } from '../support/random-checkpoint.ts';

/** `npm run bench` measures the real size; this one is small enough for every run and large enough to show a copy. */
const config = tinyConfig({
  text: {
    hiddenSize: 768,
    intermediateSize: 2048,
    layers: 4,
    heads: 12,
    kvHeads: 12,
    headDim: 64,
    vocabSize: 4000,
  },
});

test(
  'loading an fp32 checkpoint makes no copy of its weights',
  { skip: process.platform !== 'linux' },
  async () => {
    const { anonOverFile, fileMB } = await measureLoad(config);
    assert.ok(fileMB > 100, `${fileMB} MB`);
    assert.ok(anonOverFile <= 0.3, `anonymous memory grew by ${anonOverFile.toFixed(2)} of the file`);
  },
);
