/** Every migration of `maps.db`, in order. */
import type { Migration } from '../types.ts';
import { migration as m0001 } from './0001-map-set.ts';
import { migration as m0002 } from './0002-placed-maps.ts';
import { migration as m0003 } from './0003-embeddings.ts';

export const mapsMigrations: readonly Migration[] = [m0001, m0002, m0003];
