#!/bin/sh
# transformers 5: LlamaTokenizer(Fast).from_pretrained keeps vocabulary and merges of a tokenizer.json and drops its
# normalizer: with a Prepend normalizer, the text behind a special token begins without the space that the file, the
# tokenizers library, transformers 4 and AutoTokenizer beside a LLaVA config give it. Nothing is said.
# Fovea: obeys the file, and `fovea model check` says of such folders that this class reads them otherwise.
. "$(dirname "$0")/common.sh"
cat >"$work/run.py" <<'P'
import json, os, sys, tempfile

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
from transformers import LlamaTokenizerFast

vocab = {"<unk>": 0, "<s>": 1, "</s>": 2, **{"<0x%02X>" % i: 3 + i for i in range(256)}, "▁": 259, "a": 260, "b": 261}
flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
spaces = [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]
model = {"type": "BPE", "vocab": vocab, "merges": [], "unk_token": "<unk>", "fuse_unk": True, "byte_fallback": True}
file = {
    "version": "1.0",
    "added_tokens": [{"id": i, "content": t, **flags} for i, t in enumerate(["<unk>", "<s>", "</s>"])]
    + [{"id": 262, "content": "<image>", **flags}],
    "normalizer": {"type": "Sequence", "normalizers": spaces},
    "model": model,
}
named = {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
with tempfile.TemporaryDirectory() as folder:
    json.dump(file, open(folder + "/tokenizer.json", "w"))
    json.dump(named, open(folder + "/tokenizer_config.json", "w"))
    tokenizer = LlamaTokenizerFast.from_pretrained(folder)
print(*tokenizer.convert_ids_to_tokens(tokenizer("a<image>b", add_special_tokens=False)["input_ids"]))
P
venv new transformers==5.24.0
venv old transformers==4.57.6
seen=$(echo "4.57.6 [$("$work/old/bin/python" "$work/run.py" 2>/dev/null)], 5.24.0 [$("$work/new/bin/python" "$work/run.py" 2>/dev/null)]")
finding 'transformers 5.24.0' 'LlamaTokenizerFast on a folder with a Prepend normalizer, "a<image>b"' \
  '4.57.6 [▁ a <image> ▁ b], 5.24.0 [▁ a <image> ▁ b]' "$seen"
still "$seen" '4.57.6 [▁ a <image> ▁ b], 5.24.0 [▁ a <image> b]'
