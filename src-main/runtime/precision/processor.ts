/**
 * Which units for products of 8-bit numbers a processor says it has. Only Linux tells (`/proc/cpuinfo`, the flags that the
 * kernel lets programs use); elsewhere Node knows a name and no units, and only measuring says anything.
 */
import { readFileSync } from 'node:fs';

/** `matrix`: AMX or Arm's I8MM · `dot`: VNNI or Arm's dot products · `none` of them · `unknown`: the system does not say. */
export type Int8Units = 'matrix' | 'dot' | 'none' | 'unknown';

/** Flags as the kernel names them (x86 `flags`, arm64 `Features`). */
const MATRIX = ['amx_int8', 'i8mm'] as const;
const DOT = ['avx512_vnni', 'avx_vnni', 'asimddp'] as const;

export const UNIT_WORDS: Readonly<Record<Int8Units, string>> = {
  matrix: 'the processor has matrix units for 8 bits',
  dot: 'the processor has dot products of 8 bits',
  none: 'the processor has no units for 8 bits',
  unknown: 'the system does not say what the processor has',
};

/** @param cpuinfo the text of `/proc/cpuinfo`; null: there is none */
export function unitsIn(cpuinfo: string | null): Int8Units {
  const line = cpuinfo === null ? null : /^(?:flags|Features)\s*:(.*)$/m.exec(cpuinfo);
  if (!line) return 'unknown';
  const flags = new Set((line[1] ?? '').trim().split(/\s+/));
  if (MATRIX.some((flag) => flags.has(flag))) return 'matrix';
  return DOT.some((flag) => flags.has(flag)) ? 'dot' : 'none';
}

/** Of this machine. */
export function int8Units(): Int8Units {
  try {
    return unitsIn(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return 'unknown';
  }
}
