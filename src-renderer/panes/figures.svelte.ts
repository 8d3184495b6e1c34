/** Saves what a pane shows as a figure with a caption: a download in the browser, a save dialog in the desktop app. */
import { FoveaError } from '../../src-shared/contract/errors.ts';
import { figurePng, mapUrl, pictureUrl } from '../canvas/figure-png.ts';
import { captionOf, figureName, type Figure } from '../canvas/figure.ts';
import { figureSvg } from './figure-svg.ts';
import type { Scale } from '../canvas/map-scale.ts';
import type { MapSource } from './map-source.ts';
import type { Bundle } from '../canvas/bundles.svelte.ts';
import type { PaneContent, PlacedLabel } from './pane-content.svelte.ts';
import { namedBoxes, proposedBoxes } from '../canvas/boxes/box-names.ts';
import { saveAs } from '../shell/files.dom.ts';
import type { View } from '../canvas/view.svelte.ts';
import type { Desk } from '../deciding/desk.svelte.ts';
import type { Notices } from '../shell/notices.svelte.ts';
import type { Session } from '../shell/session.svelte.ts';

/** What a figure is made of, besides the pane. */
export interface FigureParts {
  readonly desk: Desk;
  readonly view: View;
  readonly session: Session;
  readonly notices: Notices;
}

export interface ShownPane {
  readonly source: MapSource;
  readonly content: PaneContent;
  readonly scale: Scale | null;
}

/** Draws the pane's figure and hands it to the browser to save. Says so when that fails. */
export async function saveFigure(parts: FigureParts, pane: ShownPane, format: 'png' | 'svg'): Promise<void> {
  const { bundle } = parts.desk;
  if (!bundle) return;
  const figure = figureOf(parts, bundle, pane);
  try {
    const bitmap = (await bundle.picture?.whole()) ?? null;
    const blob =
      format === 'png'
        ? await figurePng(figure, bitmap)
        : new Blob([figureSvg(figure, bitmap && pictureUrl(figure, bitmap), mapUrl(figure))], {
            type: 'image/svg+xml',
          });
    saveAs(`${figureName(bundle.detail.externalId, pane.content.title)}.${format}`, blob);
  } catch (thrown) {
    parts.notices.error(FoveaError.from(thrown));
  }
}

/** Hands data over as a JSON file, numbers as they are. */
export function saveJson(name: string, value: unknown): void {
  const blob = new Blob([`${JSON.stringify(value, null, 2)}\n`], { type: 'application/json' });
  saveAs(`${figureName(name, 'check')}.json`, blob);
}

function figureOf({ desk, view, session }: FigureParts, { detail }: Bundle, pane: ShownPane): Figure {
  const { content, scale } = pane;
  const { map, label } = content;
  const { prediction } = detail;
  const runId = runOf(pane.source) ?? prediction?.runId;
  const run = session.project?.runs.find(({ id }) => id === runId);
  const reviewed: PlacedLabel | null =
    desk.label && prediction
      ? { values: desk.label, grid: prediction.grid, transform: prediction.transform }
      : null;
  const asked = label === 'always' || (label === 'asked' && view.flags.labels);
  const shown = typeof label === 'string' ? (asked ? reviewed : null) : label;
  return {
    size: { width: detail.image.width, height: detail.image.height },
    map: map &&
      scale && {
        values: map.values,
        grid: map.grid,
        transform: map.transform,
        scale,
        colormap: view.colormap,
        opacity: view.mapOpacity,
        smooth: view.flags.smooth,
      },
    label: shown && { ...shown, opacity: view.labelOpacity },
    cells: view.flags.grid ? (map ?? prediction) : null,
    boxes: view.flags.boxes ? content.boxes : [],
    truth: view.flags.truth ? detail.truthBoxes : [],
    proposals: view.flags.proposals ? detail.proposals.flatMap(({ boxes }) => boxes) : [],
    named: [
      ...(view.flags.boxes ? content.named : []),
      ...(view.flags.truth ? namedBoxes(detail.truthBoxes, 'truth') : []),
      ...(view.flags.proposals ? proposedBoxes(detail.proposals) : []),
    ],
    caption: captionOf({
      sample: `${detail.externalId} (${detail.image.name})`,
      question: detail.question,
      map: content.title,
      unit: content.unit,
      note: content.note,
      model: run?.modelName ?? null,
      preset: run?.preset.name ?? null,
      scale,
      colormap: view.colormap,
    }),
  };
}

/** The run a source names; that of the first map of a difference. */
function runOf(source: MapSource): number | null {
  if (source.kind === 'difference') return runOf(source.left);
  return source.kind === 'map' ? source.run : null;
}
