import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { figureFile } from '../../../src-main/jobs/evaluate/report/figures.ts';
import { markup } from '../../../src-main/jobs/evaluate/report/markup.ts';
import { evaluationReport } from '../../../src-main/jobs/evaluate/report/report.ts';
import { evaluatedProject } from '../../support/evaluated-project.ts';
import { fakeEngine, fakeTry } from '../../support/fake-engine.ts';

test('what comes from data is text in the report, whatever it is', () => {
  const evil = `<script>alert("1")</script>'&\u0000\ud800`;
  assert.equal(
    markup`<p title="${evil}">${evil}</p>`.text,
    `<p title="&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;\u25a1\u25a1">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;\u25a1\u25a1</p>`,
  );
  assert.equal(markup`${[markup`<b>${'<'}</b>`, markup`<i>😀</i>`]}`.text, '<b>&lt;</b><i>😀</i>');
});

test('a report is one file without scripts, the same bytes when it is made again, with what was measured in it', async (t) => {
  const { dir, project, begin, work } = await evaluatedProject(t);
  const engine = fakeEngine();
  engine.tryMethod = async (request) => {
    const timings = { decode: 5, preprocess: 1, encode: 10, prefill: 20, generate: 8, rpn: 2, total: 50 };
    return { ...fakeTry(request), timings };
  };
  const { id, jobId } = begin({ methods: ['rpn', 'truth', 'raw'] });
  const unfinished = await evaluationReport(project, id);
  assert.match(unfinished.html, /8 samples of 8 are not measured yet/);
  await work(jobId!, engine);
  const report = await evaluationReport(project, id);
  assert.deepEqual(await evaluationReport(project, id), report);
  const { html } = report;
  assert.ok(
    !/<script|<link|<iframe|\son\w+=|style="|https?:/.test(html.replaceAll('http://www.w3.org/2000/svg', '')),
  );
  assert.match(html, /default-src &#39;none&#39;; style-src &#39;sha256-/);
  // The questions hold markup, and stand in it as text.
  assert.match(html, /q2 &lt;&amp;&gt; \?/);
  assert.match(html, /50\.0% \(/);
  assert.match(html, /data:image\/webp;base64,/);
  assert.match(
    html,
    /<h2>Leaving the crop out<\/h2>[\s\S]*Weakest token<\/small><\/th><td>no crop below 0\.5<\/td>/,
  );
  // 40 ms alone, 40 with the crop of which the RPN takes 2; the chosen gate by the answer crops half of them.
  assert.match(html, /Weakest token[\s\S]*?<td class="number">0\.67×<\/td><\/tr>/);
  // 40 of generate time each: the picture is read before the clock of the authors runs.
  assert.match(html, /<th>RPN<\/th><td class="number">6\.0<\/td>/);
  assert.match(html, /<td class="number">40<\/td><td class="number">3\.0 MB<\/td>/);
  assert.deepEqual(
    report.figures.map(({ name }) => name),
    ['accuracy', 'accuracy-throughput', 'accuracy-throughput-clock', 'gate'],
  );
  assert.match(figureFile(report.figures[0]!), /^<\?xml[\s\S]*<svg[^>]*><style>[\s\S]*<\/svg>\n$/);
  // Without its pictures it says so, and nothing else changes.
  rmSync(join(dir, 'p'), { recursive: true });
  assert.match((await evaluationReport(project, id)).html, /The picture cannot be shown/);
});
