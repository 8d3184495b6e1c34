/** The commands, in the order `fovea --help` lists them. */
import type { AddCommand } from './frame/command.ts';
import { addAgreement } from './agreement.ts';
import { addBackup, addRestore } from './backup.ts';
import { addCalibrate } from './preset/calibrate.ts';
import { addCausal } from './causal.ts';
import { addDataset } from './dataset.ts';
import { addDeal } from './deal.ts';
import { addDemo } from './demo.ts';
import { addDoctor } from './doctor.ts';
import { addEval } from './evaluate/command.ts';
import { addExport } from './export.ts';
import { addFeatures } from './features.ts';
import { addImport } from './import/import.ts';
import { addInvite } from './invite.ts';
import { addJobs } from './jobs.ts';
import { addLabel } from './label.ts';
import { addModel } from './model/model.ts';
import { addOpen } from './open.ts';
import { addPreset } from './preset/preset.ts';
import { addProposals } from './import/proposals.ts';
import { addPictures } from './pictures.ts';
import { addRelink } from './relink.ts';
import { addRemove } from './remove.ts';
import { addReview } from './review.ts';
import { addRoi } from './roi/command.ts';
import { addRpn } from './rpn/command.ts';
import { addRuns } from './runs.ts';
import { addServe } from './serve.ts';
import { addTrain } from './train.ts';
import { addWorker } from './worker.ts';

export const COMMANDS: readonly AddCommand[] = [
  addDemo,
  addImport,
  addProposals,
  addLabel,
  addWorker,
  addJobs,
  addRuns,
  addFeatures,
  addTrain,
  addRpn,
  addCalibrate,
  addEval,
  addCausal,
  addReview,
  addExport,
  addDataset,
  addPictures,
  addRelink,
  addRemove,
  addBackup,
  addRestore,
  addServe,
  addOpen,
  addInvite,
  addDeal,
  addAgreement,
  addModel,
  addPreset,
  addDoctor,
  addRoi,
];
