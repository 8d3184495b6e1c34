/** Links that open a sample: what is written is read, and what anybody else may have written is nothing but that. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linkTo, readLink } from '../../src-shared/contract/link.ts';

test('what is written is read: spaces, other scripts, ampersands, Windows paths, no sample', () => {
  for (const project of [
    '/home/ann/tags',
    '/a b/ä&c=d?e#f/100%',
    '/数据/标签',
    'C:\\Users\\Ann\\tags',
    'D:/tags',
  ]) {
    for (const sample of [1, 12, 9_007_199_254, null]) {
      assert.deepEqual(readLink(linkTo({ project, sample })), { project, sample });
    }
  }
  assert.equal(linkTo({ project: '/a b', sample: 3 }), 'fovea://open?project=%2Fa%20b&sample=3');
});

test('a slash behind the host, as browsers put it, is the same link', () => {
  assert.deepEqual(readLink('fovea://open/?project=%2Fp&sample=2'), { project: '/p', sample: 2 });
});

test('everything else is no link', () => {
  const others = [
    '',
    'fovea:',
    'fovea://open',
    'fovea://open?project=',
    'fovea://open?project=tags',
    'fovea://open?project=..%2Ftags',
    'fovea://open?project=~%2Ftags',
    // Shares: looking at one hands credentials to its host.
    'fovea://open?project=%5C%5Cevil%5Cshare',
    'fovea://open?project=%2F%2Fevil%2Fshare',
    'fovea://open?project=C%3A%5C%5Cevil',
    'fovea://open?project=%2F%5Cevil%5Cshare',
    'fovea://open?project=C%3A%2F%5Cevil',
    // What a person is asked about must be what it looks like.
    'fovea://open?project=%2Fp%E2%80%AEgnp.x',
    'fovea://open?project=%2Fp%E2%80%A8q',
    'fovea://open?project=%2Fp%E2%81%A6q',
    'fovea://open?project=%2Fp%00',
    'fovea://open?project=%2Fp%0Aq',
    'fovea://open?project=%2Fp%',
    'fovea://open?project=%2Fp&sample=0',
    'fovea://open?project=%2Fp&sample=-1',
    'fovea://open?project=%2Fp&sample=1e3',
    'fovea://open?project=%2Fp&sample=99999999999999999999',
    'fovea://open?project=%2Fp&sample=1&then=run',
    'fovea://open?project=%2Fp&project=%2Fq',
    'fovea://open?sample=1&project=%2Fp',
    'fovea://open?project=%2Fp#x',
    'fovea://run?project=%2Fp',
    'fovea://open:80?project=%2Fp',
    'fovea://ann@open?project=%2Fp',
    'FOVEA://open?project=%2Fp',
    ' fovea://open?project=%2Fp',
    'https://open?project=%2Fp',
    `fovea://open?project=%2F${'a'.repeat(50_000)}`,
  ];
  for (const text of others) assert.equal(readLink(text), null, text.slice(0, 80));
});
