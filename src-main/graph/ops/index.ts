/** The op table: every op a graph may hold. Builder, verifier and writer look ops up here and nowhere else. */
import { ELEMENTWISE } from './elementwise.ts';
import { LAYOUT } from './layout.ts';
import { MATHS } from './maths.ts';
import type { OpSpec } from './spec.ts';

const TABLE = { ...ELEMENTWISE, ...LAYOUT, ...MATHS } as const;

export type OpName = keyof typeof TABLE;

export const OPS: Readonly<Record<OpName, OpSpec>> = TABLE;
