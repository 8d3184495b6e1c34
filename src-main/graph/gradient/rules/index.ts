/** The table of gradient rules by op; the walker looks rules up here and nowhere else. */
import type { OpName } from '../../ops/index.ts';
import type { GradientRule } from '../rule.ts';
import { ELEMENTWISE_RULES } from './elementwise.ts';
import { LAYOUT_RULES } from './layout.ts';
import { MATHS_RULES } from './maths.ts';

export const RULES: Readonly<Partial<Record<OpName, GradientRule>>> = {
  ...ELEMENTWISE_RULES,
  ...LAYOUT_RULES,
  ...MATHS_RULES,
};
