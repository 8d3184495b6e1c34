/** The one door for numbers, saved filters and whatever else stands for samples. */
import { createContext } from 'svelte';
import { NO_FILTER, type SampleFilter, type SampleSort } from '../../src-shared/contract/procedures.ts';
import type { Frame } from '../shell/frame.svelte.ts';
import type { Queue } from './queue.svelte.ts';

/**
 * Shows just the samples that `filter` lets through, on the gallery or the review page. Parts that are not given let
 * everything through; without a `sort` the order stays. `id` is the sample that is current then.
 */
export type ShowSamples = (
  filter: Partial<SampleFilter>,
  how?: { sort?: SampleSort; page?: 'gallery' | 'review'; id?: number },
) => void;

export function showSamplesOn(frame: Frame, queue: Queue): ShowSamples {
  return (filter, { sort, page = 'gallery', id } = {}) => {
    frame.page = page;
    void queue.setView({ ...NO_FILTER, ...filter }, sort ?? queue.sort, id);
  };
}

export const [getShowSamples, setShowSamples] = createContext<ShowSamples>();
