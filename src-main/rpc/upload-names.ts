/** Names that a page gives to files: each is one inside the folder it is brought into, on any system, or is refused. */
import { FoveaError } from '../../src-shared/contract/errors.ts';

/** Of one name, in UTF-8: what common file systems hold. */
const NAME_BYTES = 255;
const DEPTH = 32;
/** Names that are devices on Windows, with any ending. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const FORBIDDEN = /[\p{Cc}\\:*?"<>|]/u;

/**
 * A relative path, `/` separated, as it is.
 * @throws FoveaError `bad_input` for one that leads elsewhere or cannot be a name everywhere
 */
export function uploadPath(given: string): string {
  const parts = given.split('/');
  const wrong = parts.length > DEPTH ? given : parts.find((part) => whyNot(part) !== null);
  if (wrong === undefined) return given;
  throw new FoveaError(
    'bad_input',
    `a file cannot be brought in by this name: ${whyNot(wrong) ?? 'too deep'}`,
    {
      where: given.replaceAll(/\p{Cc}/gu, '?').slice(0, 300),
      next: 'Give it another name, then choose it again',
    },
  );
}

/** The name of the folder that is made of what somebody chose, whatever it was called. */
export function uploadName(given: string): string {
  const plain = given
    .replaceAll(/[\p{Cc}\\/:*?"<>|]/gu, ' ')
    .replace(/^[\s.]+/, '')
    .slice(0, 60)
    .replace(/[\s.]+$/, '');
  return plain === '' || whyNot(plain) !== null ? 'files' : plain;
}

function whyNot(part: string): string | null {
  if (part === '' || part === '.' || part === '..') return 'it leads elsewhere';
  if (Buffer.byteLength(part) > NAME_BYTES) return 'it is too long';
  if (!part.isWellFormed()) return 'it is no text';
  if (FORBIDDEN.test(part)) return 'it has a character in it that file names cannot have';
  if (/[. ]$/.test(part) || DEVICE.test(part)) return 'it cannot be a name on every system';
  return null;
}
