import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agoWords } from '../../../src-renderer/ui/ago.ts';

test('how long ago is said coarsely, and by its date when that is long', () => {
  const now = Date.parse('2026-06-15T12:00:00.000Z');
  const ago = (seconds: number) => agoWords(new Date(now - 1000 * seconds).toISOString(), now);
  assert.deepEqual([-5, 0, 59, 60, 3599, 3600, 86_399, 86_400, 3 * 86_400].map(ago), [
    'just now',
    'just now',
    'just now',
    '1 minute ago',
    '59 minutes ago',
    '1 hour ago',
    '23 hours ago',
    'yesterday',
    '3 days ago',
  ]);
  assert.equal(ago(40 * 86_400), 'May 6, 2026');
});
