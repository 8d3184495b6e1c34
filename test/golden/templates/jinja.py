"""What Jinja2, set up as transformers sets it up, makes of templates that a chat template may be put together from.

Writes `jinja.json`: rows of [template, text], text null where Jinja2 complains. Fovea must give the same or refuse
(test/checkpoint/template/jinja.test.ts). Run by hand, never in CI:

    python -m venv /some/venv && /some/venv/bin/pip install transformers==5.24.0 jinja2
    /some/venv/bin/python jinja.py
"""

import json
from pathlib import Path

from transformers.utils.chat_template_utils import _compile_jinja_template

CONTEXT = {
    "bos_token": "<s>",
    "messages": [
        {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "  What's 1 \u00e9\U0001f600 here?\n"}]},
    ],
    "tools": None, "documents": None, "add_generation_prompt": True,
    "s": "--a-b--", "w": " \u0085\ufeff\u001c x \t\u2003", "n": -7, "f": 2.5, "e": [], "l": [3, 1, 2], "d": {"b": 1, "a": {"c": [True, None]}}, "t": "Big small\nLINE \u0391\u03a3",
}  # fmt: skip

EXPRESSIONS = """
s.strip('-') | s.lstrip('-') | s.rstrip('-') | s.strip() | w.strip() | w.lstrip() | w.rstrip() | s.strip('-a') | s.strip(none) | s.strip('') | 'xyx'.strip('x')
w|trim | s|trim | true | false | none | True | None | l | e | d | f | 1.5 | 2.0 | -0.0 | 1e20 | 1/2 | 7//2 | n//2 | n % 3 | 7 % 3 | 7 % -3 | f % 2 | 2 ** 3 | 2 ** -1
1 + 1 | 'a' ~ 1 | 'a' ~ true | 'a' ~ none | 'a' ~ f | 'a' ~ l | 'a' ~ missing | 'a' + 'b' | 'a' + 1 | [1] + [2] | missing | missing.part | missing.part.part | d.x | d.x.y | none.x
1 == '1' | 1 == 1.0 | true == 1 | '' == 0 | none == missing | missing == missing | none == none | 'a' != 'b' | l == [3,1,2] | d == d | '1' == 1 | false == 0 | none == false
1 in l | '1' in l | true in [1] | none in [none] | 'a' in 'abc' | 'a' in d | 'x' not in d | 'a' in missing | 3 not in l | 'a' in none | 1.0 in l
l|join | l|join(',') | l|join(', ') | ['a','b']|join('-') | [true, none]|join(',') | [1.0]|join | messages[0].content|map(attribute='type')|join(',') | messages|join(attribute='role') | 'abc'|join('-')
l|length | s|length | d|length | t|length | messages[0].content[1].text|length | messages[0].content|length | l|count | s|count | e|length | missing|length
t|upper | t|lower | t|title | t|capitalize | t.upper() | t.lower() | t.title() | t.capitalize() | 'hELLO wORLD'|title | 'aBC'|capitalize
t.split() | t.split()|length | t.split()[0] | t.split('\\n')[1] | 'a,b,c'.split(',')[-1] | 'a,b,c'.split(',', 1)[1] | 'a b'.split(' ')|join('+') | ''.split()|length | w.split()|length
s.replace('-', '+') | s.replace('-', '+', 1) | s|replace('-', '') | s|replace('-', '+', 2) | s.startswith('--') | s.endswith(('x', '--')) | 'yes' if s.startswith('--') else 'no' | 'yes' if s.startswith('a', 2) else 'no'
s.find('a') | s.index('a') | s.removeprefix('--') | s.splitlines() | 'a'.join(['b','c']) | '%s' % 'a' | '{}'.format(1) | s.count('-') | s.isdigit() | s.rsplit('-')|length | s.length | l.length | s.upper is defined
l[0] | l[-1] | l[5] | l[1:] | l[::-1]|join | s[2] | s[-1] | s[2:4] | s[::-1] | s[:-2] | l[:-1]|join(',') | l.0 | messages[0]['role'] | messages[0].role | messages[0]['missing'] | messages[-1].role | '\U0001f600a'[0] | '\U0001f600a'[1:]
d.items()|list|length | d.keys()|join | d|items|list|length | d.get('b') | d.get('zz') | d.get('zz', 'y') | d['a']['c'][0] | d.a.c|length | d|dictsort | d.values()|list|length | d.items
l|first | l|last | e|first | l|sort|join | l|sort(reverse=true)|join | ['b','A','c']|sort|join | l|reverse|join | l|reverse|list|join | [1,1,2]|unique|join | l|max | l|min | l|sum | l|batch(2)|list|length | s|first | s|last
l|tojson | d|tojson | d|tojson(indent=2) | d|tojson(indent=0) | s|tojson | t|tojson | f|tojson | [1.5]|tojson | d|tojson(sort_keys=true) | t|tojson(ensure_ascii=true) | '<&>"'|tojson | missing|tojson | none|tojson | true|tojson | d|tojson(4) | l|tojson(separators=(',',':')) | '\x7f'|tojson | messages|tojson
missing|default('x') | none|default('x') | ''|default('x', true) | none|default('x', boolean=true) | missing|default | missing|default(default_value='x') | missing|d('x') | 'a'|default('x')
'3'|int | '3x'|int | '3.7'|int | 3.7|int | -3.7|int | '3'|float | true|int | 'x'|int(5) | n|abs | 3.5|round | 5|string | true|string | none|string | l|string | f|string | s|string
s is defined | missing is defined | missing is undefined | none is none | missing is none | s is string | 1 is number | true is number | 1.5 is float | 1 is integer | true is integer | l is iterable | d is iterable | missing is iterable | s is iterable | 1 is iterable
d is mapping | l is mapping | l is sequence | d is sequence | s is sequence | 1 is sequence | missing is sequence | 2 is even | 3 is odd | n is odd | true is true | 1 is true | true is boolean | 'abc' is lower | '123' is lower | 'A' is upper | 2 is divisibleby(2) | 1 is eq(1) | 1 is equalto(1) | 1 is in(l) | s is callable | 'a' is in('abc') | tools is defined | tools is none | tools is not none
messages[0].content|selectattr('type','equalto','image')|list|length | messages[0].content|selectattr('text')|list|length | messages[0].content|rejectattr('type','equalto','image')|list|length | messages[0].content|selectattr('text','defined')|list|length | messages[0].content|selectattr('text','undefined')|list|length | messages[0].content|map(attribute='text')|list|length | messages[0].content|selectattr('type','in',['image'])|list|length | l|select('odd')|list|length | l|map('string')|join
not missing | not e | not d | not '' | not 0 | not none | e or 'x' | l and 'y' | missing or 'x' | 'a' if missing | 'a' if missing else 'b' | ('a', 'b')[0] | (1, 2)|length | (1,)|tojson | {'a': 1}.a | {'a': 1, 'a': 2}.a | {1: 2}|length | [1, [2]][1][0]
'\\n' | 'a\\tb' | 'a\\\\b' | 'it\\'s' | "q\\"q" | '\\u00e9' | '\\x41' | 'a' 'b' | '\\/' | 1_000 | 0x10 | range(3)|join | range(1,4)|list|length | range(3,0,-1)|join | range(3) | namespace(a=1).a | dict(a=1).a | cycler('a').next() | strftime_now('%Y') | lipsum(1)
w|length | s|escape | s|e | '<a>'|safe | '<a>' | 'a\\nb'|indent | 'a\\nb'|indent(2, true) | s|center(11) | s|truncate(3) | s|wordcount | s|striptags | 'a b'|urlencode | l|random is number | d|length > 1 | 1 < 2 | 'a' < 'b' | 1 < 2 < 3 | l < [4] | 1 <= 1.0
"""

TEMPLATES = [
    "{% for m in messages %}{{ m.role }}:{% for c in m.content %}{% if c.type == 'image' %}<image>{% elif c['type'] == 'text' %}{{ c.text }}{% endif %}{% endfor %}{% endfor %}",
    "{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.revindex }}{{ loop.length }} {% endfor %}",
    "{% for x in l %}{% if not loop.first %},{% endif %}{{ x }}{% if loop.last %}.{% endif %}{% endfor %}",
    "{% for x in l %}{{ loop.depth }}{% endfor %}", "{% for x in l %}{{ loop.cycle('a', 'b') }}{% endfor %}", "{% for x in l %}{{ loop.previtem }}-{{ loop.nextitem }};{% endfor %}",
    "{% for x in l %}{% if loop.first %}{% set a = x %}{% endif %}{{ a }};{% endfor %}", "{% set a = 0 %}{% for x in l %}{{ a }}{% set a = x %}{{ a }};{% endfor %}{{ a }}",
    "{% set ns = namespace(a=0) %}{% for x in l %}{% set ns.a = ns.a + x %}{% endfor %}{{ ns.a }}", "{% set ns = namespace(found=false) %}{{ ns.found }}", "{% if true %}{% set a = 1 %}{% endif %}{{ a }}",
    "{% for x in l if x > 1 %}{{ x }}{{ loop.index }}{% else %}none{% endfor %}", "{% for x in e %}{{ x }}{% else %}none{% endfor %}", "{% for x in l %}{% continue %}{% else %}none{% endfor %}",
    "{% for x in l %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}", "{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}", "{% for x in l %}{% break %}{% else %}none{% endfor %}",
    "{% for k, v in d.items() %}{{ k }};{% endfor %}", "{% for k in d %}{{ k }};{% endfor %}", "{% for k, v in d|items %}{{ k }};{% endfor %}", "{% for k, v in d|dictsort %}{{ k }};{% endfor %}", "{% for c in s %}{{ c }} {% endfor %}",
    "{% for x in missing %}{{ x }}{% endfor %}", "{% for x in range(3) %}{{ x }}{% endfor %}", "{% for x in none %}{{ x }}{% endfor %}", "{% for x in l %}{% for y in l %}{{ loop.index }}{% endfor %}{{ loop.index }};{% endfor %}",
    "{% macro m(a, b='x') %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}", "{% macro m() %}{{ z }}{% endmacro %}{% for z in l %}{{ m() }}{% endfor %}", "{% macro m() %}a{% endmacro %}b", "{% call(x) m() %}{% endcall %}",
    "{% filter upper %}a{% endfilter %}", "{% set a %}b {{ s }}{% endset %}{{ a }}", "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set a = [1, 2] %}{{ a|length }}", "{% set x = x|default('y') %}{{ x }}",
    "{% generation %}a{% endgeneration %}b", "a {%- generation -%} b {%- endgeneration -%} c", "x\n{% generation %}\na\n{% endgeneration %}\ny", "{{ raise_exception('no') }}", "{% if false %}{{ raise_exception('no') }}{% endif %}a",
    "a\n", "a\n\n", "\na", "a\r\nb\r\n", "  {% if true %}\n  a\n  {% endif %}\n  b", "a {%- if true -%} b {%- endif -%} c", "a\n{%- if true %}\nb\n{%- endif %}\nc", "{{- 'a' -}}  b", "  {{- 'a' }}  \n  {{ 'b' -}}  \n c", "a {#- c -#} b", "a {# c #}\nb", "  {# c #}\n  b",
    "{%+ if true %}a{% endif %}", "  {%+ if true %}a{%+ endif %}", "{% if true +%}\na{% endif %}", "{{ 'a' }}\n{{ 'b' }}\n", "\t{% set a = 1 %}\n\t{{ a }}\n", "{% raw %}{{ a }}{% endraw %}", "{{ '{{' }}{{ '}}' }}", "{{ '{%' }}", "{{ {'a': {'b': 1}}.a.b }}", "a{% if true %}\u00a0\n{% endif %}", "\ufeff{% if true %}a{% endif %}", "a\u0085{%- if true %}b{% endif %}", "{'a': 1}\n{% if true %}%}\n{% endif %}x", "a -}\nb", "a #}\nb", "a %}\nb", "{% if true %}-}\n}{% endif %}",
    "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] %}{% else %}{% set system = 'none' %}{% endif %}{{ system }}", "{% if tools %}t{% endif %}{% if tools is not none %}u{% endif %}{% if tools is defined %}v{% endif %}",
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}", "{% with a = 1 %}{{ a }}{% endwith %}", "{% include 'x' %}", "{% do l.append(1) %}", "{{ messages[0].content }}", "{{ messages[0].content[1].text.strip() }}|", "{{ messages[0].content[1].text | trim }}|", "{{ messages[0]['content'][1]['text'].split('1')[1] }}",
]  # fmt: skip


def rendered(template):
    try:
        return _compile_jinja_template(template).render(**CONTEXT)
    except Exception:
        return None


templates = []
for line in EXPRESSIONS.strip().split("\n"):
    templates += ["[{{ " + one.strip() + " }}]" for one in line.split(" | ")]
templates += TEMPLATES
here = Path(__file__).parent
data = {"context": CONTEXT, "rows": [[template, rendered(template)] for template in templates]}
(here / "jinja.json").write_text(json.dumps(data, ensure_ascii=True, indent=1) + "\n", encoding="utf-8")
print(len(templates), "templates,", sum(text is None for _, text in data["rows"]), "of them refused by Jinja2")
