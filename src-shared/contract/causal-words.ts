/**
 * What a causal check says in plain words, on the page and at the command line alike. The verdict is the likelihoods'
 * (`kernels/measures/causal-effect.ts`); answers that were generated are only told beside it, and nothing is claimed that the numbers
 * do not carry.
 */
import { counted } from './counts.ts';
import { CONTROLS_LEAST, DEPENDS, GUESS, type CausalKind } from '../kernels/measures/causal-effect.ts';
import type { CausalCheck, VariantName } from './inspect.ts';

export interface CausalVerdict {
  readonly kind: CausalKind | 'unscored';
  /** The first is the verdict; the others add to it. */
  readonly sentences: readonly string[];
}

/** @param truth the answer that came with the data; null: none */
export function causalVerdict(check: CausalCheck, truth: string | null = null): CausalVerdict {
  const { effect, scored } = check;
  const beside = [...wrong(check, truth), ...generated(check)];
  if (!effect) {
    const why = `“${shorten(scored.answer)}” has no tokens to score, so there is nothing to compare`;
    return { kind: 'unscored', sentences: [`${why}.`, ...beside] };
  }
  const { kind } = effect;
  const alone = kind === 'guessing' || effect.size === null ? [] : only(check);
  return { kind, sentences: [said(check), ...beside, ...alone] };
}

/** What the numbers are of and what they cannot say; for the small print. */
export function causalSmallPrint({ controls }: CausalCheck): string {
  if (controls.length === 0) return 'The picture has no room for another box of this size.';
  const n = controls.length + 1;
  return `${boxes(controls.length)} of the same size, placed at random outside the region, ${
    controls.length === 1 ? 'is the control' : 'are the controls'
  }: a comparison, not a proof. Of ${counted(n, 'box', 'boxes')} that matter equally, a given one ranks first once in ${n} checks.`;
}

function said(check: CausalCheck): string {
  const { effect, scored, controls } = check;
  const { kind, drop, rank, size } = effect!;
  const answer = `“${shorten(scored.answer)}”`;
  if (kind === 'guessing') {
    const p = guessWords(check);
    return scored.given
      ? `The model does not hold the answer it was given: ${answer} has ${p}. What hiding a region does to that says nothing of where it looks.`
      : `The model was guessing: ${answer} has ${p}. What hiding a region does to a guess says nothing of where it looks.`;
  }
  const region = `Hiding the region makes ${answer} ${changeWords(drop)} (${probabilities(check)})`;
  if (kind === 'few_controls') {
    const room = controls.length === 0 ? 'no other box' : `only ${boxes(controls.length)}`;
    return `${region}. The picture has room for ${room} of that size, ${CONTROLS_LEAST} are needed to tell what this region does from what hiding any does.`;
  }
  const others = `hiding ${boxes(controls.length)} of the same size ${rangeWords(check)}`;
  const place = `rank ${rank} of ${controls.length + 1}, ${sizeWords(size!)}`;
  if (kind === 'depends')
    return `${region}; ${others} (${place}): the answer depends on this region more than on those.`;
  if (kind === 'unclear') {
    const short =
      size! < DEPENDS.size
        ? `${DEPENDS.size} spreads are asked for`
        : `${DEPENDS.factor} times are asked for`;
    return `${region}; ${others} (${place}): more than any of them, but not clearly (${short}).`;
  }
  return `${region}; ${others} (${place}): this does not show that the answer depends on the region.`;
}

function guessWords({ scored, variants }: CausalCheck): string {
  const logProb = variants.find(({ name }) => name === 'whole')!.logProb!;
  if (scored.tokens >= GUESS.longFrom) {
    return `${formatProbability(logProb / scored.tokens)} a token on average (below ${percentOf(GUESS.perToken)})`;
  }
  return `a probability of ${formatProbability(logProb)} (below ${percentOf(GUESS.answer)})`;
}

/** What the answer generated from the picture with the region hidden is: told, not judged. */
function generated(check: CausalCheck): string[] {
  const [whole, hidden] = [answerOf(check, 'whole'), answerOf(check, 'hidden')];
  if (whole === null || hidden === null) return [];
  return plain(whole) === plain(hidden)
    ? [`With the region hidden the model still answers “${shorten(whole.trim())}”.`]
    : [
        `With the region hidden the model answers “${shorten(hidden.trim())}” instead of “${shorten(whole.trim())}”.`,
      ];
}

function wrong({ scored }: CausalCheck, truth: string | null): string[] {
  if (truth === null || plain(truth) === plain(scored.answer)) return [];
  return [`The data’s answer is another one: “${shorten(truth.trim())}”.`];
}

function only(check: CausalCheck): string[] {
  const [alone, other] = [logProbOf(check, 'only'), logProbOf(check, 'controlOnly')];
  if (alone === null) return [];
  const beside = other === null ? '' : `, ${formatProbability(other)} with nothing but another box`;
  return [`With nothing but the region its probability is ${formatProbability(alone)}${beside}.`];
}

function probabilities(check: CausalCheck): string {
  return `${formatProbability(logProbOf(check, 'whole')!)} → ${formatProbability(logProbOf(check, 'hidden')!)}`;
}

/** `3.4 times less likely`, `1.2 times more likely`, `neither more nor less likely`. */
function changeWords(drop: number): string {
  const factor = Math.exp(Math.abs(drop));
  if (Number(factor.toFixed(2)) === 1) return 'neither more nor less likely';
  return `${formatTimes(factor)} ${drop > 0 ? 'less' : 'more'} likely`;
}

function rangeWords({ effect }: CausalCheck): string {
  const drops = [...effect!.controlDrops].sort((a, b) => a - b);
  return `makes it ${changeWords(drops[0]!)} to ${changeWords(drops.at(-1)!)}`;
}

function sizeWords(size: number): string {
  return `${Math.abs(size).toFixed(1)} spreads ${size >= 0 ? 'above' : 'below'} their mean`;
}

function boxes(count: number): string {
  return `${count} other ${count === 1 ? 'box' : 'boxes'}`;
}

function logProbOf({ variants }: CausalCheck, wanted: VariantName): number | null {
  return variants.find(({ name }) => name === wanted)?.logProb ?? null;
}

function answerOf({ variants }: CausalCheck, wanted: VariantName): string | null {
  return variants.find(({ name }) => name === wanted)?.answer ?? null;
}

/** `3.4 times`, `120 times`, `more than a million times`. */
export function formatTimes(factor: number): string {
  if (factor > 1e6) return 'more than a million times';
  const digits = factor < 1.1 ? 2 : 1;
  return `${factor < 10 ? Number(factor.toFixed(digits)) : Math.round(factor).toLocaleString('en-US')} times`;
}

/** A log-probability as a probability people can compare: `62%`, `0.040%`, `1.2e-9`. */
export function formatProbability(logProb: number): string {
  const p = Math.exp(logProb);
  if (p >= 0.1) return `${(p * 100).toFixed(0)}%`;
  if (p >= 1e-4) return `${(p * 100).toPrecision(2)}%`;
  return logProb < -690 ? '≈ 0' : p.toExponential(1);
}

function percentOf(share: number): string {
  return `${share * 100}%`;
}

/** Answers are compared without regard to case, space at the ends, and a full stop. */
export function plain(answer: string): string {
  return answer.trim().replace(/\s+/g, ' ').replace(/\.$/, '').toLowerCase();
}

function shorten(answer: string): string {
  return answer.length > 40 ? `${answer.slice(0, 39).trimEnd()}…` : answer;
}
