/** The form of a training run as a person fills it in, and the wish that it comes to. */
import type { TrainingWish } from '../../src-shared/contract/procedures.ts';
import type { TrainingLabels } from '../../src-shared/contract/training.ts';
import { counted } from '../../src-shared/contract/counts.ts';

/** Numbers are as typed; empty: the default. */
export interface TrainForm {
  readonly labels: TrainingLabels;
  readonly pseudoWeight: string;
  readonly rightAnswersOnly: boolean;
  readonly truth: boolean;
  /** Percent. */
  readonly heldOut: string;
  readonly seed: string;
  /** `active`, `new`, or the number of a version. */
  readonly from: string;
  readonly k: string;
  readonly t: string;
  readonly name: string;
  readonly steps: string;
  readonly batch: string;
  readonly learningRate: string;
  readonly weightDecay: string;
  readonly warmup: string;
  readonly loss: 'bce' | 'focal';
}

export const EMPTY_FORM: TrainForm = {
  labels: 'mixed',
  pseudoWeight: '',
  rightAnswersOnly: false,
  truth: false,
  heldOut: '',
  seed: '',
  from: 'active',
  k: '',
  t: '3',
  name: '',
  steps: '',
  batch: '',
  learningRate: '',
  weightDecay: '',
  warmup: '',
  loss: 'bce',
};

export type FormField = keyof TrainForm;

interface Limits {
  readonly words: string;
  readonly whole?: boolean;
  readonly least: number;
  /** `least` itself is too little. */
  readonly above?: boolean;
  readonly most: number;
}

const LIMITS = {
  pseudoWeight: { words: 'A number above 0, up to 1', least: 0, above: true, most: 1 },
  heldOut: { words: 'A number from 0 to 90', least: 0, most: 90 },
  seed: { words: 'A whole number from 0 to 4,294,967,295', whole: true, least: 0, most: 0xffffffff },
  k: { words: 'A layer of the model: a whole number from 0 to 10,000', whole: true, least: 0, most: 10_000 },
  t: { words: 'A number of layers: a whole number from 1 to 10,000', whole: true, least: 1, most: 10_000 },
  steps: { words: 'A whole number from 1 to 10,000,000', whole: true, least: 1, most: 10_000_000 },
  batch: { words: 'A whole number from 1 to 100,000', whole: true, least: 1, most: 100_000 },
  learningRate: { words: 'A number above 0, up to 1, such as 1e-4', least: 0, above: true, most: 1 },
  weightDecay: { words: 'A number from 0 to 1', least: 0, most: 1 },
  warmup: {
    words: 'A share of the steps below 1, or a number of steps up to 1,000,000',
    least: 0,
    most: 1_000_000,
  },
} as const satisfies Partial<Record<FormField, Limits>>;

type NumberField = keyof typeof LIMITS;

/** As people write numbers: what `Number` would also take (`0x10` as 16) is refused, as on the command line. */
const DECIMAL = /^(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

export interface ReadForm {
  /** Null while something in it is wrong. */
  readonly wish: TrainingWish | null;
  readonly wrong: Readonly<Partial<Record<FormField, string>>>;
}

/** What the form asks for, or what is wrong with it, field by field. */
export function readForm(form: TrainForm): ReadForm {
  const wrong: Partial<Record<FormField, string>> = {};
  const number = (field: NumberField, needed = false): number | undefined => {
    const typed = form[field].trim();
    if (typed === '' && !needed) return undefined;
    const { words, least, most, whole, above }: Limits = LIMITS[field];
    const value = DECIMAL.test(typed) ? Number(typed) : NaN;
    const fits =
      Number.isFinite(value) &&
      value <= most &&
      (above ? value > least : value >= least) &&
      (!whole || Number.isInteger(value));
    if (!fits) wrong[field] = words;
    return fits ? value : undefined;
  };
  const given = <T>(name: string, value: T | undefined) => (value === undefined ? {} : { [name]: value });
  const heldOut = number('heldOut');
  const fresh = form.from === 'new' ? { k: number('k', true) ?? 0, t: number('t', true) ?? 1 } : null;
  const name = form.name.trim();
  if (name.length > 100 || /^(\d+|own|teacher)$/.test(name))
    wrong.name = 'Up to 100 characters; not a number, “own” or “teacher”';
  const [steps, warmup] = [number('steps'), number('warmup')];
  // From 1 on it is steps. How many there are by default depends on the samples: that is refused with the plan.
  if (steps !== undefined && warmup !== undefined && warmup >= 1 && warmup > steps)
    wrong.warmup = `A run of ${counted(steps, 'step')} has no ${counted(warmup, 'step')} to warm up`;
  const wish: TrainingWish = {
    data: {
      labels: form.labels,
      rightAnswersOnly: form.rightAnswersOnly,
      ...(form.labels === 'mixed' ? given('pseudoWeight', number('pseudoWeight')) : {}),
      ...given('heldOut', heldOut === undefined ? undefined : heldOut / 100),
      ...given('seed', number('seed')),
    },
    truth: form.truth,
    rpnId: /^\d+$/.test(form.from) ? Number(form.from) : null,
    fresh,
    settings: {
      ...given('steps', steps),
      ...given('batch', number('batch')),
      ...given('learningRate', number('learningRate')),
      ...given('weightDecay', number('weightDecay')),
      ...given('warmup', warmup),
      ...(form.loss === 'bce' ? {} : { loss: form.loss }),
    },
    name: name === '' ? null : name,
  };
  return { wish: Object.keys(wrong).length === 0 ? wish : null, wrong };
}
