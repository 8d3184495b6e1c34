/**
 * Gives every sample of a project a label, scores and an accepting decision, straight in SQL: what is measured is how a full
 * project lists and exports, not how it became full.
 */
import { presetSchema } from '../../../src-shared/contract/preset.ts';
import type { Project } from '../../../src-main/store/file/project.ts';
import type * as States from '../../../src-main/store/samples/state.ts';
import { ofCheckout } from './of-checkout.ts';

const GRID = 6;
const PRESET = presetSchema.parse({
  id: 'bench',
  name: 'Bench',
  family: 'llava',
  grounding: [{ layer: 1, heads: [0] }],
  sink: null,
  rows: 'answer',
  labels: { variant: 'llava', sinkThresh: 1e-3, binaryCoff: 0.2, bgCoff: 0.1, maxRatioLimit: 0.5 },
  roi: { variant: 'llava', form: 'bbox', threshold: 0.15 },
  rpn: { k: 1, t: 1 },
  maxNewTokens: 16,
});

export async function label({ db }: Project, checkout: string): Promise<void> {
  const states = (await ofCheckout(
    checkout,
    'src-main/store/samples/state.ts',
    'src-main/store/sample-state.ts',
  )) as typeof States;
  const transform = JSON.stringify({ scaleX: 0.1, scaleY: 0.1, offsetX: 0, offsetY: 0 });
  const boxes = JSON.stringify({ raw: [], denoised: [[0, 0, 10, 10]], rpn: [] });
  db.transaction(() => {
    db.prepare("INSERT INTO model VALUES (1, 'bench', '/models/bench', 'bench', 'llava', '2026')").run();
    db.prepare("INSERT INTO preset VALUES (1, 'bench', 'bench', ?)").run(JSON.stringify(PRESET));
    db.prepare(
      `INSERT INTO run (id, model_id, preset_id, settings, answer_mode, device, created_at)
       VALUES (1, 1, 1, '{}', 'self', 'cpu', '2026')`,
    ).run();
    db.prepare('UPDATE project SET active_run_id = 1').run();
    db.prepare(
      `INSERT INTO prediction (id, run_id, sample_id, maps_key, answer, answer_tokens, grid_rows, grid_cols, transform,
         label, dropped_rule, dropped_value, dropped_limit, boxes, second_stage, timings, device, created_at)
       SELECT id, 1, id, id, reference_answer, '[1]', ${GRID}, ${GRID}, ?, ?,
         CASE WHEN id % 8 = 0 THEN 'area' END, CASE WHEN id % 8 = 0 THEN id % 100 / 100.0 END,
         CASE WHEN id % 8 = 0 THEN 0.5 END, ?, NULL, '{}', 'cpu', '2026' FROM sample`,
    ).run(transform, new Uint8Array(GRID * GRID).fill(1, 0, 3), boxes);
    // A third has no scores, as samples without an RPN's map.
    db.prepare(
      `INSERT INTO prediction_score (prediction_id, disagreement, uncertainty, roi_size, roi_x, roi_y)
       SELECT id, CASE WHEN id % 3 > 0 THEN id * 7919 % 1000 / 1000.0 END,
         CASE WHEN id % 3 > 0 THEN id * 104729 % 1000003 / 1000003.0 END, id * 31 % 997 / 997.0, 0.5, 0.5 FROM prediction`,
    ).run();
    db.prepare(
      `INSERT INTO review (sample_id, decision, label, prediction_id, reviewer, created_at)
       SELECT sample_id, CASE WHEN sample_id % 20 = 0 THEN 'reject' ELSE 'accept' END,
         CASE WHEN sample_id % 20 > 0 THEN label END, id, 'bench', printf('2026-01-%02dT00:00:%02d', id % 28 + 1, id % 60)
       FROM prediction WHERE sample_id % 5 > 0`,
    ).run();
  })();
  states.refreshAllSampleStates(db);
}
