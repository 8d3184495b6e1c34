/** What people see of progress, on a terminal and in a log. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration, Progress, type ProgressState } from '../../src-main/app/progress.ts';

const state = (done: number, total: number | null = 10): ProgressState => ({
  total,
  done,
  failed: 0,
  rate: null,
  etaSeconds: null,
});

function recorded(isTTY: boolean): { progress: Progress; text: () => string; wait: (ms: number) => void } {
  let now = 0;
  let text = '';
  const stream = { isTTY, columns: 60, write: (part: string) => (text += part) };
  return {
    progress: new Progress('Labelling', stream, () => now),
    text: () => text,
    wait: (ms) => (now += ms),
  };
}

test('a log gets the first state, one line every five seconds, and the last state', () => {
  const { progress, text, wait } = recorded(false);
  progress.update(state(0));
  wait(1000);
  progress.update(state(1));
  wait(5000);
  progress.update(state(5));
  progress.update(state(10));
  progress.end();
  assert.equal(text(), 'Labelling: 0/10 · 0%\nLabelling: 5/10 · 50%\nLabelling: 10/10 · 100%\n');
});

test('a terminal gets one bar that is redrawn in place and fits the width', () => {
  const { progress, text, wait } = recorded(true);
  progress.update(state(5));
  wait(200);
  progress.update({ ...state(9), failed: 1, rate: 2.5, etaSeconds: 65 });
  progress.end();
  const drawn = text().split('\r\x1b[K');
  assert.equal(drawn.length, 3);
  assert.equal(drawn[1], `Labelling [${'█'.repeat(15)}${'·'.repeat(15)}] 5/10 · 50%`);
  assert.ok(drawn[2].length <= 60 && drawn[2].endsWith('\n'));
});

test('short work of unknown size and work of size zero leave no trace', () => {
  const { progress, text } = recorded(false);
  progress.update(state(3, null));
  progress.update(state(0, 0));
  progress.end();
  assert.equal(text(), '');
});

test('durations read as people write them', () => {
  assert.deepEqual([0, 8.4, 185, 3729].map(duration), ['0 s', '8 s', '3:05', '1:02:09']);
});
