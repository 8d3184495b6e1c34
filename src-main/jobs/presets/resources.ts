/** What comes with the app and what people add to it, as jobs are handed it: they do not know where the app lies. */
import { join } from 'node:path';

/** The preset the demo model comes with. */
export const DEMO_PRESET = 'demo';

/** What comes with the app, and what people added to it. */
export interface Resources {
  /** `models/demo`: `checkpoint/`, `scenes/project/{images/,questions.jsonl}`. */
  readonly demoDir: string;
  /** `models/presets`. */
  readonly presetsDir: string;
  /** Where presets that people save are kept; made with the first one. Null: they cannot be saved. */
  readonly userPresetsDir: string | null;
}

/** The checkpoint folder of the demo model. */
export function demoModelDir(resources: Resources): string {
  return join(resources.demoDir, 'checkpoint');
}
