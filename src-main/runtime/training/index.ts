/** What the rest of the engine uses of training. */
export type { BranchExample } from './example.ts';
export { initialBranch } from './initial-branch.ts';
export type { InitialBranch } from './initial-branch.ts';
export type { LossName, TrainingSettings } from './settings.ts';
export { BranchTrainer } from './trainer.ts';
export type { BranchWeight, StepReport } from './trainer.ts';
