/** The notices of everything in a package that is not Fovea's own, in one text. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from '../lib/paths.mjs';
import type { PackedPackage } from './packages.ts';

const LICENSES = join(import.meta.dirname, 'licenses');
const LEGAL = /^(licen[cs]e|notice|copying|copyright|third-party|authors)/i;
const manifestSchema = z.object({
  license: z.string(),
  homepage: z.string().optional(),
  repository: z.union([z.string(), z.object({ url: z.string() })]).optional(),
  author: z.union([z.string(), z.object({ name: z.string() })]).optional(),
});
/** What the page is built of, as Vite lists it. */
const PAGE = join(root, 'dist', 'renderer', 'third-party.md');

/** @throws Error when a package has a licence whose text is nowhere */
export function thirdPartyNotices(packages: readonly PackedPackage[]): string {
  const parts = packages.map(noticeOf);
  return [
    'Fovea contains the following software of others. Electron and what it consists of are not listed here: see\n' +
      'LICENSE.electron.txt and LICENSES.chromium.html in the folder of the program.',
    ...parts,
    section('The page', readFileSync(PAGE, 'utf8').trim()),
    section(
      'Libraries under the LGPL',
      [
        'Libvips and the libraries marked LGPL in its list above are used as one shared library, which lies as a file beside the',
        'app’s archive (resources/app.asar.unpacked/node_modules/@img) and may be replaced by another build of the same',
        'interface. Their sources, and how they are built, are at https://github.com/lovell/sharp-libvips under the version above.',
        'You may modify them and reverse engineer Fovea to debug such modifications. The licence follows, then the one that it',
        'refers to.',
        '',
        readFileSync(join(LICENSES, 'LGPL-3.0.txt'), 'utf8').trimEnd(),
        '',
        readFileSync(join(LICENSES, 'GPL-3.0.txt'), 'utf8').trimEnd(),
      ].join('\n'),
    ),
    '',
  ].join('\n\n');
}

function noticeOf({ name, version, folder }: PackedPackage): string {
  const { license, homepage, repository, author } = manifestSchema.parse(
    JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
  );
  const address = homepage ?? (typeof repository === 'string' ? repository : repository?.url);
  const by = typeof author === 'string' ? author : author?.name;
  const files = readdirSync(folder).filter((file) => LEGAL.test(file));
  // Libvips has what it consists of, with licences and versions, in two files of its own.
  if (name.startsWith('@img/sharp-') && existsSync(join(folder, 'versions.json'))) {
    files.push('README.md', 'versions.json');
  }
  const paths = [...files.map((file) => join(folder, file)), ...(TEXTS[name] ?? [])];
  if (paths.length === 0)
    throw new Error(`${name} holds no text of its licence (${license}): name one in ${import.meta.filename}`);
  const texts = paths.map((path) => readFileSync(path, 'utf8').replace(/^\n+/, '').trimEnd());
  const lines = [
    `${license}${by === undefined ? '' : `; ${by}`}`,
    ...(address === undefined ? [] : [address]),
  ];
  return section(`${name} ${version}`, [...lines, '', ...texts].join('\n'));
}

/** Of packages that name their licence and hold no copy of it: the texts that their sources have. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  '@bufbuild/protobuf': [join(root, 'LICENSE'), join(LICENSES, 'protobuf-wire.txt')],
  'lazy-val': [join(LICENSES, 'lazy-val.txt')],
  'onnxruntime-common': [join(LICENSES, 'onnxruntime.txt')],
  'onnxruntime-node': [join(LICENSES, 'onnxruntime.txt')],
};

function section(title: string, body: string): string {
  return `${'='.repeat(80)}\n${title}\n${'='.repeat(80)}\n\n${body}`;
}
