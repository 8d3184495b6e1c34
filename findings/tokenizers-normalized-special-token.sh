#!/bin/sh
# tokenizers (Rust): an added token that is special and `normalized: true` stays in the text of
# decode(skip_special_tokens=True) where the file has a normalizer that changes it, and is shown as normalised. 0.22.2
# leaves it out.
# Fovea: leaves special tokens out by their ids.
. "$(dirname "$0")/common.sh"
cat >"$work/run.py" <<'P'
import json
from tokenizers import Tokenizer

token = {"id": 2, "content": "<END>", "single_word": False, "lstrip": False, "rstrip": False, "normalized": True, "special": True}
model = {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}
file = {"version": "1.0", "added_tokens": [token], "normalizer": {"type": "Lowercase"}, "model": model}
print(Tokenizer.from_str(json.dumps(file)).decode([0, 2, 1], skip_special_tokens=True))
P
venv new tokenizers==0.23.3
venv old tokenizers==0.22.2
seen="0.22.2 \"$("$work/old/bin/python" "$work/run.py")\", 0.23.3 \"$("$work/new/bin/python" "$work/run.py")\""
finding 'tokenizers 0.23.3' 'decode([a, <END>, b], skip_special_tokens=True), <END> special and normalized, Lowercase' \
  '0.22.2 "a b", 0.23.3 "a b"' "$seen"
still "$seen" '0.22.2 "a b", 0.23.3 "a <end> b"'
