#!/bin/sh
# @huggingface/jinja: a variable set in one pass of a loop is still set in the next pass; in Jinja2 each pass begins
# without it. A chat template that marks "this message has a picture" in a loop writes another prompt.
# Fovea: renders templates with an interpreter of its own rules for scopes.
. "$(dirname "$0")/common.sh"
npm_packages @huggingface/jinja@0.5.11
venv py jinja2==3.1.6
printf '%s' '{% for part in parts %}{% if part == "image" %}{% set seen = "S" %}{% endif %}{{ part }}:{{ seen }} {% endfor %}' >"$work/template"
cat >"$work/run.js" <<'N'
import { readFileSync } from 'node:fs';
import { Template } from '@huggingface/jinja';
console.log(new Template(readFileSync('template', 'utf8')).render({ parts: ['text', 'image', 'text'] }).trim());
N
cat >"$work/run.py" <<'P'
from jinja2 import Environment
print(Environment().from_string(open("template").read()).render(parts=["text", "image", "text"]).strip())
P
seen=$(cd "$work" && echo "JavaScript [$(node run.js)], Jinja2 [$(py/bin/python run.py)]")
finding '@huggingface/jinja 0.5.11' 'a name set in the second pass of a loop, printed in all three' \
  'JavaScript [text: image:S text:], Jinja2 [text: image:S text:]' "$seen"
still "$seen" 'JavaScript [text: image:S text:S], Jinja2 [text: image:S text:]'
