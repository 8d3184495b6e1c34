/** Which labels were made with another prompt than their model is asked with today, in words and in one step. */
import type { RunPrompts } from '../../src-shared/contract/prompts.ts';
import { counted } from '../ui/words.ts';

type RunPrompt = RunPrompts[number];

const KINDS: Readonly<Record<string, string>> = {
  vicuna_v1: 'vicuna_v1',
  chat_template: 'chat template',
  teacher_textual: 'the teacher’s, with the question as it is',
  teacher_natural: 'the teacher’s, which asks for boxes',
};

/** How a run's model was asked; null while that is not known. */
export function promptWords(run: RunPrompt | undefined): string | null {
  if (run === undefined) return null;
  if (run.state === 'other') return 'made with another prompt';
  if (run.kind !== null) return KINDS[run.kind] ?? run.kind;
  return run.state === 'same' ? 'as the model is asked now' : 'prompt not recorded';
}

/** What can be made anew in one step. */
export interface ToMakeAnew {
  /** The run whose model and preset label again. */
  readonly runId: number;
  /** Undecided samples that show what another prompt made; decided ones stay with the label they were decided on. */
  readonly shown: number;
}

/** Null when every undecided sample shows what today's prompt made, or nobody knows better. */
export function toMakeAnew(prompts: RunPrompts, activeRunId: number | null): ToMakeAnew | null {
  const marked = prompts
    .filter(({ state }) => state === 'other')
    .map((run) => ({ ...run, shown: run.shown - run.decided }))
    .filter(({ shown }) => shown > 0);
  const [first, ...others] = marked;
  if (first === undefined) return null;
  const most = others.reduce((best, run) => (run.shown > best.shown ? run : best), first);
  const { runId } = marked.find((run) => run.runId === activeRunId) ?? most;
  return { runId, shown: marked.reduce((total, run) => total + run.shown, 0) };
}

/** "12 samples show labels made with another prompt." */
export function anewWords({ shown }: ToMakeAnew): string {
  const subject = counted(shown, 'sample shows a label', 'samples show labels');
  return `${subject} made with another prompt.`;
}
