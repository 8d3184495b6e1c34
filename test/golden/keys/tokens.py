"""What the keys of tokenizer_config.json change, with the newest transformers: `python tokens.py` writes tokens.json.

For the tokenizers of three of the oracle's cases, one key is changed and the ids of some texts (with special tokens, as
prompts are made), and the text of some ids, are compared with the unchanged tokenizer's.
"""

import json
import shutil
import tempfile
from pathlib import Path

import transformers
from transformers import AutoTokenizer

from mutations import DROP

HERE = Path(__file__).parent
CASES = HERE.parent / "oracle" / "cases"
TEXTS = ["What is the code on the red tag?", "<s>USER: <image>\n7 </s> a , b .", "红色标签 <|im_start|>user", " two  spaces ", ""]
VALUES = [
    ("add_bos_token", False),
    ("add_bos_token", True),
    ("add_eos_token", True),
    ("add_eos_token", False),
    ("add_prefix_space", False),
    ("add_prefix_space", True),
    ("additional_special_tokens", ["USER"]),
    ("extra_special_tokens", {"image_token": "<image>"}),
    ("added_tokens_decoder", {"9": {"content": "the", "special": True}}),
    ("backend", "tokenizers"),
    ("bos_token", "</s>"),
    ("bos_token", DROP),
    ("eos_token", "<s>"),
    ("unk_token", "<s>"),
    ("pad_token", "<s>"),
    ("clean_up_tokenization_spaces", True),
    ("clean_up_tokenization_spaces", False),
    ("do_lower_case", True),
    ("errors", "ignore"),
    ("from_slow", True),
    ("image_token", "<image>"),
    ("is_local", False),
    ("legacy", False),
    ("legacy", True),
    ("local_files_only", True),
    ("max_length", 3),
    ("model_input_names", ["input_ids"]),
    ("model_max_length", 3),
    ("pad_to_multiple_of", 8),
    ("padding_side", "left"),
    ("processor_class", "LlavaProcessor"),
    ("spaces_between_special_tokens", False),
    ("sp_model_kwargs", {}),
    ("split_special_tokens", True),
    ("stride", 2),
    ("tokenizer_class", "LlamaTokenizer"),
    ("tokenizer_class", "LlamaTokenizerFast"),
    ("tokenizer_class", "PreTrainedTokenizerFast"),
    ("tokenizer_class", "TokenizersBackend"),
    ("tokenizer_class", "Qwen2Tokenizer"),
    ("tokenizer_class", "Qwen2TokenizerFast"),
    ("tokenizer_class", "GPT2Tokenizer"),
    ("tokenizer_class", DROP),
    ("truncation_side", "left"),
    ("truncation_strategy", "only_first"),
    ("trust_remote_code", False),
    ("use_default_system_prompt", True),
    ("use_fast", False),
    ("verbose", True),
]


def made(folder: Path) -> list:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    ids = [tokenizer(text).input_ids for text in TEXTS]
    return [ids, [tokenizer.decode(one, skip_special_tokens=True) for one in ids]]


def main() -> None:
    rows, bases = [], {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "one"
        for case in ("llava-hf-plain-33", "qwen2_5-vl-windows"):
            config = json.loads((CASES / case / "tokenizer_config.json").read_text())
            own = made(CASES / case)
            bases[case] = {"ids": own[0], "texts": own[1]}
            for key, value in VALUES:
                if (value is DROP and key not in config) or (key in config and config[key] == value):
                    continue
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                for name in ("tokenizer.json", "config.json"):
                    shutil.copy(CASES / case / name, folder)
                changed = {k: v for k, v in config.items() if k != key} | ({} if value is DROP else {key: value})
                (folder / "tokenizer_config.json").write_text(json.dumps(changed))
                row = {"base": case, "key": key, **({} if value is DROP else {"value": value})}
                try:
                    got = made(folder)
                except Exception as error:  # noqa: BLE001
                    row |= {"transformers": "refused", "because": f"{type(error).__name__}: {error}".splitlines()[0][:90]}
                else:
                    row |= {"transformers": "same"} if got == own else {"transformers": "changed", "ids": got[0], "texts": got[1]}
                rows.append(row)
                print(case, key, value, row["transformers"], row.get("because", ""), got[0][0] if row["transformers"] == "changed" else "", flush=True)
    lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    head = json.dumps({"transformers": transformers.__version__, "asked": TEXTS, "bases": bases}, ensure_ascii=False)
    (HERE / "tokens.json").write_text(f'{head[:-1]},\n"rows":[\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
