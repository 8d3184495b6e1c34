"""Ids that transformers' tokenizers make of one folder, by class, `legacy`, and how tokenizer.json places spaces.

    python rebuilt.py OUT VERSION=PACKAGES [VERSION=PACKAGES ...]

PACKAGES is a folder that goes in front of Python's path and holds that version of transformers. Writes OUT
(rebuilt.json): the texts, what tokenizer.json is in each case (`components`, the rest is in `base`), and the ids of each
version through AutoTokenizer with LLaVA's config.json beside it (`auto`), with that of SD-RPN's (`other`), and through
the class LlamaTokenizerFast called by its name (`class`); `file` is what the tokenizers library makes of the file alone.
"""

import json
import os
import subprocess
import sys
import tempfile

SPACES = {
    "prepend": (
        {
            "type": "Sequence",
            "normalizers": [
                {"type": "Prepend", "prepend": "▁"},
                {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
            ],
        },
        None,
    ),
    "first": (None, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False}),
    "always": (None, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": False}),
}
TEXTS = ["USER: <image>\nWhat?", "USER: <image> What?", " USER", "What<image>What"]
CLASSES = ["LlamaTokenizer", "LlamaTokenizerFast", "CodeLlamaTokenizer", "PreTrainedTokenizerFast"]
NAMED = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}


def base():
    vocab = {"<unk>": 0, "<s>": 1, "</s>": 2, **{"<0x%02X>" % byte: 3 + byte for byte in range(256)}}
    for piece in ["▁", *"USERWhat:?", "▁U", "US", "▁W", "Wh", "▁Wh"]:
        vocab.setdefault(piece, len(vocab))
    added = [("<unk>", 0), ("<s>", 1), ("</s>", 2), ("<image>", len(vocab))]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    bos, text = {"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": id, "content": content, **flags} for content, id in added],
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [bos, text],
            "pair": [bos, text, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
        },
        "decoder": {
            "type": "Sequence",
            "decoders": [
                {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
                {"type": "ByteFallback"},
                {"type": "Fuse"},
                {"type": "Strip", "content": " ", "start": 1, "stop": 0},
            ],
        },
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": "<unk>",
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": True,
            "byte_fallback": True,
            "ignore_merges": False,
            "vocab": vocab,
            "merges": ["▁ U", "U S", "▁ W", "W h", "▁W h"],
        },
    }


def cases():
    for spaces in SPACES:
        for name in CLASSES:
            for legacy in (None, False, True):
                yield {"spaces": spaces, "class": name, "legacy": legacy}


def write(folder, case, model_type):
    normalizer, pre_tokenizer = SPACES[case["spaces"]]
    config = {**NAMED, "tokenizer_class": case["class"]}
    if case["legacy"] is not None:
        config["legacy"] = case["legacy"]
    files = {
        "tokenizer.json": {**base(), "normalizer": normalizer, "pre_tokenizer": pre_tokenizer},
        "tokenizer_config.json": config,
        "config.json": {"model_type": model_type},
    }
    for name, content in files.items():
        with open(os.path.join(folder, name), "w") as file:
            json.dump(content, file)


def ids_of_all():
    """What the transformers on the path makes of every case."""
    from tokenizers import Tokenizer
    from transformers import AutoTokenizer, LlamaTokenizerFast

    rows = []
    for case in cases():
        row = {}
        ways = {"auto": ("llava", AutoTokenizer), "other": ("llava_llama", AutoTokenizer), "class": ("llava", LlamaTokenizerFast)}
        for way, (model_type, reader) in ways.items():
            with tempfile.TemporaryDirectory() as folder:
                write(folder, case, model_type)
                if way == "auto":
                    alone = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
                    row["file"] = [alone.encode(text).ids for text in TEXTS]
                try:
                    row[way] = [list(reader.from_pretrained(folder)(text)["input_ids"]) for text in TEXTS]
                except ValueError:  # transformers 4 knows no class for SD-RPN's type and, with some, no other way
                    row[way] = None
        rows.append(row)
    return rows


def main(out, versions):
    made = {}
    for version, packages in versions:
        env = {**os.environ, "PYTHONPATH": packages, "TRANSFORMERS_VERBOSITY": "error"}
        run = subprocess.run([sys.executable, __file__, "--ids"], env=env, check=True, capture_output=True, text=True)
        made[version] = json.loads(run.stdout.splitlines()[-1])
    rows = [
        {**case, "ids": {version: rows[at] for version, rows in made.items()}} for at, case in enumerate(cases())
    ]
    components = {name: dict(zip(("normalizer", "pre_tokenizer"), pair)) for name, pair in SPACES.items()}
    with open(out, "w") as file:
        json.dump({"texts": TEXTS, "base": base(), "components": components, "named": NAMED, "cases": rows}, file)
        file.write("\n")


if __name__ == "__main__":
    if sys.argv[1] == "--ids":
        print(json.dumps(ids_of_all()))
    else:
        main(sys.argv[1], [argument.split("=", 1) for argument in sys.argv[2:]])
