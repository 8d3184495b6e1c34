"""500 strings in 12 scripts, with special tokens and odd spacing, through the reference tokenizers (Rust `tokenizers`).

Writes `tokenizers.json.gz`: for each kind the case whose tokenizer files it is, and per string ids and decoded text.
"""

import gzip
import json
import random
import unicodedata
from pathlib import Path

from tokenizers import Tokenizer

HERE = Path(__file__).parent
KINDS = {"llama": "llava-hf-twig", "qwen": "qwen2_5-vl-windows"}
SCRIPTS = {
    "latin": [(0x61, 0x7A), (0xC0, 0x17F)],
    "greek": [(0x3B1, 0x3C9)],
    "cyrillic": [(0x430, 0x44F)],
    "hebrew": [(0x5D0, 0x5EA)],
    "arabic": [(0x621, 0x64A)],
    "devanagari": [(0x905, 0x939), (0x93E, 0x94D)],
    "tamil": [(0xB85, 0xB8A), (0xBAE, 0xBB9), (0xBBE, 0xBC2)],
    "thai": [(0xE01, 0xE3A), (0xE40, 0xE4E)],
    "georgian": [(0x10D0, 0x10F0)],
    "hangul": [(0xAC00, 0xD7A3)],
    "kana": [(0x3041, 0x3096), (0x30A1, 0x30FA)],
    "han": [(0x4E00, 0x9FA5)],
}
WORDS = ["What", "is", "the", "code", "on", "red", "tag", "single", "word", "don't", "we'll", "USER:", "assistant"]
ODD = [" ", "  ", "   ", "\n", "\n\n", " \n ", "\t", "\r\n", "\u00a0", "\u3000", "!", "?!", "...", "—", "“", "(", ")", "$",
       "0", "7", "42", "3.14", "1,000", "1️⃣", "😀", "👩‍🚀", "é", "ﬁ", "½", "\u200b", "▁", "_", "<", ">", "</", "<0x41>"]
SPECIAL = {"llama": ["<s>", "</s>", "<unk>", "<image>"],
           "qwen": ["<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|vision_start|>", "<|image_pad|>"]}


def strings(rng: random.Random) -> list[str]:
    made = ["", " ", "\n", "a", "  a", "a  ", "\u0301e"]
    names = sorted(SCRIPTS)
    while len(made) < 500:
        script = SCRIPTS[names[len(made) % len(names)]]
        parts = []
        for _ in range(rng.randint(1, 5)):
            kind = rng.random()
            if kind < 0.5:
                low, high = rng.choice(script)
                parts.append("".join(chr(rng.randint(low, high)) for _ in range(rng.randint(1, 6))))
            elif kind < 0.7:
                parts.append(rng.choice(WORDS))
            elif kind < 0.93:
                parts.append(rng.choice(ODD))
            else:
                parts.append("SPECIAL%d" % rng.randint(0, 3))
        text = rng.choice([" ", "", " "]).join(parts)
        made.append(text if rng.random() < 0.8 else unicodedata.normalize("NFD", text))
    return made


def main() -> None:
    plain = strings(random.Random(2026))
    out = {"strings": plain, "kinds": {}}
    for kind, case in KINDS.items():
        tokenizer = Tokenizer.from_file(str(HERE / "cases" / case / "tokenizer.json"))
        rows = []
        for text in plain:
            for i in range(4):
                text = text.replace(f"SPECIAL{i}", SPECIAL[kind][i])
            ids = tokenizer.encode(text).ids
            rows.append({"ids": ids, "text": tokenizer.decode(ids, skip_special_tokens=True)})
        out["kinds"][kind] = {"case": case, "special": SPECIAL[kind], "rows": rows}
    data = json.dumps(out, ensure_ascii=False, separators=(",", ":")).encode()
    (HERE / "tokenizers.json.gz").write_bytes(gzip.compress(data, mtime=0))
    print(len(plain), "strings", len(data), "bytes")


if __name__ == "__main__":
    main()
