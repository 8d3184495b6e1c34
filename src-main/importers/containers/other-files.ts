/** Files that are known and not read: refused by name, with what to do. */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import type { Subject } from './subject.ts';

const OTHERS: readonly { readonly magic: readonly number[]; readonly what: string; readonly next: string }[] =
  [
    { magic: [0x1f, 0x8b], what: 'compressed (gzip)', next: 'Unpack it first' },
    { magic: [0x50, 0x4b, 0x03, 0x04], what: 'a ZIP archive', next: 'Unpack it first' },
    { magic: [0x28, 0xb5, 0x2f, 0xfd], what: 'compressed (zstd)', next: 'Unpack it first' },
    { magic: [0xff, 0xfe], what: 'UTF-16 text', next: 'Save it as UTF-8' },
    { magic: [0xfe, 0xff], what: 'UTF-16 text', next: 'Save it as UTF-8' },
  ];

/** Throws FoveaError `bad_input` for a file that is known to be something that no container reads. */
export function refuseOther({ path, head }: Subject): void {
  const other = OTHERS.find(({ magic }) => magic.every((byte, i) => head[i] === byte));
  if (!other) return;
  throw new FoveaError('bad_input', `the questions file is ${other.what}`, { where: path, next: other.next });
}
