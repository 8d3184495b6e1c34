import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import { whyItEnded } from '../../../src-main/app/electron/why-it-ended.ts';

const cases: readonly [string, number | null, string, RegExp][] = [
  [
    'a native module of another version',
    1,
    "node:internal/modules/cjs/loader:1\nError: The module '/x/better_sqlite3.node'\nwas compiled against a different Node.js version using\nNODE_MODULE_VERSION 115.\n    at Object..node (node:internal)\nNode.js v24.0.0\n",
    /a native module was built for another version .*better_sqlite3\.node.*Install Fovea again/,
  ],
  [
    'a native module of another machine',
    1,
    'Error: /x/sharp.node: invalid ELF header\n  code: "ERR_DLOPEN_FAILED"',
    /cannot be loaded on this machine/,
  ],
  [
    'a missing part',
    1,
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'ws'",
    /a part of the program is missing/,
  ],
  ['memory', 134, 'FATAL ERROR: Reached heap limit Allocation failed', /ran out of memory/],
  [
    'something it said',
    1,
    'TypeError: x is not a function\n    at y (z.js:1)\n',
    /ended: TypeError: x is not a function/,
  ],
  ['nothing', 3, '', /ended: exit code 3/],
  ['a kill', null, '', /ended: it was killed/],
  ['a kill, as Electron tells of it', constants.signals.SIGKILL, '', /ended: it was killed/],
  [
    'a crash after a warning of a package',
    constants.signals.SIGSEGV,
    '(node:7) ExperimentalWarning: x\n(Use `exe --trace-warnings ...` to show where)\n(node:7) [SharpElectronLinux] Warning: Binaries\n',
    /ended: a native module crashed \(SIGSEGV\)/,
  ],
];
for (const [what, code, stderr, words] of cases) {
  test(`a backend that ended says why, on one line: ${what}`, () => {
    const line = whyItEnded(code, stderr).toLine();
    assert.match(line, words);
    assert.doesNotMatch(line, /\n|\bat \w+ \(/);
  });
}
