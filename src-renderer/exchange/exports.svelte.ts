/** Exports of this page: the one under way, and how many were written. */
import { createContext } from 'svelte';
import type { DatasetVersion } from '../../src-shared/contract/datasets.ts';
import type { ExportReport } from '../../src-shared/contract/procedures.ts';
import { Exchange } from '../shell/exchange.svelte.ts';

export class Exports extends Exchange<ExportReport> {
  /** On this visit. */
  written = $state(0);
  /** The dialog is opened for what is selected. */
  ofSelection = $state(false);
  /** The frozen version that the dialog is opened for; null: what is there now. */
  version = $state.raw<DatasetVersion | null>(null);
}

export const [getExports, setExports] = createContext<Exports>();
