/** What README and docs promise a reader: links that lead somewhere, and a word on each code of an error. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/lib/paths.mjs';
import { ERROR_CODES } from '../../src-shared/contract/errors.ts';

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const linesOf = (page: string): string[] => readFileSync(join(root, page), 'utf8').split('\n');

/** Lines outside of code blocks. */
function proseOf(page: string): string[] {
  let inCode = false;
  return linesOf(page).filter((line) => {
    if (line.startsWith('```')) inCode = !inCode;
    return !inCode;
  });
}

/** As GitHub names the place of a heading: lower case, marks left out, spaces as hyphens. */
function anchorsOf(page: string): Set<string> {
  const headings = proseOf(page).filter((line) => /^#+ /.test(line));
  return new Set(
    headings.map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

for (const page of PAGES) {
  test(`${page}: every link within the repository leads somewhere`, () => {
    const links = [
      ...proseOf(page)
        .join('\n')
        .matchAll(/\]\(([^)\s]+)\)/g),
    ].map(([, link]) => link!);
    for (const link of links.filter((one) => !/^[a-z]+:/.test(one))) {
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? join(root, page) : resolve(root, dirname(page), path);
      assert.ok(existsSync(file), `${link} is not there`);
      if (anchor === undefined) continue;
      const target = file.slice(root.length + 1);
      assert.ok(anchorsOf(target).has(anchor), `${target} has no heading for #${anchor}`);
    }
  });
}

test('docs/troubleshooting.md has a section for every code of an error, and for no other', () => {
  const told = linesOf('docs/troubleshooting.md').flatMap((line) => /^### `(\w+)`$/.exec(line)?.[1] ?? []);
  assert.deepEqual(told.toSorted(), [...ERROR_CODES].toSorted());
});

test('docs/README.md names every page of docs', () => {
  const index = linesOf('docs/README.md').join('\n');
  for (const page of PAGES.filter((one) => one.startsWith('docs/') && one !== 'docs/README.md')) {
    assert.ok(index.includes(`(${page.slice('docs/'.length)})`), `${page} is not in the index`);
  }
});
