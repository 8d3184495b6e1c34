/** Whether a device can be used at all: found out by having it add two numbers. */
import { GraphBuilder } from '../../graph/builder.ts';
import type { SessionSettings } from '../device.ts';
import { Session } from '../session.ts';

export async function deviceIsThere(settings: SessionSettings): Promise<boolean> {
  const b = new GraphBuilder('device');
  const x = b.input('x', 'float32', [1]);
  b.output('y', b.binary('Add', x, x));
  let session: Session | null = null;
  try {
    session = await Session.open(b.finish(), { ...settings, quiet: true });
    const { y } = await session.run({ x: [Float32Array.of(2), [1]] });
    return y?.data[0] === 4;
  } catch {
    // Why it cannot is said where a person asks for it by name.
    return false;
  } finally {
    await session?.release();
  }
}
