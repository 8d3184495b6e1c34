/** A gate: which signal says whether a sample gets its second look, from where on, and what it said of one. */
import { z } from 'zod';
import { GATE_SIGNALS } from '../kernels/gate/signals.ts';
import { FoveaError } from './errors.ts';

export const gateSignalSchema = z.enum(GATE_SIGNALS);

/** The crop is taken only where a signal says that it is needed (kernels/gate): not below the threshold. */
export const gateSettingsSchema = z.object({
  by: gateSignalSchema,
  /** 0 and less: the crop is always taken, and what the signal said is noted. */
  threshold: z.number().min(-1).max(1),
});
export type GateSettings = z.infer<typeof gateSettingsSchema>;

/** What a gate said of one sample. */
export const gateSaidSchema = gateSettingsSchema.extend({
  /** How much the crop is needed, 0 … 1. */
  need: z.number().min(0).max(1),
});
export type GateSaid = z.infer<typeof gateSaidSchema>;

/** What is said of a checkpoint's gate, in a line. */
export function checkpointGateWords(threshold: number | undefined): string {
  return threshold === undefined
    ? 'present, not used: every question gets a second look'
    : `runs: no second look below ${Number(threshold.toPrecision(3))}, unless labelling says another (--gate)`;
}

/** Whether a gate goes by how sure the model is of its own answer. */
export function asksAnswer(gate: GateSettings | null | undefined): boolean {
  return gate?.by === 'sure' || gate?.by === 'weakest';
}

/** Of a given answer the model says nothing by itself. */
export function answersAreGiven(): FoveaError {
  return new FoveaError(
    'bad_input',
    'the gate goes by how sure the model is of its own answer, and answers are given',
    {
      next: 'Let the model answer itself, or leave the gate out (--gate none)',
    },
  );
}
