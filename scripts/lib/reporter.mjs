// Node's `spec` reporter lists the failures after its counts. Here one line per test file, each failure in full, the beginnings
// of all failures together, where a log that keeps its end only still has them, and the runner's own counts as the very last
// lines.
import { relative } from 'node:path';
import { inspect } from 'node:util';
import { root } from './paths.mjs';

/** Of each failure, in the list at the end. */
const WORDS_AT_THE_END = 2000;

export default async function* reporter(source) {
  const files = new Map();
  const failures = [];
  const counts = [];
  for await (const { type, data } of source) {
    if (type === 'test:pass' || type === 'test:fail') {
      if (data.details?.type === 'suite') continue;
      const name = data.file ? relative(root, data.file) : data.name;
      const tally = files.get(name) ?? { pass: 0, fail: 0, skip: 0, ms: 0 };
      files.set(name, tally);
      tally[data.skip ? 'skip' : type === 'test:pass' ? 'pass' : 'fail'] += 1;
      if (data.nesting === 0) tally.ms += data.details.duration_ms;
      if (type === 'test:fail') {
        failures.push(data);
        yield describe(data, name);
      }
    } else if (type === 'test:stderr' || type === 'test:stdout') {
      yield data.message;
    } else if (type === 'test:diagnostic' && data.nesting === 0 && !data.file) {
      counts.push(data.message);
    } else if (type === 'test:summary' && data.file) {
      const name = relative(root, data.file);
      const { pass, fail, skip, ms } = files.get(name) ?? { pass: 0, fail: 0, skip: 0, ms: 0 };
      const extra = [fail ? `${fail} failed` : '', skip ? `${skip} skipped` : ''].filter(Boolean);
      yield `${fail ? '✖' : '✔'} ${name}: ${[`${pass} passed`, ...extra].join(', ')} (${(ms / 1000).toFixed(1)} s)\n`;
    }
  }
  if (failures.length > 0) {
    yield '\nFailed:\n';
    for (const data of failures) {
      yield `  ${data.file ? relative(root, data.file) : ''}:${data.line ?? ''} ${data.name}\n`;
      yield `${indented(textOf(data).slice(0, WORDS_AT_THE_END))}\n`;
    }
  }
  yield '\n';
  for (const line of counts) yield `ℹ ${line}\n`;
}

function describe(data, file) {
  return `✖ ${file}: ${data.name}\n${indented(textOf(data))}\n`;
}

function textOf({ details }) {
  const error = details.error?.cause ?? details.error;
  return typeof error === 'string' ? error : inspect(error, { depth: 4, colors: false });
}

function indented(text) {
  return text.replace(/^/gm, '    ');
}
