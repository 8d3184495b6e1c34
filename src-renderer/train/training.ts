/** Training in words: what would be learned from, how runs stand, what came of them. */
import type { TrainingPlan } from '../../src-shared/contract/procedures.ts';
import type {
  RpnMetrics,
  RpnVersion,
  TrainingCounts,
  TrainingLabels,
  TrainingLeftOut,
  TrainingRun,
  TrainingStatus,
} from '../../src-shared/contract/training.ts';
import { counted, formatBytes, formatCount, formatDuration, percent, samplesWords } from '../ui/words.ts';

export const LABEL_WORDS: Readonly<Record<TrainingLabels, string>> = {
  reviewed: 'Reviewed only',
  mixed: 'Reviewed, and predicted with less weight',
  pseudo: 'As predicted (the paper’s self-distillation)',
};

export const STATUS_WORDS: Readonly<Record<TrainingStatus, string>> = {
  waiting: 'Waiting',
  preparing: 'Preparing',
  running: 'Training',
  pausing: 'Pausing…',
  paused: 'Paused',
  finishing: 'Finishing…',
  cancelling: 'Stopping…',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Discarded',
};

export const STAGE_WORDS = { pictures: 'Comparing pictures', features: 'Computing features' } as const;

const LEFT_OUT: Readonly<Record<TrainingLeftOut, string>> = {
  rejected: 'rejected',
  not_labelled: 'not labelled',
  not_reviewed: 'not reviewed',
  dropped: 'dropped by a label rule',
  all_ignore: 'with every token ignored',
  one_class: 'without both foreground and background',
  no_answer_to_compare: 'without an answer to compare with',
  wrong_answer: 'answered wrongly',
  picture_changed: 'whose picture has changed',
  picture_unreadable: 'whose picture cannot be read',
};

const KINDS = ['corrected', 'accepted', 'pseudo'] as const;
const KIND_WORDS = { corrected: 'corrected', accepted: 'accepted', pseudo: 'predicted' } as const;

/** `12 samples (2 corrected, 10 predicted) of 11 pictures` */
function partWords(part: TrainingCounts['train'], groups: number): string {
  const total = part.accepted + part.corrected + part.pseudo;
  const kinds = KINDS.filter((kind) => part[kind] > 0).map(
    (kind) => `${formatCount(part[kind])} ${KIND_WORDS[kind]}`,
  );
  return `${samplesWords(total)}${kinds.length > 0 ? ` (${kinds.join(', ')})` : ''} of ${counted(groups, 'picture')}`;
}

/** What a run learns from, a line each. */
export function countLines({ train, heldOut, groups, nearDuplicates, leftOut }: TrainingCounts): {
  readonly words: string;
  readonly value: string;
}[] {
  const out = Object.entries(leftOut).sort((a, b) => b[1] - a[1]);
  const held = heldOut.accepted + heldOut.corrected + heldOut.pseudo;
  return [
    { words: 'Learns from', value: partWords(train, groups.train) },
    {
      words: 'Held out',
      value: held === 0 ? 'Nothing, so nothing can be measured' : partWords(heldOut, groups.heldOut),
    },
    ...(nearDuplicates > 0
      ? [
          {
            words: 'Alike',
            value: `${counted(nearDuplicates, 'picture')} that look like others stay on one side`,
          },
        ]
      : []),
    ...(out.length > 0
      ? [
          {
            words: 'Left out',
            value: out
              .map(([reason, n]) => `${formatCount(n)} ${LEFT_OUT[reason as TrainingLeftOut]}`)
              .join(', '),
          },
        ]
      : []),
  ];
}

/** What settings come to: `200 steps of 4 samples: each about 50 times; measured every 10 steps`. */
export function stepsWords({ settings, counts }: TrainingPlan): string | null {
  if (!settings) return null;
  const { steps, batch, measureEvery } = settings;
  const train = counts ? counts.train.accepted + counts.train.corrected + counts.train.pseudo : 0;
  const times = train > 0 ? (steps * batch) / train : 0;
  const each =
    train === 0
      ? ''
      : `: each about ${times >= 9.5 ? formatCount(Math.round(times)) : Number(times.toFixed(1))}×`;
  return `${counted(steps, 'step')} of ${samplesWords(batch)}${each}; measured every ${counted(measureEvery, 'step')}`;
}

/** What features take on disk. */
export function featureWords({ features, counts }: TrainingPlan): string | null {
  if (!features || !counts) return null;
  const all = [counts.train, counts.heldOut].reduce(
    (sum, part) => sum + part.accepted + part.corrected + part.pseudo,
    0,
  );
  const bytes = all * features.bytesPerSample;
  const kept = features.keptBytes > 0 ? `; ${formatBytes(features.keptBytes)} are kept already` : '';
  const over =
    bytes > features.budgetBytes ? ' That is more than the limit, so some are computed more than once.' : '';
  return `About ${formatBytes(bytes)} on disk, of ${formatBytes(features.budgetBytes)}${kept}. What is missing is computed first.${over}`;
}

/** `version first`, `the model’s own RPN`, `a new RPN, layers 1 to 2` */
export function fromWords(
  { from }: TrainingPlan,
  versions: readonly RpnVersion[],
  fresh: boolean,
): string | null {
  if (!from) return null;
  const { rpnId, k, t } = from;
  const layers = `K ${k}, T ${t}`;
  if (fresh) return `A new RPN of the model’s layers ${k} to ${k + t - 1}`;
  const version = versions.find(({ id }) => id === rpnId);
  return version ? `Version ${version.name} (${layers})` : `The model’s own RPN (${layers})`;
}

const AGAINST: Readonly<Record<RpnMetrics['against'], string>> = {
  corrected: 'against corrected labels',
  truth: 'against truth boxes',
  labels: 'against the teacher’s own labels',
};

export function againstWords(against: RpnMetrics['against'], samples: number): string {
  return `${counted(samples, 'held-out sample')}, ${AGAINST[against]}`;
}

/** Why there is no teacher beside the student; null: there is one. */
export function noTeacherWords(run: TrainingRun): string | null {
  if (run.data.heldOut === 0) return 'Nothing is held out, so nothing is measured.';
  const { teacher } = run;
  if (!teacher || teacher.against !== 'labels') return null;
  return 'No held-out label was corrected, so it cannot be compared with its teacher. Correct some, or measure against truth boxes.';
}

/** How far a run is: `120 of 400 steps, 2 min left`. */
export function progressWords(done: number, steps: number, etaSeconds: number | null): string {
  const left = etaSeconds === null ? '' : `, ${formatDuration(Math.max(1, etaSeconds))} left`;
  return `${formatCount(done)} of ${counted(steps, 'step')}${left}`;
}

/** What a run learned from, in a few words: `mixed labels, 10% held out, seed 3`. */
export function dataWords({ data }: TrainingRun): string {
  const labels = {
    reviewed: 'Reviewed labels',
    mixed: 'Reviewed and predicted labels',
    pseudo: 'Predicted labels',
  };
  const weight = data.labels === 'mixed' ? ` (weight ${data.pseudoWeight})` : '';
  const right = data.rightAnswersOnly ? ', right answers only' : '';
  return `${labels[data.labels]}${weight}${right}, ${percent(data.heldOut)} held out, seed ${data.seed}`;
}
