/**
 * A figure as SVG: cells, outlines and boxes are shapes, text is text, so that it can be edited, scaled and read by a
 * program; each cell of a pixelated map carries its value.
 */
import { FG, IGNORE, type Grid } from '../../src-shared/kernels/types.ts';
import { colourOf, legendStops } from '../canvas/map-colours.ts';
import { PROPOSED } from '../canvas/boxes/box-names.ts';
import { FAINT, outline } from '../canvas/contour.ts';
import { LABEL_LINE } from '../canvas/label-line.ts';
import { figureNames, layOut, type Figure, type FigureLayout } from '../canvas/figure.ts';
import { formatValue } from '../ui/words.ts';
import { gridRect, type Rect } from '../canvas/viewport.ts';

/**
 * @param pictureUrl the picture as a data URL; null leaves its place empty
 * @param mapUrl the map as a data URL of one pixel per cell, for smooth figures; pixelated ones need none
 */
export function figureSvg(figure: Figure, pictureUrl: string | null, mapUrl: string | null): string {
  const place = layOut(figure);
  const { width, height, picture, scale } = place;
  const unit = 1 / scale;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="Inter, system-ui, sans-serif" font-size="${place.text}">`,
    `<title>${escape(figure.caption.map(({ name, text }) => `${name}: ${text}`).join('. '))}</title>`,
    `<defs><clipPath id="frame"><rect width="${figure.size.width}" height="${figure.size.height}"/></clipPath>${HATCH}</defs>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<rect width="${picture.width}" height="${picture.height}" fill="#bdbdbd"/>`,
    `<g id="picture" transform="scale(${round(scale)})" clip-path="url(#frame)">`,
    pictureUrl === null
      ? ''
      : `<image href="${pictureUrl}" width="${figure.size.width}" height="${figure.size.height}" preserveAspectRatio="none"/>`,
    mapShapes(figure, mapUrl),
    labelShapes(figure, unit),
    cellLines(figure, unit),
    boxShapes(figure, unit),
    '</g>',
    nameShapes(figure, place),
    legend(figure, place),
    ...place.lines.map(
      ({ name, text, y }) =>
        `<text x="${place.text}" y="${y}" fill="#1a1a1a">${name === '' ? '' : `<tspan font-weight="600">${escape(name)}: </tspan>`}${escape(text)}</text>`,
    ),
    '</svg>',
    '',
  ]
    .filter((part, i, all) => part !== '' || i === all.length - 1)
    .join('\n');
}

const HATCH =
  '<pattern id="ignore" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="3" height="6" fill="#ebebeb" fill-opacity="0.6"/><rect x="3" width="3" height="6" fill="#000000" fill-opacity="0.45"/></pattern>';

function mapShapes({ map }: Figure, mapUrl: string | null): string {
  if (!map) return '';
  const { values, grid, transform, scale, colormap, opacity, smooth } = map;
  const rect = gridRect(grid, transform);
  if (smooth && mapUrl !== null) {
    return `<image id="map" href="${mapUrl}" ${attributes(rect)} preserveAspectRatio="none" opacity="${opacity}"/>`;
  }
  const [rows, cols] = grid;
  const [w, h] = [rect.width / cols, rect.height / rows];
  const cells: string[] = [];
  values.forEach((value, i) => {
    const colour = colourOf(value, scale, colormap);
    if (colour.alpha === 0) return;
    const [r, g, b] = colour.rgb;
    const at = { x: rect.x + (i % cols) * w, y: rect.y + Math.floor(i / cols) * h, width: w, height: h };
    cells.push(
      `<rect ${attributes(at)} fill="rgb(${r},${g},${b})" fill-opacity="${round(colour.alpha / 255)}" data-row="${Math.floor(i / cols)}" data-col="${i % cols}" data-value="${Number(value.toPrecision(6))}"/>`,
    );
  });
  return `<g id="map" opacity="${opacity}" shape-rendering="crispEdges">${cells.join('')}</g>`;
}

function labelShapes({ label }: Figure, unit: number): string {
  if (!label) return '';
  const { values, grid, transform, opacity } = label;
  const rect = gridRect(grid, transform);
  return [
    `<g id="label" opacity="${opacity}">`,
    `<g opacity="${FAINT}"><path d="${cellPath(values, grid, rect, FG)}" fill="#e69f00" fill-opacity="0.45"/>`,
    `<path d="${cellPath(values, grid, rect, IGNORE)}" fill="url(#ignore)"/></g>`,
    '</g>',
    labelLine(linePath(outline(values, grid, FG), grid, rect), unit),
  ].join('');
}

function cellLines({ cells }: Figure, unit: number): string {
  if (!cells) return '';
  const rect = gridRect(cells.grid, cells.transform);
  const [rows, cols] = cells.grid;
  const lines: number[] = [];
  for (let col = 0; col <= cols; col++) lines.push(col, 0, col, rows);
  for (let row = 0; row <= rows; row++) lines.push(0, row, cols, row);
  return `<path id="grid" d="${linePath(lines, cells.grid, rect)}" fill="none" stroke="#ffffff" stroke-opacity="0.55" stroke-width="${round(unit)}"/>`;
}

function boxShapes({ boxes, truth, proposals }: Figure, unit: number): string {
  const shape = (list: Figure['boxes'], dash: string, id: string) =>
    list.length === 0
      ? ''
      : `<g id="${id}">${list
          .map(([x0, y0, x1, y1]) => strokes(`M${x0} ${y0}H${x1}V${y1}H${x0}Z`, unit, '#ffffff', 1.5, dash))
          .join('')}</g>`;
  return (
    shape(proposals, ` stroke-dasharray="${PROPOSED.map((n) => round(n * unit)).join(' ')}"`, 'proposals') +
    shape(boxes, '', 'boxes') +
    shape(truth, ` stroke-dasharray="${round(6 * unit)} ${round(4 * unit)}"`, 'truth')
  );
}

function nameShapes(figure: Figure, place: FigureLayout): string {
  const names = figureNames(figure, place).map(
    ({ name, ...at }) =>
      `<rect ${attributes(at)} fill="#000000"/><text x="${round(at.x + at.width / 2)}" y="${round(at.y + at.height * 0.7)}" fill="#ffffff" text-anchor="middle">${escape(name)}</text>`,
  );
  return names.length === 0 ? '' : `<g id="names">${names.join('')}</g>`;
}

function legend({ map }: Figure, { legend: bar, text, width }: FigureLayout): string {
  if (!map) return '';
  const { scale, colormap } = map;
  const stops = legendStops(scale, colormap)
    .map(({ at, rgb: [r, g, b] }) => `<stop offset="${round(at)}" stop-color="rgb(${r},${g},${b})"/>`)
    .join('');
  const y = bar.y + text * 0.85;
  return [
    `<defs><linearGradient id="colours">${stops}</linearGradient></defs>`,
    `<g id="legend" fill="#1a1a1a"><rect ${attributes(bar)} fill="url(#colours)"/>`,
    `<text x="${bar.x - text / 2}" y="${round(y)}" text-anchor="end">${formatValue(scale.min)}</text>`,
    `<text x="${width - bar.x + text / 2}" y="${round(y)}">${formatValue(scale.max)}</text></g>`,
  ].join('');
}

function labelLine(path: string, unit: number): string {
  if (path === '') return '';
  return LABEL_LINE.map(
    ({ colour, width }) =>
      `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${round(width * unit)}"/>`,
  ).join('');
}

/** A line seen on any picture: light on dark. */
function strokes(path: string, unit: number, colour: string, width: number, dash = ''): string {
  if (path === '') return '';
  return `<path d="${path}" fill="none" stroke="#000000" stroke-opacity="0.75" stroke-width="${round((width + 2) * unit)}"/><path d="${path}" fill="none" stroke="${colour}" stroke-width="${round(width * unit)}"${dash}/>`;
}

function cellPath(values: Int8Array, [rows, cols]: Grid, rect: Rect, wanted: number): string {
  const [w, h] = [rect.width / cols, rect.height / rows];
  let path = '';
  values.forEach((value, i) => {
    if (value !== wanted) return;
    const [x, y] = [rect.x + (i % cols) * w, rect.y + Math.floor(i / cols) * h];
    path += `M${round(x)} ${round(y)}H${round(x + w)}V${round(y + h)}H${round(x)}Z`;
  });
  return path;
}

function linePath(lines: readonly number[], [rows, cols]: Grid, rect: Rect): string {
  const x = (col: number) => round(rect.x + (col / cols) * rect.width);
  const y = (row: number) => round(rect.y + (row / rows) * rect.height);
  let path = '';
  for (let i = 0; i < lines.length; i += 4) {
    path += `M${x(lines[i]!)} ${y(lines[i + 1]!)}L${x(lines[i + 2]!)} ${y(lines[i + 3]!)}`;
  }
  return path;
}

function attributes({ x, y, width, height }: Rect): string {
  return `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Text as XML takes it; control characters, which it does not, are left out. */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
