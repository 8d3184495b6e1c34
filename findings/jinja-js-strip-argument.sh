#!/bin/sh
# @huggingface/jinja: strip, lstrip and rstrip take no notice of the characters they are given.
# Fovea: strips what the argument says.
. "$(dirname "$0")/common.sh"
npm_packages @huggingface/jinja@0.5.11
venv py jinja2==3.1.6
printf '%s' '{{ "--a b--".strip("-") }}|{{ "--a b--".rstrip("-") }}' >"$work/template"
cat >"$work/run.js" <<'N'
import { readFileSync } from 'node:fs';
import { Template } from '@huggingface/jinja';
console.log(new Template(readFileSync('template', 'utf8')).render({}));
N
cat >"$work/run.py" <<'P'
from jinja2 import Environment
print(Environment().from_string(open("template").read()).render())
P
seen=$(cd "$work" && echo "JavaScript [$(node run.js)], Jinja2 [$(py/bin/python run.py)]")
finding '@huggingface/jinja 0.5.11' '"--a b--".strip("-") and .rstrip("-")' \
  'JavaScript [a b|--a b], Jinja2 [a b|--a b]' "$seen"
still "$seen" 'JavaScript [--a b--|--a b--], Jinja2 [a b|--a b]'
