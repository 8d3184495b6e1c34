/** The next opcode of a pickle, with the bytes of its own argument or length there to be read. */
import type { PickleBytes } from './bytes.ts';
import { type Opcode, OPCODES, REFUSED } from './opcodes.ts';
import { PickleError } from './pickle-error.ts';

/** An opcode, and the longest length behind it. */
const LONGEST = 9;

/** @throws PickleError for one that is not read, and where the file ends before it says so */
export async function opcodeAt(bytes: PickleBytes): Promise<Opcode> {
  // Near the end of the file fewer are left, which reading them notices.
  if (!bytes.has(LONGEST)) await bytes.fill(LONGEST);
  const byte = bytes.uint(1);
  const opcode = OPCODES[byte];
  if (opcode) return opcode;
  const refused = REFUSED[byte];
  if (refused) throw new PickleError('it holds something that is not a plain value', refused);
  throw new PickleError('it is no pickle of protocol 2 to 5', `byte 0x${byte.toString(16).padStart(2, '0')}`);
}
