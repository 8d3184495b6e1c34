/** Every migration of `project.db`, in order. A file that is not listed here never runs; a test compares the two. */
import type { Migration } from '../types.ts';
import { migration as m0001 } from './0001-project.ts';
import { migration as m0002 } from './0002-gallery.ts';
import { migration as m0003 } from './0003-sample-run.ts';
import { migration as m0004 } from './0004-dashboard.ts';
import { migration as m0005 } from './0005-batch-decisions.ts';
import { migration as m0006 } from './0006-exported-files.ts';
import { migration as m0007 } from './0007-pictures.ts';
import { migration as m0008 } from './0008-log-generation.ts';
import { migration as m0009 } from './0009-set-wise.ts';
import { migration as m0010 } from './0010-removal.ts';
import { migration as m0011 } from './0011-run-shown.ts';
import { migration as m0012 } from './0012-training.ts';
import { migration as m0013 } from './0013-job-asked.ts';
import { migration as m0014 } from './0014-job-order.ts';
import { migration as m0015 } from './0015-reject-reasons.ts';
import { migration as m0016 } from './0016-tag-changes.ts';
import { migration as m0017 } from './0017-deals.ts';
import { migration as m0018 } from './0018-dataset-versions.ts';
import { migration as m0019 } from './0019-benchmarks.ts';
import { migration as m0020 } from './0020-box-proposals.ts';
import { migration as m0021 } from './0021-run-names.ts';
import { migration as m0022 } from './0022-deal-events.ts';
import { migration as m0023 } from './0023-answer-outcomes.ts';
import { migration as m0024 } from './0024-evaluations.ts';
import { migration as m0025 } from './0025-evaluation-costs.ts';
import { migration as m0026 } from './0026-gate-needs.ts';

export const projectMigrations: readonly Migration[] = [
  m0001,
  m0002,
  m0003,
  m0004,
  m0005,
  m0006,
  m0007,
  m0008,
  m0009,
  m0010,
  m0011,
  m0012,
  m0013,
  m0014,
  m0015,
  m0016,
  m0017,
  m0018,
  m0019,
  m0020,
  m0021,
  m0022,
  m0023,
  m0024,
  m0025,
  m0026,
];
