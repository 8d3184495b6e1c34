/**
 * Every feature of the page, the only list of them. A feature finds the state of those before it; Esc asks them, and
 * banners stand, in this order.
 */
import asking from '../asking/feature.ts';
import batches from '../batches/feature.ts';
import compare from '../compare/feature.ts';
import dashboard from '../dashboard/feature.ts';
import datasets from '../datasets/feature.ts';
import deciding from '../deciding/feature.ts';
import editing from '../editing/feature.ts';
import embeddings from '../embeddings/feature.ts';
import evaluate from '../evaluate/feature.ts';
import exchange from '../exchange/feature.ts';
import flags from '../flags/feature.ts';
import gallery from '../gallery/feature.ts';
import heads from '../heads/feature.ts';
import judging from '../judging/feature.ts';
import labelling from '../labelling/feature.ts';
import trying from '../trying/feature.ts';
import models from '../models/feature.ts';
import panes from '../panes/feature.ts';
import pictures from '../pictures/feature.ts';
import queue from '../queue/feature.ts';
import recipe from '../recipe/feature.ts';
import rejecting from '../rejecting/feature.ts';
import reviewers from '../reviewers/feature.ts';
import sample from '../sample/feature.ts';
import steering from '../steering/feature.ts';
import tagging from '../tagging/feature.ts';
import tokens from '../tokens/feature.ts';
import train from '../train/feature.ts';
import tour from '../tour/feature.ts';
import uploads from '../uploads/feature.ts';
import type { Feature } from '../shell/feature.svelte.ts';
import app from './feature.ts';

export const FEATURES: readonly Feature[] = [
  queue,
  flags,
  tagging,
  judging,
  deciding,
  rejecting,
  editing,
  panes,
  recipe,
  labelling,
  pictures,
  models,
  heads,
  tokens,
  asking,
  sample,
  batches,
  embeddings,
  gallery,
  dashboard,
  train,
  compare,
  evaluate,
  reviewers,
  steering,
  trying,
  uploads,
  exchange,
  datasets,
  tour,
  app,
];
