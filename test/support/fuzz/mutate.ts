/** Damage, by seed: the ways files get broken, and the ways someone breaks them on purpose. */
export type Random = () => number;

export const below = (random: Random, n: number): number => Math.floor(random() * n);
export const pick = <T>(random: Random, list: readonly T[]): T => list[below(random, list.length)] as T;

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Values at which parsers, counters and allocators stumble. */
const NASTY: readonly ((random: Random) => Json)[] = [
  () => null,
  () => true,
  () => '',
  () => [],
  () => ({}),
  (random) =>
    pick(random, [0, -1, 1, 0.5, 2 ** 31, 2 ** 32, -(2 ** 31), 1e9, 1e12, 2 ** 53, 1e300, -1e300, 1e-300]),
  (random) =>
    pick(random, ['NaN', '-1', '../../etc/passwd', '/', '\0', '\ud800', '﻿', '__proto__', 'F32', 'I64']),
  (random) => '🙂'.repeat(1 + below(random, 5000)),
  (random) => new Array<Json>(1 + below(random, 3000)).fill(below(random, 1e6)),
  (random) => new Array<Json>(1 + below(random, 60)).fill(2 ** 40),
  (random) => nested(1 + below(random, 3000)),
  (random) => JSON.parse(`{"__proto__":{"a":[1]},"constructor":${below(random, 9)},"toString":""}`) as Json,
];

/** JSON text with one to three of its values, keys or bytes changed. */
export function mutateJson(text: string, random: Random): string {
  if (random() < 0.25) return mutateText(text, random);
  let value = JSON.parse(text) as Json;
  for (let n = 1 + below(random, 3); n > 0; n--) value = change(value, random);
  // JSON has no Infinity; a number too large for a double reads as one.
  return JSON.stringify(value).replaceAll('1e+300', random() < 0.5 ? '1e999' : '1e+300');
}

/** Text with a piece cut, doubled, overwritten, or bytes put in; not valid UTF-8 any more where chance wants it. */
export function mutateText(text: string, random: Random): string {
  return mutateBytes(Buffer.from(text), random).toString(random() < 0.2 ? 'latin1' : 'utf8');
}

export function mutateBytes(bytes: Buffer, random: Random, reach = bytes.length): Buffer {
  const at = below(random, Math.min(reach, bytes.length) + 1);
  const length = below(random, Math.min(64, bytes.length - at) + 1);
  const [head, piece, tail] = [
    bytes.subarray(0, at),
    bytes.subarray(at, at + length),
    bytes.subarray(at + length),
  ];
  switch (below(random, 8)) {
    case 0:
      return head;
    case 1:
      return Buffer.concat([head, tail]);
    case 2:
      return Buffer.concat([head, piece, piece, piece, tail]);
    case 3:
      return Buffer.concat([head, noise(length, random), tail]);
    case 4:
      return Buffer.concat([
        head,
        Buffer.from(pick(random, ['[', '{"a":', '"', '\\', '9'.repeat(400)]).repeat(below(random, 3000))),
        tail,
      ]);
    case 5:
      return Buffer.concat([noise(below(random, 9), random), bytes]);
    case 6: {
      const copy = Buffer.from(bytes);
      for (let n = 1 + below(random, 8); n > 0; n--) {
        const i = below(random, Math.min(reach, copy.length));
        copy[i] = (copy[i] ?? 0) ^ (1 << below(random, 8));
      }
      return copy;
    }
    default:
      return random() < 0.1 ? Buffer.alloc(0) : Buffer.concat([bytes, noise(below(random, 40), random)]);
  }
}

function noise(length: number, random: Random): Buffer {
  return Buffer.from(Array.from({ length }, () => below(random, 256)));
}

function nested(depth: number): Json {
  let value: Json = 1;
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { a: value };
  return value;
}

/** A copy with one change somewhere in it. */
function change(value: Json, random: Random): Json {
  if (value === null || typeof value !== 'object' || random() < 0.02) return replacement(value, random);
  if (Array.isArray(value)) {
    if (value.length === 0) return replacement(value, random);
    const i = below(random, value.length);
    const copy = [...value];
    const kind = below(random, 10);
    if (kind === 0) copy.splice(i, 1);
    else if (kind === 1) copy.splice(i, 0, copy[below(random, copy.length)] as Json);
    else if (kind === 2) copy.length = i;
    else copy[i] = change(copy[i] as Json, random);
    return copy;
  }
  const keys = Object.keys(value);
  if (keys.length === 0) return replacement(value, random);
  const key = pick(random, keys);
  const copy: { [key: string]: Json } = { ...value };
  const kind = below(random, 12);
  if (kind === 0) delete copy[key];
  else if (kind === 1) copy[pick(random, keys)] = value[key] as Json;
  else if (kind === 2) {
    delete copy[key];
    copy[pick(random, ['', key + 'x', '__proto__x', key.toUpperCase(), key.repeat(500)])] = value[
      key
    ] as Json;
  } else copy[key] = kind < 6 ? replacement(value[key] as Json, random) : change(value[key] as Json, random);
  return copy;
}

/** Something else in a value's place: near it, or one of the nasty ones. */
function replacement(value: Json, random: Random): Json {
  if (typeof value === 'number' && random() < 0.5) {
    return pick(random, [value + 1, value - 1, -value, value * 2, value / 2, value * 1e6, value + 0.5]);
  }
  if (typeof value === 'boolean' && random() < 0.7) return !value;
  if (typeof value === 'string' && random() < 0.4) return mutateText(value, random);
  return pick(random, NASTY)(random);
}
