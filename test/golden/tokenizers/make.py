"""Tokenizers with learned merges, of the two published makes, and what the Rust `tokenizers` does with 500 strings.

Writes `llama/` and `qwen2/` (tokenizer.json, tokenizer_config.json) and `expected.json.gz`: the strings, per kind their
ids with and without what the tokenizer adds, the text of the ids, and the text of ids that no string gave: a model may
answer anything, half characters included. Learns a tokenizer only where its folder is missing. Run by hand, never in CI:

    python -m venv /some/venv && /some/venv/bin/pip install tokenizers==0.23.3
    /some/venv/bin/python make.py
"""

import gzip
import json
import random
import unicodedata
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = Path(__file__).parent
SENTENCES = json.loads((HERE / "sentences.json").read_text(encoding="utf-8"))
# The pattern published in Qwen2's tokenizer.json.
QWEN_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LLAMA_SPECIAL = ["<unk>", "<s>", "</s>", "<image>", "<pad>"]
QWEN_SPECIAL = [f"<|{name}|>" for name in ("endoftext", "im_start", "im_end", "vision_start", "vision_end", "image_pad")]
# Qwen2.5 adds these without calling them special.
QWEN_ADDED = ["<tool_call>", "</tool_call>", "<|fim_prefix|>"]
ODD = [
    "  ", "   ", "\n", "\n\n", " \n ", "\t", "\r\n", "\u00a0", "\u2003", "\u3000", "\u0085", "\u2028", "\ufeff", "\u200b", "\u200d", "\u00ad",
    "?!", "...", " .", " ,", " n't", " 's", "'S", "'LL", "’s", "«»", "—", "(a)", "$5", "№7", "0", "42", "3.14", "1,000", "²", "½", "Ⅷ", "٣٤", "१२",
    "😀", "👩‍🚀", "🇫🇷", "1️⃣", "e\u0301", "\u0301", "ﬁ", "Å", "\u1e9b\u0323", "가", "각", "𝔘", "𓀀", "\U000e0041", "▁", "▁▁", "_",
    "Ġ", "Ċ", "<0x41>", "<0xZZ>", "<", "</", "<s", "<|", "<|im_", "\\n", "\x00", "\x1f", "\x7f",
]  # fmt: skip


def strings(rng: random.Random, special: list[str]) -> list[str]:
    """The same draws for both kinds; `SPECIAL` stands where a special token goes."""
    scripts = sorted(SENTENCES)
    made = ["", " ", "\n", "a", "  a", "a  ", "\u0301e", special[0], special[1] * 2, f" {special[2]} a", f"a{special[3]}b"]
    made += [text for script in scripts for text in SENTENCES[script]]
    while len(made) < 500:
        sentences = SENTENCES[scripts[len(made) % len(scripts)]]
        parts = []
        for _ in range(rng.randint(1, 4)):
            kind = rng.random()
            if kind < 0.6:
                words = rng.choice(sentences).split(" ")
                start = rng.randrange(len(words))
                part = " ".join(words[start : start + rng.randint(1, 4)])
                # Any cut: halves of words, single characters, combining marks without their letter.
                parts.append(part[rng.randint(0, 2) : len(part) - rng.randint(0, 2)])
            elif kind < 0.87:
                parts.append(rng.choice(ODD))
            else:
                parts.append(special[rng.randrange(len(special))])
        text = rng.choice([" ", "", " ", "\n"]).join(parts)
        form = rng.random()
        made.append(unicodedata.normalize("NFD", text) if form < 0.15 else text.upper() if form < 0.25 else text)
    return made


def llama(folder: Path) -> Tokenizer:
    metaspace = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    trained = Tokenizer(models.BPE())
    trained.normalizer = metaspace
    trained.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never")
    trainer = trainers.BpeTrainer(vocab_size=1500, limit_alphabet=400, show_progress=False)
    trained.train_from_iterator([text for texts in SENTENCES.values() for text in texts], trainer)
    merges = [tuple(merge) for merge in json.loads(trained.to_str())["model"]["merges"]]
    learned = sorted(trained.get_vocab().items(), key=lambda item: item[1])
    tokens = LLAMA_SPECIAL[:3] + [f"<0x{i:02X}>" for i in range(256)] + [token for token, _ in learned]
    vocab = {token: i for i, token in enumerate(dict.fromkeys(tokens))}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges, unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = metaspace
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", vocab["<s>"])]
    )
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in LLAMA_SPECIAL])
    config = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "clean_up_tokenization_spaces": False}
    return saved(tokenizer, folder, config | {"tokenizer_class": "LlamaTokenizer"})


def qwen(folder: Path) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    split = pre_tokenizers.Split(Regex(QWEN_PATTERN), behavior="isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [split, pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)
    tokenizer.post_processor = processors.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=1500, show_progress=False, initial_alphabet=alphabet)
    tokenizer.train_from_iterator([text for texts in SENTENCES.values() for text in texts], trainer)
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in QWEN_SPECIAL])
    tokenizer.add_tokens([AddedToken(token, special=False, normalized=False) for token in QWEN_ADDED])
    config = {"bos_token": None, "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>", "unk_token": None}
    return saved(tokenizer, folder, config | {"clean_up_tokenization_spaces": False, "tokenizer_class": "Qwen2Tokenizer"})


def saved(tokenizer: Tokenizer, folder: Path, config: dict) -> Tokenizer:
    folder.mkdir(exist_ok=True)
    compact = json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":"))
    (folder / "tokenizer.json").write_text(compact + "\n", encoding="utf-8")
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def answers(rng: random.Random, size: int, interesting: list[int]) -> list[list[int]]:
    """Ids as a bad model may write them: any token, byte tokens in any order, ids behind the last token."""
    pools = [range(size), interesting, range(size + 40)]
    return [[rng.choice(rng.choice(pools)) for _ in range(rng.randint(1, 12))] for _ in range(300)]


def main() -> None:
    kinds = {}
    for name, make, special in (("llama", llama, LLAMA_SPECIAL), ("qwen2", qwen, QWEN_SPECIAL + QWEN_ADDED)):
        # The trainer breaks ties by chance: what is there is kept, and so is every number that follows from it.
        known = HERE / name / "tokenizer.json"
        tokenizer = Tokenizer.from_file(str(known)) if known.exists() else make(HERE / name)
        size = tokenizer.get_vocab_size()
        rows = []
        for text in strings(random.Random(2026), special):
            ids = tokenizer.encode(text, add_special_tokens=False).ids
            rows.append([text, ids, tokenizer.encode(text).ids, tokenizer.decode(ids)])
        odd = [i for i in range(size) if len(tokenizer.id_to_token(i)) == 1 or tokenizer.id_to_token(i).startswith("<")]
        free = [[ids, tokenizer.decode(ids)] for ids in answers(random.Random(7), size, odd)]
        kinds[name] = {"rows": rows, "answers": free}
    data = json.dumps(kinds, ensure_ascii=False, separators=(",", ":")).encode()
    (HERE / "expected.json.gz").write_bytes(gzip.compress(data, mtime=0))
    print({name: [len(kind["rows"]), len(kind["answers"])] for name, kind in kinds.items()}, len(data), "bytes")


if __name__ == "__main__":
    main()
