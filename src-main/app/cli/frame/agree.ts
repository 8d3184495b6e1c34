/** Asks at a terminal before much is changed; of labels that give way it also says what changes. */
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { FoveaError } from '../../../../src-shared/contract/errors.ts';
import type { LabelPreview } from '../../../../src-shared/contract/procedures.ts';
import type { CommandContext } from './command.ts';

/**
 * Scripts are told and go on; a person at a terminal is asked. @throws FoveaError `cancelled` when they say no; nothing is
 * labelled then
 */
export async function agreeToReplace(
  context: CommandContext,
  preview: LabelPreview,
  path: string,
  yes: boolean,
): Promise<void> {
  const { output, stdin, stderr } = context;
  if (preview.replaces === 0) return;
  for (const line of replaceLines(preview, path)) output.note(line);
  const terminal = stdin.isTTY === true && stderr.isTTY === true;
  if (yes || output.json || !terminal || (await saysYes(context, 'Go on?'))) return;
  throw new FoveaError('cancelled', 'nothing was labelled', { where: path });
}

/** Whether a person at the terminal answers a question with yes; anything else is no, and so is no answer. */
export async function saysYes({ stdin, stderr, signal }: CommandContext, question: string): Promise<boolean> {
  const ask = createInterface({ input: stdin, output: stderr });
  try {
    const closed = once(ask, 'close').then(() => '');
    const answer = await Promise.race([ask.question(`${question} [y/N] `, { signal }), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    ask.close();
  }
}

/** What is about to change, and the way back. */
function replaceLines(
  { replaces, decided, ready, toLabel, showing, preset, model, pace }: LabelPreview,
  path: string,
): string[] {
  const runs = showing.map(({ runId, samples }) => `${samples} of run ${runId}`).join(', ');
  const seconds = pace && pace.secondsPerSample * toLabel;
  const time =
    seconds === null
      ? 'how long is unknown yet'
      : `about ${spelled(seconds)}, by ${pace!.samples} earlier ones`;
  return [
    `Labels of another run are shown on ${replaces} undecided samples (${runs}); each stays until the new one is there`,
    `Preset ${preset.id}, model ${model.name}: ${toLabel} to label (${time}), ${ready} labelled already; ${decided} decided ones stay as they are`,
    `The way back: fovea runs take-back ${path} RUN`,
  ];
}

function spelled(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
