/** `--gate`, of commands that look again. */
import { gateSettingsSchema, type GateSettings } from '../../../../src-shared/contract/gate.ts';
import { GATE_SIGNALS } from '../../../../src-shared/kernels/gate/signals.ts';
import { usageError } from './command.ts';

export interface GateOptions {
  /** Null: every crop is taken; absent: as the preset, or the run before, has it. */
  readonly gate?: GateSettings | null;
}

function gateOf(text: string): GateSettings | null {
  if (text === 'none') return null;
  const [by, number = '', ...rest] = text.split(':');
  const found = gateSettingsSchema.safeParse({ by, threshold: number.trim() === '' ? NaN : Number(number) });
  if (found.success && rest.length === 0) return found.data;
  throw usageError(
    `--gate is a signal and a threshold from 0 to 1, not ${text}`,
    `For example weakest:0.2; signals: ${GATE_SIGNALS.join(', ')}; none takes every crop`,
  );
}

/** What `Command.option` takes. */
export const GATE_OPTION = [
  '--gate <signal:threshold>',
  'take the crop only where it is needed: sure, weakest (the answer), peak (the RPN) or trained (the checkpoint’s own), and the threshold below which it is left out (fovea eval finds one); none: always (default: as the run before, else the preset’s)',
  gateOf,
] as const;
