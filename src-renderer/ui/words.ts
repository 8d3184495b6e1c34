/**
 * Numbers and reasons as a person reads them. Plain words, units always, never a raw code.
 */
import type { Job, SampleRow, SampleState } from '../../src-shared/contract/domain.ts';
import type { Dropped } from '../../src-shared/kernels/types.ts';
import { counted, formatBytes, formatCount } from '../../src-shared/contract/counts.ts';

export { counted, formatBytes, formatCount };

/** `1 sample`, `1,204 samples`. */
export function samplesWords(count: number): string {
  return counted(count, 'sample');
}

export const STATE_WORDS: Record<SampleState, string> = {
  unlabelled: 'Not labelled',
  pending: 'To review',
  accepted: 'Accepted',
  corrected: 'Corrected',
  rejected: 'Rejected',
};

/** What a job does. */
export const JOB_WORDS: Readonly<Record<Job['type'], string>> = {
  label: 'Labelling',
  relabel: 'Applying the recipe',
  predict: 'Asking another RPN',
  embed: 'Encoding pictures',
  import: 'Importing',
  export: 'Exporting',
  train: 'Training',
  evaluate: 'Evaluating',
};

/** Why a sample is called dropped; null where it is not, or where a person has given it a label of their own. */
export function saysDropped({ dropped, state }: Pick<SampleRow, 'dropped' | 'state'>): Dropped | null {
  return state === 'corrected' ? null : dropped;
}

/** Which rule left a sample out, and by how much (METHOD §2). */
export function droppedWords(dropped: Dropped): string {
  const { rule, value, limit } = dropped;
  if (rule === 'empty_answer') return 'Dropped: the model gave no answer';
  if (rule === 'area') {
    return `Dropped: the box covers ${percentBeside(value, limit)} of the grid (limit ${percent(limit)})`;
  }
  return `Dropped: the strongest attention is ${formatValue(value)} (at least ${formatValue(limit)} needed)`;
}

/** `12.5%`; from ten times on it is said as that: `377×`, not `37700%`. */
export function percent(share: number): string {
  return share >= 10 ? `${formatCount(Math.round(share))}×` : `${Number((share * 100).toFixed(1))}%`;
}

/** `7.0%`: always one place behind the point, so that figures stand under one another. */
export function shareFigure(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

/** `0.82 bit`. */
export function bits(value: number): string {
  return `${value.toFixed(2)} bit`;
}

/**
 * A text as a sentence begins. What is no plain word stays as it is: a file's name, a command, a key of a file.
 */
export function sentence(text: string): string {
  const [first] = /^\S*/.exec(text)!;
  const plain = /^[a-z]+(?:['’-][a-z]+)*[,:;]?$/.test(first) && !PROGRAMS.includes(first);
  return plain ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

const PROGRAMS: readonly string[] = ['fovea', 'npm', 'vite', 'git', 'onnxruntime-node', 'ssh'];

/** Whole percents, unless that would read the same as the limit. */
function percentBeside(value: number, limit: number): string {
  const whole = Math.round(value * 100);
  return whole === limit * 100 && value !== limit ? percent(value) : `${whole}%`;
}

/** Three significant digits; a masked value is a dash. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  return Math.abs(value) < 1e-4 || Math.abs(value) >= 1e5 ? value.toExponential(2) : trimmed(value);
}

function trimmed(value: number): string {
  const digits = Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value)))));
  return value.toFixed(digits);
}

export function formatMs(ms: number): string {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms >= 100 ? `${Math.round(ms)} ms` : `${ms.toFixed(1)} ms`;
}

/** `3 min 20 s`, `2 h 5 min`: two units at most. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min${whole % 60 ? ` ${whole % 60} s` : ''}`;
  return `${Math.floor(minutes / 60)} h${minutes % 60 ? ` ${minutes % 60} min` : ''}`;
}

/** The engine's steps in the order they happen. */
const STEPS: readonly (readonly [name: string, words: string])[] = [
  ['decode', 'Read picture'],
  ['preprocess', 'Resize'],
  ['encode', 'Encode picture'],
  ['prefill', 'Prompt'],
  ['generate', 'Answer'],
  ['certainty', 'How sure the answer is'],
  ['rpnPrefill', 'RPN prompt'],
  ['rpn', 'RPN'],
  ['gate', 'Gate'],
  ['relabel', 'Thresholds applied again'],
  ['predict', 'Another RPN, from kept features'],
  ['crop', 'Crop'],
  ['encodeCrop', 'Encode crop'],
  ['secondPrefill', 'Prompt with crop'],
  ['total', 'Total'],
];

/** Timings in pipeline order, in words; steps this page does not know come before the total, under their own name. */
export function timingRows(timings: Readonly<Record<string, number>>): { words: string; ms: number }[] {
  const place = (name: string) => {
    const at = STEPS.findIndex(([known]) => known === name);
    return at < 0 ? STEPS.length - 1.5 : at;
  };
  return Object.entries(timings)
    .sort(([a], [b]) => place(a) - place(b))
    .map(([name, ms]) => ({ words: STEPS.find(([known]) => known === name)?.[1] ?? name, ms }));
}

/** `0.8 samples/s`, or per minute when slower than one in two seconds. */
export function formatRate(perSecond: number): string {
  return perSecond >= 0.5 ? `${perSecond.toFixed(1)} /s` : `${(perSecond * 60).toFixed(1)} /min`;
}

const REASONS: Readonly<Record<string, string>> = {
  unreviewed: 'not reviewed',
  rejected: 'rejected',
  no_prediction: 'no prediction yet',
  dropped: 'dropped by a label rule',
  label_carries_nothing: 'every token is ignored: nothing to train on',
  bg_inside_box_to_ignore: 'background inside the box became ignore',
  grid_not_24x24: 'the grid is not 24 × 24, which the LLaVA trainer needs',
};

/** A reason of an export report in words; an unknown one is at least readable. */
export function reasonWords(reason: string): string {
  const known = REASONS[reason];
  if (known) return known;
  const notExpressible = /^not_expressible_(.+)$/.exec(reason);
  const plain = (notExpressible ? notExpressible[1]! : reason).replaceAll('_', ' ');
  return notExpressible ? `the format cannot express it: ${plain}` : plain;
}
