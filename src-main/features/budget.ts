/** How much room kept features may take: what somebody said last, for everybody who says nothing. */
import { join } from 'node:path';
import { z } from 'zod';
import { readSmallText } from '../files/plain-file.ts';
import { putFile } from './disk.ts';

/** 20 GB. */
export const DEFAULT_BUDGET_BYTES = 20e9;

const FILE = 'budget.json';
const budgetSchema = z.object({ bytes: z.number().int().positive() });

/** What was said last for this folder, or {@link DEFAULT_BUDGET_BYTES}. */
export async function rememberedBudget(root: string): Promise<number> {
  const text = await readSmallText(join(root, FILE), 1024);
  try {
    return budgetSchema.parse(JSON.parse(text ?? '')).bytes;
  } catch {
    return DEFAULT_BUDGET_BYTES;
  }
}

/** @throws FoveaError `no_space`, `read_only`, `io` */
export async function rememberBudget(root: string, bytes: number): Promise<void> {
  await putFile(root, FILE, Buffer.from(`${JSON.stringify({ bytes: Math.round(bytes) })}\n`));
}
