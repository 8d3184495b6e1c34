/** Exports of this page: the one under way, and how many were written. */
import { createContext } from 'svelte';
import type { ExportReport } from '../../src-shared/contract/procedures.ts';
import { Exchange } from '../shell/exchange.svelte.ts';

export class Exports extends Exchange<ExportReport> {
  /** On this visit. */
  written = $state(0);
}

export const [getExports, setExports] = createContext<Exports>();
