/** The freezing of a version that is under way. */
import { createContext } from 'svelte';
import type { DatasetVersion } from '../../src-shared/contract/datasets.ts';
import { Exchange } from '../shell/exchange.svelte.ts';

export class Freezing extends Exchange<DatasetVersion> {}

export const [getFreezing, setFreezing] = createContext<Freezing>();
