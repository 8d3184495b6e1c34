/** A labelling run as people tell it from others. */
import type { Run } from '../../src-shared/contract/domain.ts';

type Told = Pick<Run, 'id' | 'name' | 'modelName' | 'preset' | 'answerMode'>;

/** What it was made with: `fovea-demo, Demo preset`, and what tells runs of one model and preset apart. */
export function madeWith({ modelName, preset, answerMode }: Told): string {
  return `${modelName}, ${preset.name}${answerMode === 'teacher' ? ', given answers' : ''}`;
}

/** `Run 2: fovea-demo, Demo preset`; where a person named it, `Run 2: the name`. */
export function runTitle(run: Told): string {
  return `Run ${run.id}: ${run.name ?? madeWith(run)}`;
}
