/**
 * A preset's gate: whether a sample gets its second look. It is asked before anything is cropped, and what it said is noted whatever
 * comes of it.
 */
import { FoveaError } from '../../../src-shared/contract/errors.ts';
import { answersAreGiven, asksAnswer, type GateSaid } from '../../../src-shared/contract/gate.ts';
import type { Preset } from '../../../src-shared/contract/preset.ts';
import { needsOfAnswer, passesGate, type GateNeeds } from '../../../src-shared/kernels/gate/signals.ts';
import type { LabelRequest } from '../../engine/protocol.ts';
import type { Prompted } from '../subject/prompted.ts';
import type { Stopwatch } from '../subject/stopwatch.ts';
import type { Subject } from '../subject/subject.ts';

/**
 * That the preset's gate can be asked here, before anything runs: what is missing is missing for every sample.
 * @throws FoveaError `unsupported_model` without the branch that it asks, `bad_input` where answers are given
 */
export function requireGate(
  { model }: Subject,
  { preset, answerMode, want }: Pick<LabelRequest, 'preset' | 'answerMode' | 'want'>,
): void {
  const { gate } = preset;
  if (!gate || !want.secondStage) return;
  if (asksAnswer(gate) && answerMode === 'teacher') throw answersAreGiven();
  if (gate.by === 'peak' && !(want.rpn && model.profile.rpn)) {
    throw new FoveaError('unsupported_model', 'the preset’s gate asks the RPN, and there is none', {
      next: 'Choose a gate by the answer (sure, weakest), or lay an RPN over the model',
    });
  }
  if (gate.by === 'trained' && !(want.rpn && model.profile.gate)) {
    throw new FoveaError(
      'unsupported_model',
      'the preset’s gate is a trained one, and the checkpoint has none',
      {
        next: 'Choose a gate by the answer (sure, weakest) or by the RPN (peak)',
      },
    );
  }
}

/**
 * What the checkpoint's own gate says of a prompt, 0 … 1.
 * @param hidden hidden_states[K] of the prompt or more, `[≥ prompt.length, d]`; rows after the prompt are left out
 */
export async function askGate(
  { model }: Subject,
  { visual, length, grid }: Pick<Prompted, 'visual' | 'length' | 'grid'>,
  hidden: Float32Array,
  watch: Stopwatch,
): Promise<Pick<GateNeeds, 'trained'>> {
  const rows = hidden.subarray(0, length * model.profile.hiddenSize);
  const logit = await watch.time('gate', () => model.gate(rows, visual, grid));
  const need = 1 / (1 + Math.exp(-logit));
  return { trained: Number.isNaN(need) ? null : need };
}

/** @returns undefined: there is no gate, or its signal gave no number; then the crop is taken */
export function gateSays({ gate }: Pick<Preset, 'gate'>, needs: Partial<GateNeeds>): GateSaid | undefined {
  const need = gate ? (needs[gate.by] ?? null) : null;
  return gate && need !== null ? { ...gate, need } : undefined;
}

/** Whether the crop is left out. */
export function leavesOut(said: GateSaid | undefined): boolean {
  return said !== undefined && !passesGate(said.need, said.threshold);
}

/** How much a crop is needed by an answer; nothing where nobody asked. */
export function needsByAnswer(logProbs: readonly number[] | null): Partial<GateNeeds> {
  return needsOfAnswer(logProbs ?? []) ?? {};
}
