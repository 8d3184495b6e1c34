#!/bin/sh
# @huggingface/tokenizers: the pre-tokenizer Split with behaviour Isolated and `invert: true` drops the text between the
# matches; the Rust library, whose files it runs, isolates both.
# Fovea: refuses a tokenizer.json with this setting by name.
. "$(dirname "$0")/common.sh"
npm_packages @huggingface/tokenizers@0.2.0
venv py tokenizers==0.23.3
cat >"$work/tokenizer.json" <<'J'
{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,"post_processor":null,"decoder":null,
 "pre_tokenizer":{"type":"Split","pattern":{"String":"-"},"behavior":"Isolated","invert":true},
 "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,"end_of_word_suffix":null,
  "fuse_unk":false,"byte_fallback":false,"ignore_merges":false,"vocab":{"a":0,"b":1,"-":2},"merges":[]}}
J
cat >"$work/run.js" <<'N'
import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';
console.log(new Tokenizer(JSON.parse(readFileSync('tokenizer.json', 'utf8')), {}).encode('a-b').tokens.join(' '));
N
cat >"$work/run.py" <<'P'
from tokenizers import Tokenizer
print(*Tokenizer.from_file("tokenizer.json").encode("a-b").tokens)
P
seen=$(cd "$work" && echo "JavaScript [$(node run.js)], Rust [$(py/bin/python run.py)]")
finding '@huggingface/tokenizers 0.2.0' 'tokens of "a-b", Split at "-", Isolated, invert' \
  'JavaScript [a - b], Rust [a - b]' "$seen"
still "$seen" 'JavaScript [-], Rust [a - b]'
