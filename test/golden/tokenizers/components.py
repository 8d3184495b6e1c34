"""What the Rust `tokenizers` does with every component and option a tokenizer.json may have.

Writes `components.json.gz`: for each case the tokenizer it starts from (a folder here, or the demo's), what is put where
in its JSON, and for some texts their ids, their ids with what the tokenizer adds, and the text of the ids. Fovea must give
the same or refuse the file when it is opened (test/checkpoint/tokenizer/components.test.ts). Run by hand, never in CI:

    python -m venv /some/venv && /some/venv/bin/pip install tokenizers==0.22.2
    /some/venv/bin/python components.py

Not 0.23: it decodes an added token that is `normalized` as the normalizer made it and no longer leaves it out as special.
Truncation and padding are switched off before a text is encoded, as transformers does unless it is asked for them.
"""

import copy
import gzip
import json
from pathlib import Path

from tokenizers import Tokenizer

HERE = Path(__file__).parent
BASES = {
    "llama": HERE / "llama" / "tokenizer.json",
    "qwen2": HERE / "qwen2" / "tokenizer.json",
    "wordpiece": HERE / "../../../models/demo/checkpoint/tokenizer.json",
}
TEXTS = [
    "", " ", "What is in the picture?", "  two  spaces ", "a\nb\n\nc", "it's o'clock, isn't it... I'LL", "\tx\r\n y",
    "red cat, catalog and Cat; cat!", "cat cat  cat", "(3.14) 42 \u0663\u0664 \u00b2 \u00bd \u216b", "na\u00efve caf\u00e9 cafe\u0301 \u00c5",
    "\ufb01ne \uff21\uff22 \u2460", "\u65e5\u672c\u8a9e \u4e2d\u6587ab", "\U0001f600 \U0001f469\u200d\U0001f680", "\u0130I\u03a3\u0391\u03a3 \u1e9e",
    "snake_case a-b a--b \u2014 \u00ab\u00bb", "\u00a0x\u2003y\u3000z\u200b\ufeff", "<image>what</s> is <s>", "<|im_start|>user\nhi<|im_end|>",
    "a\u2581b \u2581", "x" * 120, "\u0000\u0001\u007f", "$5+3=8 ^`|~ <>", "e\u0323\u0301 \uac00 \u1100\u1161", "don't we\u2019re 'S",
    "\u0085x\ufeff cat\ufeffy \u0085 \U00020000a\u0378b \U0002b81fx\U0002b820y\U0002b920z\U0002ceb0 \uf900w", "red. blue ! green , n't 's", "abc123def 1,000",
]  # fmt: skip


def added(**flags):
    token = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False} | flags
    return {"id": 1600 if "id" not in flags else flags["id"], "content": "cat"} | token


def split(behavior, invert=False, pattern=None):
    return {"type": "Split", "pattern": pattern or {"Regex": "[0-9]+|\\s"}, "behavior": behavior, "invert": invert}


def sequence(kind, *parts):
    key = {"normalizer": "normalizers", "pre_tokenizer": "pretokenizers", "decoder": "decoders", "post": "processors"}
    return {"type": "Sequence", key[kind]: list(parts)}


BYTES = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
SPACE = {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}
BOS, EOS = {"SpecialToken": {"id": "<s>", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}
TEXT = {"Sequence": {"id": "A", "type_id": 0}}
KNOWN = {
    "<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}, "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]},
    "both": {"id": "both", "ids": [1, 2], "tokens": ["<s>", "</s>"]},
}  # fmt: skip


def template(*single):
    used = {part["SpecialToken"]["id"] for part in single if "SpecialToken" in part}
    return {
        "type": "TemplateProcessing",
        "single": list(single),
        "pair": [*single, {"Sequence": {"id": "B", "type_id": 0}}],
        "special_tokens": {name: token for name, token in KNOWN.items() if name in used},
    }


def cases():
    """Name, base, and what to put where (dots lead into the JSON; `+added_tokens` appends)."""
    for base in ("llama", "qwen2"):
        yield f"{base} as published", base, {}
        top = 1702 if base == "llama" else 1509
        for name, flags in {
            "plain": {}, "special": {"special": True}, "single_word": {"single_word": True}, "lstrip": {"lstrip": True},
            "rstrip": {"rstrip": True}, "both strips": {"lstrip": True, "rstrip": True}, "normalized": {"normalized": True},
            "normalized, lstrip": {"normalized": True, "lstrip": True}, "normalized, rstrip": {"normalized": True, "rstrip": True},
            "special, lstrip": {"special": True, "lstrip": True}, "special, rstrip": {"special": True, "rstrip": True},
            "special, normalized": {"special": True, "normalized": True},
        }.items():  # fmt: skip
            yield f"{base}: added token, {name}", base, {"+added_tokens": [added(id=top, **flags)]}
        yield f"{base}: added token, normalized under Lowercase", base, {
            "normalizer": {"type": "Lowercase"}, "+added_tokens": [added(id=top, normalized=True) | {"content": "Cat"}],
        }  # fmt: skip
        yield f"{base}: added tokens that begin alike", base, {
            "+added_tokens": [added(id=top), added(id=top + 1) | {"content": "catalog"}, added(id=top + 2) | {"content": "cata"}],
        }  # fmt: skip
        yield f"{base}: added token that is in the vocabulary", base, {"+added_tokens": [added(id=700) | {"content": None}]}
        yield f"{base}: added token that is in the vocabulary, other id", base, {"+added_tokens": [added(id=900) | {"content": "in"}]}
        yield f"{base}: padding and truncation", base, {
            "padding": {"strategy": {"Fixed": 40}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0, "pad_token": "x"},
            "truncation": {"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0},
        }  # fmt: skip

    for name in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt"):
        yield f"normalizer {name}", "qwen2", {"normalizer": {"type": name}}
    yield "normalizer null", "qwen2", {"normalizer": None}
    yield "normalizer StripAccents after NFD", "qwen2", {"normalizer": sequence("normalizer", {"type": "NFD"}, {"type": "StripAccents"})}
    for left, right in ((True, True), (True, False), (False, True)):
        yield f"normalizer Strip {left} {right}", "qwen2", {"normalizer": {"type": "Strip", "strip_left": left, "strip_right": right}}
    yield "normalizer Prepend", "qwen2", {"normalizer": {"type": "Prepend", "prepend": "x"}}
    yield "normalizer Replace a string", "qwen2", {"normalizer": {"type": "Replace", "pattern": {"String": "a"}, "content": "$1b"}}
    yield "normalizer Replace a string by none", "qwen2", {"normalizer": {"type": "Replace", "pattern": {"String": "a"}, "content": ""}}
    yield "normalizer Replace a pattern", "qwen2", {"normalizer": {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "_"}}
    yield "normalizer Replace a pattern, with $&", "qwen2", {"normalizer": {"type": "Replace", "pattern": {"Regex": "a+"}, "content": "[$&]"}}
    yield "normalizer ByteLevel", "qwen2", {"normalizer": {"type": "ByteLevel"}, "pre_tokenizer": None}
    bert = {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True}
    yield "wordpiece as the demo has it", "wordpiece", {}
    for change in ({}, {"clean_text": False}, {"handle_chinese_chars": False}, {"strip_accents": False}, {"strip_accents": True, "lowercase": False}, {"lowercase": False}):
        yield f"normalizer BertNormalizer {json.dumps(change)}", "wordpiece", {"normalizer": bert | change}
        yield f"normalizer BertNormalizer {json.dumps(change)}, bytes", "qwen2", {"normalizer": bert | change}

    yield "pre_tokenizer null", "llama", {"pre_tokenizer": None}
    for prefix in (True, False):
        for regex in (True, False):
            yield f"pre_tokenizer ByteLevel prefix {prefix} regex {regex}", "qwen2", {
                "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex},
            }  # fmt: skip
    for name in ("Whitespace", "WhitespaceSplit", "BertPreTokenizer", "UnicodeScripts"):
        yield f"pre_tokenizer {name}", "qwen2", {"pre_tokenizer": sequence("pre_tokenizer", {"type": name}, BYTES)}
    yield "pre_tokenizer CharDelimiterSplit", "qwen2", {"pre_tokenizer": sequence("pre_tokenizer", {"type": "CharDelimiterSplit", "delimiter": "a"}, BYTES)}
    yield "pre_tokenizer FixedLength", "qwen2", {"pre_tokenizer": sequence("pre_tokenizer", {"type": "FixedLength", "length": 3}, BYTES)}
    for scheme in ("always", "first", "never"):
        for parts in (True, False):
            yield f"pre_tokenizer Metaspace {scheme} split {parts}", "llama", {
                "normalizer": None, "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": scheme, "split": parts},
            }  # fmt: skip
    for behavior in ("Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"):
        for invert in (False, True):
            yield f"pre_tokenizer Split {behavior} invert {invert}", "qwen2", {"pre_tokenizer": sequence("pre_tokenizer", split(behavior, invert), BYTES)}
            yield f"pre_tokenizer Split {behavior} invert {invert}, a string", "qwen2", {
                "pre_tokenizer": sequence("pre_tokenizer", split(behavior, invert, {"String": "a"}), BYTES),
            }  # fmt: skip
        yield f"pre_tokenizer Punctuation {behavior}", "qwen2", {"pre_tokenizer": sequence("pre_tokenizer", {"type": "Punctuation", "behavior": behavior}, BYTES)}
    for alone in (True, False):
        yield f"pre_tokenizer Digits {alone}", "qwen2", {"pre_tokenizer": sequence("pre_tokenizer", {"type": "Digits", "individual_digits": alone}, BYTES)}
    for name, pattern in {
        "GPT-2": "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
        "LLaMA 3": "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        "words": "\\w+|[^\\w\\s]+", "digits": "\\d", "edges": "\\b", "any": ".", "lines": "^.|.$", "marks": "[[:punct:]]|[[:digit:]]", "blocks": "\\p{Han}|\\p{Latin}+",
        "possessive": "a++b?", "named": "(?<x>a)|b", "case": "(?i)CAT|\u017f",
    }.items():  # fmt: skip
        yield f"pre_tokenizer Split, pattern {name}", "qwen2", {"pre_tokenizer": sequence("pre_tokenizer", split("Isolated", pattern={"Regex": pattern}), BYTES)}

    for rate in (0, 0.5):
        yield f"model BPE dropout {rate}", "qwen2", {"model.dropout": rate}
    for fallback in (True, False):
        for fuse in (True, False):
            for unk in ("<unk>", None):
                yield f"model BPE byte_fallback {fallback} fuse_unk {fuse} unk_token {unk}", "llama", {
                    "model.byte_fallback": fallback, "model.fuse_unk": fuse, "model.unk_token": unk,
                }  # fmt: skip
    yield "model BPE ignore_merges", "qwen2", {"model.ignore_merges": True}
    yield "model BPE ignore_merges, whole words", "llama", {"model.ignore_merges": True, "pre_tokenizer": {"type": "WhitespaceSplit"}}
    yield "model BPE continuing_subword_prefix", "qwen2", {"model.continuing_subword_prefix": "##", "model.merges": []}
    yield "model BPE continuing_subword_prefix, empty", "qwen2", {"model.continuing_subword_prefix": "", "model.end_of_word_suffix": ""}
    yield "model BPE end_of_word_suffix", "qwen2", {"model.end_of_word_suffix": "</w>", "model.merges": []}
    yield "model WordPiece max_input_chars_per_word", "wordpiece", {"model.max_input_chars_per_word": 4}
    words = {"<unk>": 0, "<s>": 1, "</s>": 2, "cat": 3, "red": 4, "\u2581cat": 5, "is": 6}
    yield "model WordLevel", "wordpiece", {"model": {"type": "WordLevel", "vocab": words, "unk_token": "<unk>"}, "decoder": None}
    pieces = [["<unk>", 0.0], ["<s>", 0.0], ["</s>", 0.0], *[[c, -3.0 - i / 10] for i, c in enumerate("\u2581abcdefghinorst")], ["\u2581cat", -5.0], ["re", -4.0], ["red", -5.5]]
    yield "model Unigram", "llama", {"model": {"type": "Unigram", "unk_id": 0, "vocab": pieces, "byte_fallback": False}}

    yield "post_processor null", "llama", {"post_processor": None}
    yield "post_processor template with both ends", "llama", {"post_processor": template(BOS, TEXT, EOS)}
    yield "post_processor template with a token of two ids", "llama", {"post_processor": template({"SpecialToken": {"id": "both", "type_id": 0}}, TEXT)}
    yield "post_processor Sequence", "llama", {"post_processor": sequence("post", {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True}, template(BOS, TEXT))}
    yield "post_processor Sequence of two templates", "llama", {"post_processor": sequence("post", template(BOS, TEXT), template(TEXT, EOS))}
    yield "post_processor BertProcessing", "llama", {"post_processor": {"type": "BertProcessing", "sep": ["</s>", 2], "cls": ["<s>", 1]}}
    yield "post_processor RobertaProcessing", "llama", {"post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 1], "trim_offsets": True, "add_prefix_space": True}}

    for base in ("llama", "qwen2"):
        yield f"decoder null, {base}", base, {"decoder": None}
        yield f"decoder ByteLevel, {base}", base, {"decoder": BYTES}
        yield f"decoder Fuse, {base}", base, {"decoder": {"type": "Fuse"}}
        yield f"decoder ByteFallback, {base}", base, {"decoder": {"type": "ByteFallback"}}
        yield f"decoder BPEDecoder, {base}", base, {"decoder": {"type": "BPEDecoder", "suffix": "e"}}
        yield f"decoder CTC, {base}", base, {"decoder": {"type": "CTC", "pad_token": "a", "word_delimiter_token": "e", "cleanup": True}}
        for cleanup in (True, False):
            yield f"decoder WordPiece cleanup {cleanup}, {base}", base, {"decoder": {"type": "WordPiece", "prefix": "a", "cleanup": cleanup}}
        for scheme in ("always", "first", "never"):
            yield f"decoder Metaspace {scheme}, {base}", base, {"decoder": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": scheme, "split": True}}
        yield f"decoder Replace a pattern, {base}", base, {"decoder": {"type": "Replace", "pattern": {"Regex": "[ae]+"}, "content": "."}}
        for start, stop in ((2, 0), (0, 1), (1, 2)):
            yield f"decoder Strip {start} {stop}, {base}", base, {"decoder": {"type": "Strip", "content": "a", "start": start, "stop": stop}}
        yield f"decoder Sequence of Fuse and Strip, {base}", base, {"decoder": sequence("decoder", {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0})}


def put(data, changes):
    data = copy.deepcopy(data)
    for path, value in changes.items():
        if path == "+added_tokens":
            for token in value:
                if token["content"] is None:
                    token["content"] = next(name for name, i in data["model"]["vocab"].items() if i == token["id"])
                data["added_tokens"].append(token)
            continue
        *way, last = path.split(".")
        at = data
        for key in way:
            at = at[key]
        at[last] = value
    return data


def decoded(tokenizer, ids):
    """Null where the library panics: its Strip reads past the end of a token shorter than `stop`."""
    try:
        return tokenizer.decode(ids, skip_special_tokens=True)
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        return None


def main():
    originals = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in BASES.items()}
    made = []
    for name, base, changes in cases():
        try:
            tokenizer = Tokenizer.from_str(json.dumps(put(originals[base], changes)))
        except Exception as error:
            print(f"{name}: {error}")
            continue
        tokenizer.no_truncation()
        tokenizer.no_padding()
        rows = []
        for text in TEXTS:
            plain = tokenizer.encode(text, add_special_tokens=False).ids
            rows.append([plain, tokenizer.encode(text).ids, decoded(tokenizer, plain)])
        made.append({"name": name, "base": base, "changes": changes, "rows": rows})
    with gzip.GzipFile(HERE / "components.json.gz", "wb", mtime=0) as file:
        file.write(json.dumps({"texts": TEXTS, "cases": made}).encode())
    print(f"{len(made)} cases")


main()
