/**
 * Which half-precision dtypes a device holds as they are: found out by having it cast four numbers. A graphics card
 * without 16-bit floats (WebGPU's optional feature shader-f16; SwiftShader lacks it) fails this one graph, and its weights
 * become float32 copies then. The arithmetic is float32 either way: float16 sums lose digits, and the activations of
 * large models grow beyond 65504.
 */
import { ONNX_DTYPE } from '../graph/dtypes.ts';
import type { Graph, Initializer } from '../graph/types.ts';
import type { WeightRef } from '../graph/weights.ts';
import type { Device, SessionSettings } from './device.ts';
import { Session } from './session.ts';

type HalfDtype = Exclude<WeightRef['dtype'], 'F32'>;

/** 1, −2, 0.5 and 1024 in each dtype. */
const BITS: Readonly<Record<HalfDtype, readonly number[]>> = {
  F16: [0x3c00, 0xc000, 0x3800, 0x6400],
  BF16: [0x3f80, 0xc000, 0x3f00, 0x4480],
};
const NUMBERS = [1, -2, 0.5, 1024];
const NAME = { F16: 'float16', BF16: 'bfloat16' } as const;

/** Dtypes worth asking for, per device. CoreML and the CPU have their own ways with weights. */
const ASKED: Readonly<Record<Device, readonly HalfDtype[]>> = {
  cpu: [],
  webgpu: ['F16'],
  cuda: ['F16', 'BF16'],
  dml: ['F16'],
  coreml: [],
};

/** `x` · (held numbers, cast) as a graph: `y` `[1, 4]` of `x` `[1, 1]`. */
function probeGraph(dtype: HalfDtype): Graph {
  const held: Initializer = {
    name: 'held',
    dtype: NAME[dtype],
    shape: [1, 4],
    data: { inline: Uint16Array.from(BITS[dtype]) },
    held: true,
  };
  const x = { name: 'x', dtype: 'float32', shape: [1, 1] } as const;
  const [cast, y] = ['cast', 'y'].map((name) => ({ name, dtype: 'float32', shape: [1, 4] }) as const);
  const outputs = y ? [y] : [];
  return {
    name: 'probe',
    inputs: [x],
    outputs,
    initializers: [held],
    nodes: [
      { op: 'Cast', inputs: ['held'], outputs: ['cast'], attributes: { to: ONNX_DTYPE.float32 } },
      { op: 'Mul', inputs: ['x', 'cast'], outputs: ['y'], attributes: {} },
    ],
    values: new Map([x, held, ...(cast ? [cast] : []), ...outputs].map((value) => [value.name, value])),
  };
}

async function holds(settings: SessionSettings, dtype: HalfDtype): Promise<boolean> {
  let session: Session | null = null;
  try {
    session = await Session.open(probeGraph(dtype), { ...settings, quiet: true });
    const { y } = await session.run({ x: [Float32Array.of(3), [1, 1]] });
    return NUMBERS.every((number, i) => y?.data[i] === 3 * number);
  } catch {
    // What is wrong with the device besides shows when the model itself is made.
    return false;
  } finally {
    await session?.release();
  }
}

/** Of the dtypes a checkpoint has, those that the device holds. */
export async function heldDtypes(
  settings: SessionSettings,
  stored: ReadonlySet<WeightRef['dtype']>,
): Promise<HalfDtype[]> {
  const held: HalfDtype[] = [];
  for (const dtype of ASKED[settings.device]) {
    if (stored.has(dtype) && (await holds(settings, dtype))) held.push(dtype);
  }
  return held;
}
