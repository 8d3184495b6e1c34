"""Qwen2's slow tokenizer files as transformers reads them: ids of the 500 strings of `expected.json.gz`.

Takes vocabulary, merges and added tokens of `qwen2/`, writes them as vocab.json, merges.txt and tokenizer_config.json to
WORK, loads that folder with AutoTokenizer and writes `slow.json.gz`: {text of added_tokens_decoder: …, ids: [...]}.

    python -m venv /some/venv && /some/venv/bin/pip install transformers==5.24.0
    /some/venv/bin/python slow.py WORK
"""

import gzip
import json
import sys
from pathlib import Path

import transformers

HERE, WORK = Path(__file__).parent, Path(sys.argv[1])
tokenizer = json.loads((HERE / "qwen2" / "tokenizer.json").read_text(encoding="utf-8"))
config = json.loads((HERE / "qwen2" / "tokenizer_config.json").read_text(encoding="utf-8"))
with gzip.open(HERE / "expected.json.gz") as file:
    rows = json.load(file)["qwen2"]["rows"]
config["added_tokens_decoder"] = {
    str(token["id"]): {key: value for key, value in token.items() if key != "id"} for token in tokenizer["added_tokens"]
}
WORK.mkdir(parents=True, exist_ok=True)
(WORK / "vocab.json").write_text(json.dumps(tokenizer["model"]["vocab"]), encoding="utf-8")
merges = "\n".join(" ".join(pair) for pair in tokenizer["model"]["merges"])
(WORK / "merges.txt").write_text(f"#version: 0.2\n{merges}\n", encoding="utf-8")
(WORK / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
loaded = transformers.AutoTokenizer.from_pretrained(str(WORK))
ids = [loaded(row[0]).input_ids for row in rows]
print(transformers.__version__, type(loaded).__name__, sum(a != row[2] for a, row in zip(ids, rows)), "unlike tokenizer.json")
if len(sys.argv) < 3:
    with gzip.GzipFile(HERE / "slow.json.gz", "wb", mtime=0) as file:
        file.write(json.dumps({"config": config, "ids": ids}).encode())
