/** The forms of benchmarks, the most particular first. */
import type { Form } from '../form.ts';
import { chartqa } from './chartqa.ts';
import { docvqa } from './docvqa.ts';
import { gqa } from './gqa.ts';
import { hrbench } from './hrbench.ts';
import { mmeRealworld, mmeRealworldTable } from './mme-realworld.ts';
import { ocrbench } from './ocrbench.ts';
import { pope } from './pope.ts';
import { textvqa } from './textvqa.ts';
import { vqa } from './vqa.ts';
import { vstar } from './vstar.ts';
import { zoombench } from './zoombench.ts';

export const BENCHMARKS: readonly Form[] = [
  textvqa,
  vqa,
  docvqa,
  gqa,
  pope,
  vstar,
  hrbench,
  mmeRealworld,
  mmeRealworldTable,
  zoombench,
  chartqa,
  ocrbench,
];
