/**
 * The first walk over a pickle: which of the values that it numbers are asked for again. Python numbers every text, list
 * and array that it writes, and asks for few of them twice; whoever kept all would hold the whole file.
 */
import type { PickleBytes } from './bytes.ts';
import { opcodeAt } from './opcode-at.ts';
import { PickleError } from './pickle-error.ts';

/** Values asked for again; each is a number here. */
const AGAIN_MOST = 4_000_000;

/** Numbers of the values that are asked for again. @throws PickleError for what can be seen without making a value */
export async function askedAgain(bytes: PickleBytes): Promise<ReadonlySet<number>> {
  const again = new Set<number>();
  for (;;) {
    const { name, argument } = await opcodeAt(bytes);
    if (name === 'BINGET' || name === 'LONG_BINGET') {
      again.add(bytes.uint(name === 'BINGET' ? 1 : 4));
      if (again.size > AGAIN_MOST) throw new PickleError('its values refer to each other too often');
      continue;
    }
    switch (argument) {
      case 0:
        break;
      case 'two lines':
        await bytes.line();
        await bytes.line();
        break;
      case 'counted1':
        await bytes.skip(bytes.uint(1));
        break;
      case 'counted4':
        await bytes.skip(bytes.uint(4));
        break;
      case 'counted8':
        await bytes.skip(bytes.uint(8));
        break;
      default:
        await bytes.skip(argument);
    }
    if (name === 'STOP') return again;
  }
}
