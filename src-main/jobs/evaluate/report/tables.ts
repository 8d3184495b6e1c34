/** The report's tables. */
import { formatBytes } from '../../../../src-shared/contract/counts.ts';
import {
  MEANS,
  SLICES,
  STAGES,
  type DifferenceFound,
  type EvaluationTable,
  type MethodNumbers,
} from '../../../../src-shared/contract/evaluation.ts';
import {
  chance,
  gateWords,
  isDifferent,
  MEAN_WORDS,
  meanInterval,
  METHOD_WORDS,
  points,
  share,
  shareInterval,
  signedMean,
  SIGNAL_WORDS,
  SLICE_WORDS,
  sliceWords,
} from '../../../../src-shared/contract/words/evaluation.ts';
import { markup, type Html } from './markup.ts';

const NONE = markup`<td class="number">–</td>`;
const number = (text: string | number): Html => markup`<td class="number">${text}</td>`;
const head = (text: string): Html => markup`<th class="number">${text}</th>`;

/** Right answers and what became of those of the picture alone. */
export function methodTable({ methods }: EvaluationTable): Html {
  const rows = methods.map(({ method, accuracy, gain, outcomes, failed, throughput }) => {
    const { name, does } = METHOD_WORDS[method];
    const [fixed, broken] =
      method === 'alone' ? [NONE, NONE] : [number(outcomes.fixed), number(outcomes.broken)];
    const speed = throughput?.relative;
    return markup`<tr><th>${name}<br /><small class="quiet">${does}</small></th>${accuracy ? number(shareInterval(accuracy)) : NONE}${gain ? differenceCell(gain, points) : NONE}${fixed}${broken}${number(failed)}${speed ? number(`${speed.toFixed(2)}×`) : NONE}</tr>`;
  });
  return markup`<div class="wide"><table><tr><th>Method</th>${head('Right')}${head('Against alone, points')}${head('Fixed')}${head('Broken')}${head('Failed')}${head('Speed')}</tr>${rows}</table></div>`;
}

/** A difference that is more than luck stands out, in words and weight. */
function differenceCell(difference: DifferenceFound, words: (value: number) => string): Html {
  const { value, low, high, p, adjusted } = difference;
  const text = `${words(value)} (${words(low)} to ${words(high)}), ${chance(adjusted ?? p)}`;
  return isDifferent(difference) ? markup`<td class="number differs">${text}</td>` : number(text);
}

/** What a gate saves, on the half of the pictures that its threshold was not chosen on. */
export function gateTable({ gates }: EvaluationTable): Html {
  const rows = gates.map((gate) => {
    const { method, signal, crops, accuracy, always, alone, againstAlways, relative } = gate;
    const shared = (one: typeof crops): Html => (one ? number(shareInterval(one)) : NONE);
    return markup`<tr><th>${METHOD_WORDS[method].name}<br /><small class="quiet">${SIGNAL_WORDS[signal].name}</small></th><td>${gateWords(gate)}</td>${shared(crops)}${shared(accuracy)}${shared(always)}${shared(alone)}${againstAlways ? number(`${points(againstAlways.value)} (${points(againstAlways.low)} to ${points(againstAlways.high)})`) : NONE}${relative === null ? NONE : number(`${relative.toFixed(2)}×`)}</tr>`;
  });
  return markup`<div class="wide"><table><tr><th>Method, by</th><th>Chosen</th>${head('Cropped')}${head('Right')}${head('Right, every crop')}${head('Right, alone')}${head('Against every crop, points')}${head('Speed, estimated')}</tr>${rows}</table></div>`;
}

/** Maps and crops against what is known. */
export function placeTable({ methods }: EvaluationTable): Html {
  const rows = methods
    .filter(({ means }) => MEANS.some((name) => means[name]))
    .map(
      ({ method, means, aucGain }) =>
        markup`<tr><th>${METHOD_WORDS[method].name}</th>${MEANS.map((name) => (means[name] ? number(meanInterval(means[name])) : NONE))}${aucGain ? differenceCell(aucGain, signedMean) : NONE}</tr>`,
    );
  if (rows.length === 0)
    return markup`<p>Nothing is known of where the answers lie: there are no truth boxes and no corrected labels.</p>`;
  return markup`<div class="wide"><table><tr><th>Method</th>${MEANS.map((name) => head(MEAN_WORDS[name].name))}${head('AUC against raw')}</tr>${rows}</table></div>`;
}

const STAGE_WORDS = {
  load: 'Reading',
  vision: 'Vision',
  prefill: 'Prefill',
  decode: 'Decoding',
  rpn: 'RPN',
  other: 'Other',
} as const;

export function costTable({ methods }: EvaluationTable): Html {
  const rows = methods.map(({ method, times, visualTokens, memoryBytes, throughput }: MethodNumbers) => {
    if (!times || !throughput) return markup``;
    const relative = (value: number | null): Html => (value === null ? NONE : number(`${value.toFixed(2)}×`));
    return markup`<tr><th>${METHOD_WORDS[method].name}</th>${STAGES.map((stage) => number(times[stage].toFixed(1)))}${number(visualTokens === null ? '–' : visualTokens.toFixed(0))}${number(memoryBytes === null ? '–' : formatBytes(memoryBytes))}${number(throughput.perSecond.toFixed(2))}${relative(throughput.relative)}${number(throughput.wallPerSecond.toFixed(2))}${relative(throughput.wallRelative)}</tr>`;
  });
  return markup`<div class="wide"><table><tr><th>Method</th>${STAGES.map((stage) => head(STAGE_WORDS[stage]))}${head('Visual tokens')}${head('Memory')}${head('Samples/s, generate')}${head('to alone')}${head('Samples/s, clock')}${head('to alone')}</tr>${rows}</table></div>`;
}

/** By kind of slice, where it tells samples apart. */
export function sliceTables({ slices, methods }: EvaluationTable): Html {
  const kinds = SLICES.map((by) => ({ by, own: slices.filter((slice) => slice.by === by) })).filter(
    ({ own }) => own.length > 1,
  );
  if (kinds.length === 0) return markup``;
  const heads = methods.map(({ method }) => head(METHOD_WORDS[method].name));
  const tables = kinds.map(({ by, own }) => {
    const rows = own.map((slice) => {
      const cells = methods.map(({ method }) => {
        const accuracy = slice.methods.find((one) => one.method === method)?.accuracy;
        return accuracy
          ? markup`<td class="number">${share(accuracy.value)}<br /><small class="quiet">${(100 * accuracy.low).toFixed(0)}–${(100 * accuracy.high).toFixed(0)}</small></td>`
          : NONE;
      });
      return markup`<tr><th>${sliceWords(slice.value)}</th>${number(slice.samples)}${cells}</tr>`;
    });
    return markup`<section><h3>${SLICE_WORDS[by]}</h3><div class="wide"><table><tr><th>${SLICE_WORDS[by]}</th>${head('Samples')}${heads}</tr>${rows}</table></div></section>`;
  });
  return markup`<h2>Right answers by slice</h2><p class="quiet">Slices are looked at, not tested: with many of them some differ by luck.</p>${tables}`;
}
