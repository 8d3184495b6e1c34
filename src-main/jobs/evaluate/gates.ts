/**
 * Which crops could have been left out: each gated method's crop taken only where a signal says that it is needed (kernels/gate). The
 * threshold is chosen on one half of the pictures and measured on the other, so that what is reported was not chosen by.
 */
import {
  GATED,
  type Gate,
  type Method,
  type MethodNumbers,
} from '../../../src-shared/contract/evaluation.ts';
import { bestPoint, gateCurve, thinned, type GatedSample } from '../../../src-shared/kernels/gate/curve.ts';
import { GATE_SIGNALS, passesGate, type GateSignal } from '../../../src-shared/kernels/gate/signals.ts';
import { splitGroups } from '../../../src-shared/kernels/split-groups.ts';
import { proportion } from '../../../src-shared/kernels/statistics/proportion.ts';
import { SumsInOrder } from '../../../src-shared/kernels/statistics/sums.ts';
import type { PassedResult } from '../../store/evaluations/pass.ts';
import { accuracyOf, found, Paired, untested } from './count.ts';

/** Points of a curve that are shown. */
const SHOWN = 48;
/** Pictures are dealt to the halves by it. */
const SEED = 0;
/** Each half has so many pictures at least: fewer say nothing of how far others would be off. */
const FEWEST = 2;

/** Signals of which the method itself knows; the others are the first answer's, and serve every crop. */
const OWN: readonly GateSignal[] = ['peak', 'trained'];

interface Sample extends GatedSample {
  readonly picture: number;
}

export class GateCount {
  readonly #samples = new Map<string, Sample[]>();

  /** @param results of one sample; samples come in the order of their pictures */
  add(picture: number, results: readonly PassedResult[]): void {
    const alone = results.find(({ method }) => method === 'alone');
    if (!alone || alone.score === null) return;
    for (const result of results) {
      const method = GATED.find((one) => one === result.method);
      if (!method || result.score === null) continue;
      for (const signal of GATE_SIGNALS) {
        const need = (OWN.includes(signal) ? result : alone)[signal];
        if (need === null) continue;
        const key = keyOf(method, signal);
        const samples = this.#samples.get(key);
        const sample = { picture, need, alone: alone.score, crop: result.score };
        if (samples) samples.push(sample);
        else this.#samples.set(key, [sample]);
      }
    }
  }

  /** In the order of methods and signals. */
  gates(): Gate[] {
    return GATED.flatMap((method) =>
      GATE_SIGNALS.flatMap((signal) => {
        const samples = this.#samples.get(keyOf(method, signal));
        return (samples && gateOf(method, signal, samples)) ?? [];
      }),
    );
  }
}

function keyOf(method: Method, signal: GateSignal): string {
  return `${method} ${signal}`;
}

function gateOf(method: Method, signal: GateSignal, samples: readonly Sample[]): Gate | null {
  const halves = halvesOf(samples);
  if (!halves) return null;
  const [chosenBy, measured] = halves;
  const { threshold } = bestPoint(gateCurve(chosenBy));
  const sums = {
    crops: new SumsInOrder(),
    gated: new SumsInOrder(),
    crop: new SumsInOrder(),
    alone: new SumsInOrder(),
  };
  const [againstAlways, againstAlone] = [new Paired(), new Paired()];
  for (const { picture, need, alone, crop } of measured) {
    const taken = threshold !== null && passesGate(need, threshold);
    const gated = taken ? crop : alone;
    sums.crops.add(picture, taken ? 1 : 0);
    sums.gated.add(picture, gated);
    sums.crop.add(picture, crop);
    sums.alone.add(picture, alone);
    againstAlways.add(picture, gated, crop);
    againstAlone.add(picture, gated, alone);
  }
  return {
    method,
    signal,
    threshold,
    chosenOn: chosenBy.length,
    crops: found(proportion(sums.crops.sums())),
    accuracy: found(accuracyOf(sums.gated.sums())),
    always: found(accuracyOf(sums.crop.sums())),
    alone: found(accuracyOf(sums.alone.sums())),
    againstAlways: untested(againstAlways.difference()),
    againstAlone: untested(againstAlone.difference()),
    relative: null,
    curve: thinned(gateCurve(samples), SHOWN).map(({ score, ...point }) => ({
      ...point,
      // Sums of shares can leave their range by a rounding.
      score: Math.min(1, Math.max(0, score)),
    })),
  };
}

/** With the speed that follows from what the looks cost; `methods` have their costs. */
export function withSpeeds(gates: readonly Gate[], methods: readonly MethodNumbers[]): Gate[] {
  const alone = methods.find(({ method }) => method === 'alone')?.throughput;
  return gates.map((gate) => {
    const own = methods.find(({ method }) => method === gate.method);
    if (!alone || !own?.throughput || !own.times || !gate.crops) return gate;
    const [first, crop, share] = [1 / alone.perSecond, 1 / own.throughput.perSecond, gate.crops.value];
    const asking = own.times.rpn / 1000;
    // By the answer: it is made first, whatever follows. By the RPN: who gets no crop is asked about it all the same.
    const whole = OWN.includes(gate.signal)
      ? share * crop + (1 - share) * (first + asking)
      : first + share * crop;
    return { ...gate, relative: first / whole };
  });
}

/** Two halves of the samples, no picture in both; null: there are not enough pictures. */
function halvesOf(samples: readonly Sample[]): readonly [Sample[], Sample[]] | null {
  const sizes = new Map<number, number>();
  for (const { picture } of samples) sizes.set(picture, (sizes.get(picture) ?? 0) + 1);
  if (sizes.size < 2 * FEWEST) return null;
  const given = splitGroups(
    [...sizes.values()].map((size) => ({ size, stratum: '' })),
    [1, 1],
    SEED,
  );
  const halfOf = new Map([...sizes.keys()].map((picture, i) => [picture, given[i]!]));
  const halves: [Sample[], Sample[]] = [[], []];
  for (const sample of samples) halves[halfOf.get(sample.picture) as 0 | 1].push(sample);
  const enough = halves.every((half) => new Set(half.map(({ picture }) => picture)).size >= FEWEST);
  return enough ? halves : null;
}
