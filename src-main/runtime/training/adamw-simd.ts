/**
 * The loop of AdamW (adamw.ts) on four numbers at once, as a WebAssembly module that is put together here: JavaScript has no
 * float32 arithmetic but float64's rounded, and takes ten times as long. Tensors pass through its memory in pieces that
 * stay in the processor's cache.
 */

/** float32 numbers of each array that fit its memory at once, 64 KB: with four arrays a page of 256 KB. */
export const PIECE = 1 << 14;
const ARRAY_BYTES = 4 * PIECE;

/** What the loop is called with, in order; all float32 but the first. */
export type SimdLoop = (
  bytes: number,
  mean: number,
  clip: number,
  share1: number,
  share2: number,
  decay2: number,
  correction: number,
  least: number,
  size: number,
  kept: number,
) => void;

export interface Simd {
  readonly loop: SimdLoop;
  /** Its memory: weights, gradients, first and second moments, {@link PIECE} of each. */
  readonly weight: Float32Array;
  readonly gradient: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** The part of WebAssembly's interface that is used: Node's types leave its values out. */
declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => {
    readonly exports: { readonly memory: { readonly buffer: ArrayBuffer }; readonly loop: SimdLoop };
  };
};

type Code = readonly number[];

/** A whole number as WebAssembly writes it (LEB128). */
function leb(value: number): Code {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

const sized = (bytes: Code): Code => [...leb(bytes.length), ...bytes];
const section = (id: number, bytes: Code): Code => [id, ...sized(bytes)];
const name = (text: string): Code => sized([...new TextEncoder().encode(text)]);

/** Types of values (WebAssembly core specification 2.0, 5.3; vectors 5.4.8; relaxed ones of 3.0). */
const I32 = 0x7f;
const F32 = 0x7d;
const V128 = 0x7b;
const vector = (opcode: number): Code => [0xfd, ...leb(opcode)];
const SPLAT = vector(0x13);
const SQRT = vector(0xe3);
const ADD = vector(0xe4);
const SUB = vector(0xe5);
const MUL = vector(0xe6);
const DIV = vector(0xe7);
/** a·b + c; `fused` (below) makes sure that it is rounded once. */
const MADD = vector(0x105);

const get = (local: number): Code => [0x20, ...leb(local)];
const set = (local: number): Code => [0x21, ...leb(local)];

/** Places of the locals: the arguments, where in the arrays the loop stands, the arguments four times over, and three more. */
const BYTES = 0;
const ARGUMENTS = 9;
const AT = ARGUMENTS + 1;
const [MEAN, CLIP, SHARE1, SHARE2, DECAY2, CORRECTION, LEAST, SIZE, KEPT] = [
  11, 12, 13, 14, 15, 16, 17, 18, 19,
] as const;
const [G, M, V] = [20, 21, 22] as const;

const load = (array: number): Code => [...get(AT), ...vector(0), 4, ...leb(array * ARRAY_BYTES)];
const store = (array: number, value: Code): Code => [
  ...get(AT),
  ...value,
  ...vector(0x0b),
  4,
  ...leb(array * ARRAY_BYTES),
];
const [WEIGHT, GRADIENT, FIRST, SECOND] = [0, 1, 2, 3] as const;

const mul = (a: Code, b: Code): Code => [...a, ...b, ...MUL];
const div = (a: Code, b: Code): Code => [...a, ...b, ...DIV];
const add = (a: Code, b: Code): Code => [...a, ...b, ...ADD];
const sub = (a: Code, b: Code): Code => [...a, ...b, ...SUB];
const madd = (a: Code, b: Code, c: Code): Code => [...a, ...b, ...c, ...MADD];

/** The same operations in the same order as the loop of adamw.ts, for a first share below one half. */
const STEP: Code = [
  ...mul(mul(load(GRADIENT), get(MEAN)), get(CLIP)),
  ...set(G),
  ...load(FIRST),
  ...set(M),
  ...madd(get(SHARE1), sub(get(G), get(M)), get(M)),
  ...set(M),
  ...madd(mul(get(SHARE2), get(G)), get(G), mul(load(SECOND), get(DECAY2))),
  ...set(V),
  ...store(FIRST, get(M)),
  ...store(SECOND, get(V)),
  ...store(
    WEIGHT,
    add(
      mul(load(WEIGHT), get(KEPT)),
      div(mul(get(SIZE), get(M)), add(div([...get(V), ...SQRT], get(CORRECTION)), get(LEAST))),
    ),
  ),
];

const LOOP: Code = [
  ...Array.from({ length: ARGUMENTS }, (_, i) => [...get(1 + i), ...SPLAT, ...set(MEAN + i)]).flat(),
  ...[0x03, 0x40], // loop
  ...STEP,
  ...[...get(AT), 0x41, 16, 0x6a, 0x22, AT], // at += 16
  ...[...get(BYTES), 0x48, 0x0d, 0], // again while at < bytes
  ...[0x0b, 0x0b],
];

function moduleBytes(): Uint8Array {
  const parameters: Code = [I32, ...Array.from({ length: ARGUMENTS }, () => F32)];
  const locals: Code = [2, 1, I32, V - AT, V128];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, ...sized(parameters), 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 1, 4, 4]), // memory: four pages of 64 KB, never more
    ...section(7, [2, ...name('memory'), 2, 0, ...name('loop'), 0, 0]),
    ...section(10, [1, ...sized([...locals, ...LOOP])]),
  ]);
}

let made: Simd | null | undefined;

/** The loop, or null where the processor or the engine lacks what it takes; then plain JavaScript gives the same numbers. */
export function simd(): Simd | null {
  return (made ??= make());
}

function make(): Simd | null {
  const bytes = moduleBytes();
  if (!WebAssembly.validate(bytes)) return null;
  const { memory, loop } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  const array = (i: number): Float32Array => new Float32Array(memory.buffer, i * ARRAY_BYTES, PIECE);
  const found: Simd = {
    loop,
    weight: array(WEIGHT),
    gradient: array(GRADIENT),
    first: array(FIRST),
    second: array(SECOND),
  };
  return fused(found) ? found : null;
}

/** Whether its multiply-adds are rounded once: (1 + 2⁻¹²)² − 1 − 2⁻¹¹ is 2⁻²⁴ then, and 0 where the square is rounded first. */
function fused({ loop, weight, gradient, first, second }: Simd): boolean {
  for (const array of [weight, first, second]) array.fill(0, 0, 4);
  gradient.fill(1 + 2 ** -12, 0, 4);
  second.fill(-1 - 2 ** -11, 0, 4);
  loop(16, 1, 1, 0, 1, 1, 1, 1, 0, 1);
  return second.subarray(0, 4).every((value) => value === 2 ** -24);
}
