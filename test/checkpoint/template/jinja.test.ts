/**
 * Templates as Jinja2 renders them in transformers' setting (test/golden/templates/jinja.py): the same text, or an error.
 * The renderer may refuse what Jinja2 renders, never render anything else.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { renderTemplate } from '../../../src-main/checkpoint/template/interpreter.ts';
import { NotRendered } from '../../../src-main/checkpoint/template/error.ts';

const { context, rows } = z
  .object({
    context: z.record(z.string(), z.unknown()),
    rows: z.array(z.tuple([z.string(), z.string().nullable()])),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/templates/jinja.json'), 'utf8')));
function attempt(template: string): string | null {
  try {
    return renderTemplate(template, context);
  } catch {
    return null;
  }
}

test('no template comes out otherwise than in Jinja2', () => {
  const wrong = rows.flatMap(([template, text]) => {
    const own = attempt(template);
    return own === null || own === text ? [] : [{ template, own, text }];
  });
  assert.deepEqual(wrong, []);
});

test('what chat templates are made of is rendered', () => {
  const refused = rows.flatMap(([template, text]) =>
    text !== null && attempt(template) === null ? [template] : [],
  );
  // Of statements, loops, names, roles, contents and white space only what is named here.
  const known =
    /macro|filter|continue %\}\{% else|break %\}\{% else|loop\.(depth|cycle)|dictsort|in (s|missing) %|\{%\+|\+%\}|raw|with|\{\{ messages\[0\]\.content \}\}|[\x85\ufeff]|[-#%]\}\n/;
  const surprising = refused.filter((template) => !template.startsWith('[{{') && !known.test(template));
  assert.deepEqual(surprising, []);
});

test('what is refused is named', () => {
  for (const [template, message] of [
    ['{{ l }}', /printing of a list/],
    ["{{ m|join(attribute='role') }}", /join with a named option/],
    ['{{ -7 % 3 }}', /% of negative numbers/],
    ['{{ s|title }}', /the filter title/],
    ["{{ strftime_now('%Y') }}", /depend on the date/],
    ['{% macro m() %}{% endmacro %}', /a macro/],
    ['{{ missing.part }}', /a part of something undefined/],
  ] as const) {
    const values = { l: [1], m: [{ role: 'user' }], s: 'x' };
    assert.throws(
      () => renderTemplate(template, values),
      (error) => {
        assert.ok(error instanceof NotRendered);
        assert.match(error.message, message);
        return true;
      },
    );
  }
});
