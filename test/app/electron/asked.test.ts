import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readStart } from '../../../src-main/app/electron/asked.ts';

test('a project that is merely begun with is not asked for of an instance that runs', () => {
  assert.deepEqual(readStart(['--project=/p'], '/home'), { project: '/p', asked: [] });
  assert.deepEqual(readStart(['--project=/p', '--asked'], '/home'), {
    project: '/p',
    asked: [{ what: 'path', path: '/p' }],
  });
});

test('paths, also relative ones, and links come as the desktop gives them, beside Chromium’s own switches', () => {
  const { project, asked } = readStart(
    [
      '--disable-gpu',
      '--remote-debugging-port=0',
      'tags',
      '/x/a b.safetensors',
      'fovea://open?project=%2Fp',
      '',
    ],
    '/home/ann',
  );
  assert.equal(project, null);
  assert.deepEqual(asked, [
    { what: 'path', path: '/home/ann/tags' },
    { what: 'path', path: '/x/a b.safetensors' },
    { what: 'link', link: 'fovea://open?project=%2Fp' },
  ]);
});

test('files that a desktop names by their address are the files', () => {
  const { asked } = readStart(
    ['file:///home/ann/a%20b', 'file:///a%2Fb', 'file://evil/share', 'file:x'],
    '/home/ann',
  );
  assert.deepEqual(
    asked.map((one) => one.what === 'path' && one.path),
    // The others are names of files like any other.
    ['/home/ann/a b', '/home/ann/file:/a%2Fb', '/home/ann/file:/evil/share', '/home/ann/file:x'],
  );
});

test('behind `--`, as Windows starts a link, nothing is a switch', () => {
  const { project, asked } = readStart(['--', 'fovea://open?project=x', '--project=/evil', '--asked'], '/p');
  assert.equal(project, null);
  assert.deepEqual(asked, [
    { what: 'link', link: 'fovea://open?project=x' },
    { what: 'path', path: '/p/--project=/evil' },
    { what: 'path', path: '/p/--asked' },
  ]);
});
