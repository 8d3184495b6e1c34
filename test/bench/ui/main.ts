/**
 * `npm run bench:ui`: how long a reviewer waits, in real Chromium against the browser host, on the demo and on a large
 * generated project. `--json` prints one object on stdout; without it a table. Numbers are of this run on this
 * machine (drawn by the processor alone) and are never asserted. The top level holds the worse of the two projects.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { ensureBuilt } from '../../../scripts/lib/launch.mjs';
import { launchChromium } from '../../e2e/support/chromium.ts';
import { demoProject } from '../../e2e/support/demo-project.ts';
import { makeLargeProject } from './large-project.ts';
import { measureUi, type UiNumbers } from './measure.ts';
import { measureSlider } from './slider.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    samples: { type: 'string', default: '100000' },
    steps: { type: 'string', default: '240' },
    walk: { type: 'string', default: '2000' },
  },
});
const samples = z.coerce.number().int().min(100).parse(values.samples);
const steps = z.coerce.number().int().min(1).parse(values.steps);
const remembered = z.coerce.number().int().min(1).parse(values.walk);
const say = (text: string) => process.stderr.write(`${text}\n`);

const endings: (() => void)[] = [];
await ensureBuilt();
const chromium = await launchChromium();
try {
  say('the demo …');
  const demoPath = await demoProject({ after: (end: () => void) => void endings.push(end) } as Parameters<
    typeof demoProject
  >[0]);
  const demo = await measureUi(chromium, demoPath, {
    warmUp: Math.min(10, steps),
    decided: Math.min(60, steps),
    walked: Math.min(20, steps),
    filters: Math.min(18, steps),
    scrolls: Math.min(40, steps),
    // To and fro a few times is all that is to be seen of so few samples.
    remembered: Math.min(400, remembered),
  });
  const dir = mkdtempSync(join(tmpdir(), 'fovea-bench-ui-'));
  endings.push(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  say(`a project of ${samples} samples …`);
  await makeLargeProject(join(dir, 'large'), samples);
  const large = await measureUi(chromium, join(dir, 'large'), {
    warmUp: Math.min(40, steps),
    decided: Math.ceil(steps / 2),
    walked: Math.floor(steps / 2),
    filters: Math.min(36, steps),
    scrolls: Math.min(120, steps),
    remembered,
  });
  const slider: Record<string, number> = {};
  for (const side of [24, 64]) {
    say(`sliders at ${side}×${side} …`);
    await makeLargeProject(join(dir, `grid-${side}`), 8, [side, side]);
    const { ms_p95, shown_ms_p95 } = await measureSlider(
      chromium,
      join(dir, `grid-${side}`),
      Math.min(40, steps),
    );
    slider[`slider_ms_p95_${side}x${side}`] = ms_p95;
    slider[`slider_shown_ms_p95_${side}x${side}`] = shown_ms_p95;
  }
  print(demo, large, slider);
} finally {
  await chromium.close();
  for (const end of endings) end();
}

function print(demo: UiNumbers, large: UiNumbers, slider: Record<string, number>): void {
  const names = Object.keys(large) as (keyof UiNumbers)[];
  const round = (value: number) => Math.round(value * 10) / 10;
  const rounded = (numbers: UiNumbers) =>
    Object.fromEntries(names.map((name) => [name, round(numbers[name])])) as unknown as UiNumbers;
  const worse = Object.fromEntries(names.map((name) => [name, round(Math.max(demo[name], large[name]))]));
  const sliders = Object.fromEntries(Object.entries(slider).map(([name, ms]) => [name, round(ms)]));
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ ...worse, ...sliders, samples, demo: rounded(demo), large: rounded(large) })}\n`,
    );
    return;
  }
  const row = (name: string, a: string | number, b: string | number) =>
    `${name.padEnd(28)}${String(a).padStart(10)}${String(b).padStart(10)}`;
  const lines = names.map((name) => row(name, round(demo[name]), round(large[name])));
  lines.push(...Object.entries(sliders).map(([name, ms]) => row(name, '', ms)));
  process.stdout.write(`${[row('', 'demo', samples), ...lines].join('\n')}\n`);
}
