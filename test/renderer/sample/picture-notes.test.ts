/** What is said of a picture that viewers show otherwise than the model sees it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pictureWords } from '../../../src-renderer/sample/picture-notes.ts';

const AUTHORS = { exif: 'stored', alpha: 'dropped' } as const;
const PLAIN = { orientation: 1, transparent: false, clipped: false } as const;

test('nothing is said of a plain picture, whatever the rules', () => {
  assert.deepEqual(pictureWords(PLAIN, AUTHORS), []);
  assert.deepEqual(pictureWords(PLAIN, { exif: 'turned', alpha: 'white' }), []);
});

test('what the model saw depends on the rules of the run', () => {
  const odd = { orientation: 6, transparent: true, clipped: true } as const;
  const [turned, transparent, grey] = pictureWords(odd, AUTHORS);
  assert.match(turned, /EXIF 6 would show it a quarter turned to the right; the model saw it as stored/);
  assert.match(transparent, /the colours beneath/);
  assert.match(grey, /16-bit/);
  const [other, white] = pictureWords(odd, { exif: 'turned', alpha: 'white' });
  assert.match(other, /so did the model see it; shown here as stored/);
  assert.match(white, /on white/);
});
