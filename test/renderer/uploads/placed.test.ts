import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importPaths } from '../../../src-renderer/uploads/placed.ts';

const placed = {
  dir: '/p/uploads/set',
  files: 3,
  file: null,
  bytes: 9,
  pictures: 2,
  questions: [] as string[],
};
const none = { imagesDir: '', questionsFile: '' };
const typed = (): boolean => false;

test('a folder of pictures with one file of questions fills both fields', () => {
  const questions = ['/p/uploads/set/q.jsonl'];
  assert.deepEqual(importPaths({ ...placed, questions }, none, typed), {
    imagesDir: placed.dir,
    questionsFile: questions[0],
    candidates: [],
  });
});

test('pictures alone are asked about as a folder, unless a file of questions was named', () => {
  assert.deepEqual(importPaths(placed, none, typed).questionsFile, placed.dir);
  const before = { imagesDir: '', questionsFile: '/home/q.jsonl' };
  assert.equal(importPaths(placed, before, typed).questionsFile, '/home/q.jsonl');
  assert.equal(importPaths(placed, before, () => true).questionsFile, placed.dir);
});

test('shards of Parquet are one data set; of several other files one is chosen', () => {
  const shards = ['/p/uploads/set/a.parquet', '/p/uploads/set/b.PARQUET'];
  const set = importPaths({ ...placed, pictures: 0, questions: shards }, none, typed);
  assert.deepEqual(set, { imagesDir: '', questionsFile: placed.dir, candidates: [] });
  const files = ['/p/uploads/set/train.jsonl', '/p/uploads/set/val.jsonl'];
  const several = importPaths({ ...placed, questions: files }, none, typed);
  assert.deepEqual([several.questionsFile, several.candidates], [files[0], files]);
});

test('questions brought in after their pictures leave the folder of the pictures', () => {
  const before = { imagesDir: '/p/uploads/pictures', questionsFile: '/p/uploads/pictures' };
  const after = importPaths(
    { ...placed, pictures: 0, files: 1, questions: ['/p/uploads/q/q.csv'] },
    before,
    () => true,
  );
  assert.deepEqual([after.imagesDir, after.questionsFile], ['/p/uploads/pictures', '/p/uploads/q/q.csv']);
});
