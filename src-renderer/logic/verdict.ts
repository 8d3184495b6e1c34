/**
 * What a causal check says in plain words. It compares answers, and how likely the first answer is, with a region
 * hidden or alone and with a box of equal size elsewhere; it claims no more than that shows.
 */
import type { CausalCheck, VariantName } from '../../src-shared/contract/inspect.ts';

export interface Verdict {
  /** `depends`: hiding the region changes the answer and hiding the control box does not. */
  readonly kind: 'depends' | 'unclear' | 'not_shown';
  /** The first is the verdict; the others add to it. */
  readonly sentences: readonly string[];
}

/** A change of likelihood below this factor goes unsaid. */
const NOTABLE = 2;

export function verdictOf(check: CausalCheck): Verdict {
  const says = (name: VariantName): string | null => {
    const found = check.variants.find((variant) => variant.name === name);
    return found ? plain(found.answer) : null;
  };
  const whole = says('whole');
  const changes = (name: VariantName): boolean => says(name) !== null && says(name) !== whole;
  const controlled = check.control !== null;
  const hidden = changes('hidden');
  const controlHidden = changes('controlHidden');
  const kind = !hidden ? 'not_shown' : controlHidden || !controlled ? 'unclear' : 'depends';
  return {
    kind,
    sentences: [hiding(hidden, controlHidden, controlled), ...likelihood(check), only(check, changes)],
  };
}

function hiding(hidden: boolean, controlHidden: boolean, controlled: boolean): string {
  if (!hidden) {
    return 'The answer stays the same when the region is hidden: this does not show that it depends on the region.';
  }
  if (!controlled) {
    return 'The answer changes when the region is hidden. The picture has no room for a box of equal size elsewhere, so hiding that much of it might change the answer wherever it is.';
  }
  return controlHidden
    ? 'The answer changes when the region is hidden, but also when a box of equal size elsewhere is: this does not show that it depends on this region.'
    : 'The answer changes when the region is hidden, and stays when a box of equal size elsewhere is: it depends on this region.';
}

/** How many times less likely hiding makes the scored answer, beside what hiding the control box does. */
function likelihood(check: CausalCheck): string[] {
  const drop = timesLess(check, 'hidden');
  if (drop === null || drop < NOTABLE) return [];
  const control = timesLess(check, 'controlHidden');
  const beside =
    control === null
      ? ''
      : control >= NOTABLE
        ? `, hiding the other box ${formatTimes(control)}`
        : ', hiding the other box hardly changes it';
  return [
    `Hiding the region makes “${shorten(check.scored.answer)}” ${formatTimes(drop)} less likely${beside}.`,
  ];
}

function only(check: CausalCheck, changes: (name: VariantName) => boolean): string {
  if (changes('only')) {
    return 'With nothing but the region the answer changes: the model uses more of the picture than the region.';
  }
  return check.control !== null && !changes('controlOnly')
    ? 'With nothing but the region the answer stays, but it also stays with nothing but the other box: the question alone may be enough.'
    : 'With nothing but the region the answer stays: the region is enough for it.';
}

/** p(whole) / p(variant) of the scored answer; null where one is not known. */
export function timesLess(check: CausalCheck, name: VariantName): number | null {
  const of = (wanted: VariantName) =>
    check.variants.find((variant) => variant.name === wanted)?.logProb ?? null;
  const [whole, variant] = [of('whole'), of(name)];
  return whole === null || variant === null ? null : Math.exp(whole - variant);
}

/** `3.4 times`, `120 times`, `more than a million times`. */
export function formatTimes(factor: number): string {
  if (factor > 1e6) return 'more than a million times';
  return `${factor < 10 ? Number(factor.toFixed(1)) : Math.round(factor).toLocaleString('en-US')} times`;
}

/** A log-probability as a probability people can compare: `62%`, `0.04%`, `1.2e-9`. */
export function formatProbability(logProb: number): string {
  const p = Math.exp(logProb);
  if (p >= 0.1) return `${(p * 100).toFixed(0)}%`;
  if (p >= 1e-4) return `${Number((p * 100).toPrecision(2))}%`;
  return logProb < -690 ? '≈ 0' : p.toExponential(1);
}

/** Answers are compared without regard to case, space at the ends, and a full stop. */
export function plain(answer: string): string {
  return answer.trim().replace(/\s+/g, ' ').replace(/\.$/, '').toLowerCase();
}

function shorten(answer: string): string {
  return answer.length > 40 ? `${answer.slice(0, 39).trimEnd()}…` : answer;
}
