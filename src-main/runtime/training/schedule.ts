/** The learning rate of each step: linear warm-up, then half a cosine to 0, by transformers' rules (5.x). */

/**
 * Warm-up as transformers reads `warmup_steps`: from 1 on a number of steps, below it a share of all, rounded up
 * (`TrainingArguments.get_warmup_steps`).
 */
export function warmupSteps(warmup: number, steps: number): number {
  return warmup >= 1 ? Math.trunc(warmup) : Math.ceil(steps * warmup);
}

/**
 * The factor of the learning rate (`get_cosine_schedule_with_warmup`, half a cycle).
 * @param step counted from 0: with a warm-up the first step's rate is 0
 */
export function cosineWithWarmup(step: number, warmup: number, steps: number): number {
  if (step < warmup) return step / Math.max(1, warmup);
  const progress = (step - warmup) / Math.max(1, steps - warmup);
  return Math.max(0, 0.5 * (1 + Math.cos(Math.PI * 0.5 * 2 * progress)));
}
