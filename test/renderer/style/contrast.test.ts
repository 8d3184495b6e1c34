/** Text of both themes on what lies below it meets WCAG 2.2 AA: 4.5 to 1, and 3 to 1 for lines that say something. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../../scripts/lib/paths.mjs';

const css = readFileSync(join(root, 'src-renderer/style/tokens.css'), 'utf8');

/** Colours of a theme by the name of their token. */
function theme(name: 'dark' | 'light'): ReadonlyMap<string, string> {
  const block = css.slice(css.indexOf(`data-theme='${name}'`));
  return new Map(
    [...block.slice(0, block.indexOf('}')).matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(
      ([, token, value]) => [token!, value!],
    ),
  );
}

/** Relative luminance (WCAG 2.2, sRGB). */
function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Headers, legends and chips of panes stand on the panel; choices on what is raised or pointed at. */
const TEXT = ['text', 'muted', 'accepted', 'corrected', 'rejected', 'danger', 'fg-text', 'bg-text'];
const BELOW = ['panel', 'raised', 'surround'];

for (const name of ['dark', 'light'] as const) {
  test(`${name}: text on everything it stands on`, () => {
    const colours = theme(name);
    const low: string[] = [];
    const check = (over: string, below: string, least: number): void => {
      const value = contrast(colours.get(over)!, colours.get(below)!);
      if (value < least) low.push(`--${over} on --${below}: ${value.toFixed(2)}, not ${least}`);
    };
    for (const over of TEXT)
      for (const below of BELOW) if (below !== 'surround' || over === 'text') check(over, below, 4.5);
    for (const below of ['hover', 'accent-soft', 'canvas']) check('text', below, 4.5);
    check('muted', 'hover', 4.5);
    check('on-accent', 'accent', 4.5);
    // Borders of controls and of legends, and the ring of the focus.
    for (const over of ['line-strong', 'accent']) check(over, 'panel', 3);
    assert.deepEqual(low, []);
  });
}
