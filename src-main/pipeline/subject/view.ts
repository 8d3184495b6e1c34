/**
 * How a preset wants the picture seen and the question asked. Where grids are dynamic the teacher has a view of its
 * own (METHOD §1: a grey square of fixed size, its own prompt); everything else sees the picture as it is.
 */
import type { Preset } from '../../../src-shared/contract/preset.ts';
import type { TeacherPrompt } from '../../checkpoint/qwen/teacher-prompt.ts';
import type { ModelProfile } from '../ports.ts';

export interface View {
  /** Visual tokens of the grey square; null: the picture as it is. */
  readonly squareTokens: number | null;
  /** The teacher's prompt; null: the question as it is. */
  readonly prompt: TeacherPrompt | null;
}

/** Whether this is the teacher's own view, so that the picture as it is must be looked at apart from it. */
export function isTeachers({ squareTokens, prompt }: View): boolean {
  return squareTokens !== null || prompt !== null;
}

export function viewOf({ dynamicGrid }: Pick<ModelProfile, 'dynamicGrid'>, { teacher }: Preset): View {
  return dynamicGrid && teacher ? teacher : { squareTokens: null, prompt: null };
}
