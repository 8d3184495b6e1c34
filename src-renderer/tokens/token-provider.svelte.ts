/** The token view's maps for the panes: place 0 is whatever is pointed at or kept, k is the k-th token. */
import type { TokenView } from '../../src-shared/contract/inspect.ts';
import { shows, type SourceOf } from '../panes/map-source.ts';
import type { PlacedValues } from '../canvas/map-values.ts';
import { tokenMap, tokensTitle } from './token-maps.ts';
import type { MapProvider, Panes } from '../panes/panes.svelte.ts';
import type { TokenLab } from './token-lab.svelte.ts';
import type { Desk } from '../deciding/desk.svelte.ts';
import type { Frame } from '../shell/frame.svelte.ts';

/** What is pointed at or kept in the Tokens tab. */
export const CHOSEN_TOKENS: SourceOf<'token'> = { kind: 'token', index: 0 };

/** The same map is the same object: panes draw anew what is another. */
const single = new WeakMap<TokenView, Map<number, PlacedValues | null>>();

export function tokenProvider(lab: TokenLab): MapProvider<SourceOf<'token'>> {
  return {
    unit: 'Attention of the selected tokens to each part of the picture',
    title: ({ index }) => {
      if (!lab.view) return 'Tokens';
      return index === 0 ? lab.title : tokensTitle(lab.view, [index - 1], true);
    },
    find: ({ index }, { detail }) => {
      const { view } = lab;
      if (!view || view.predictionId !== detail.prediction?.id) {
        return { missing: lab.problem?.message ?? 'Reading where each token looks…' };
      }
      const map = index === 0 ? lab.map : mapOfOne(view, index - 1);
      return map ? { map } : { missing: 'The last token has no map: it was never fed back' };
    },
    choices: ({ detail }) =>
      lab.view && lab.view.predictionId === detail.prediction?.id
        ? [CHOSEN_TOKENS, ...lab.view.tokens.map((_, i) => ({ kind: 'token' as const, index: i + 1 }))]
        : [],
  };
}

function mapOfOne(view: TokenView, token: number): PlacedValues | null {
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- bookkeeping, nothing on screen depends on it
  const known = single.get(view) ?? new Map<number, PlacedValues | null>();
  single.set(view, known);
  if (!known.has(token)) known.set(token, tokenMap(view, [token]));
  return known.get(token) ?? null;
}

/** Called while the review page is made: asks about tokens while somebody looks at them, in their tab or in a pane. */
export function watchTokens(lab: TokenLab, desk: Desk, panes: Panes, frame: Frame): void {
  const asks = $derived(frame.seenTab === 'tokens' || panes.sources.some((source) => shows('token', source)));
  const predictionId = $derived(desk.bundle?.detail.prediction?.id ?? null);
  $effect(() => lab.follow(asks ? predictionId : null));
  $effect(() => () => lab.follow(null));
}
