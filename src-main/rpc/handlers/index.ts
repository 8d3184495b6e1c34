/** The table of handlers: one for every procedure of the contract; a missing one does not compile. */
import { analysisHandlers } from './analysis.ts';
import { annotationHandlers } from './annotations.ts';
import { appHandlers } from './app.ts';
import { batchHandlers } from './batches.ts';
import { comparingHandlers } from './comparing.ts';
import type { Handlers } from './context.ts';
import { dashboardHandlers } from './dashboard.ts';
import { datasetHandlers } from './datasets.ts';
import { embeddingHandlers } from './embeddings.ts';
import { evaluationHandlers } from './evaluations.ts';
import { exchangeHandlers } from './exchange.ts';
import { galleryHandlers } from './gallery.ts';
import { inspectHandlers } from './inspect.ts';
import { jobHandlers } from './jobs.ts';
import { modelHandlers } from './models.ts';
import { ownPictureHandlers } from './own-picture.ts';
import { storageHandlers } from './storage.ts';
import { uploadHandlers } from './uploads.ts';
import { peopleHandlers } from './people.ts';
import { pictureHandlers } from './pictures.ts';
import { preferenceHandlers } from './preferences.ts';
import { projectHandlers } from './project.ts';
import { recipeHandlers } from './recipes.ts';
import { removalHandlers } from './removal.ts';
import { reviewHandlers } from './reviews.ts';
import { runHandlers } from './runs.ts';
import { sampleHandlers } from './samples.ts';
import { trainingHandlers } from './training.ts';

export const handlers: Handlers = {
  ...appHandlers,
  ...projectHandlers,
  ...preferenceHandlers,
  ...sampleHandlers,
  ...pictureHandlers,
  ...galleryHandlers,
  ...annotationHandlers,
  ...batchHandlers,
  ...dashboardHandlers,
  ...reviewHandlers,
  ...peopleHandlers,
  ...jobHandlers,
  ...modelHandlers,
  ...exchangeHandlers,
  ...datasetHandlers,
  ...removalHandlers,
  ...inspectHandlers,
  ...ownPictureHandlers,
  ...uploadHandlers,
  ...storageHandlers,
  ...analysisHandlers,
  ...recipeHandlers,
  ...runHandlers,
  ...trainingHandlers,
  ...comparingHandlers,
  ...embeddingHandlers,
  ...evaluationHandlers,
};
