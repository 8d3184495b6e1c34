"""What a folder starts from: two tiny tokenizers in the files that published ones come in, and a picture.

LLaMA's is a SentencePiece model (`tokenizer.model`), Qwen2's `vocab.json` and `merges.txt`: each transformers turns
them into its own `tokenizer.json`, with its own converter.
"""

import io
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from common import picture  # noqa: E402
from tokenizers_small import QWEN_PATTERN, TEXT  # noqa: E402

IMAGE_SIZE = (45, 31)


def llama_tokenizer(folder: Path) -> None:
    import sentencepiece

    folder.mkdir(parents=True, exist_ok=True)
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXT), model_writer=model, model_type="bpe", vocab_size=330, byte_fallback=True,
        character_coverage=0.98, normalization_rule_name="identity", remove_extra_whitespaces=False, split_digits=True,
        pad_id=-1, num_threads=1, minloglevel=2,
    )
    (folder / "tokenizer.model").write_bytes(model.getvalue())
    stated = {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>",
              "add_bos_token": True, "add_eos_token": False, "legacy": False, "model_max_length": 512}
    (folder / "tokenizer_config.json").write_text(json.dumps(stated))
    (folder / "config.json").write_text(json.dumps({"model_type": "llama"}))


def qwen_tokenizer(folder: Path) -> None:
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    folder.mkdir(parents=True, exist_ok=True)
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(QWEN_PATTERN), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trained.train_from_iterator(TEXT, trainers.BpeTrainer(vocab_size=300, show_progress=False, initial_alphabet=alphabet))
    model = json.loads(trained.to_str())["model"]
    (folder / "vocab.json").write_text(json.dumps(model["vocab"], ensure_ascii=False))
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in model["merges"]]
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
    names = ["endoftext", "im_start", "im_end", "vision_start", "vision_end", "image_pad", "video_pad"]
    tokens = [f"<|{name}|>" for name in names]
    stated = {"tokenizer_class": "Qwen2Tokenizer", "bos_token": None, "eos_token": "<|im_end|>",
              "pad_token": "<|endoftext|>", "unk_token": None, "add_prefix_space": False, "add_bos_token": False,
              "additional_special_tokens": tokens[1:], "model_max_length": 1024,
              "added_tokens_decoder": {
                  str(len(model["vocab"]) + i): {"content": token, "lstrip": False, "normalized": False, "rstrip": False,
                                                 "single_word": False, "special": True} for i, token in enumerate(tokens)}}
    (folder / "tokenizer_config.json").write_text(json.dumps(stated))
    (folder / "config.json").write_text(json.dumps({"model_type": "qwen2"}))


def make(root: Path) -> None:
    """The starting files in `root`, made once for all versions."""
    if (root / "image.png").exists():
        return
    llama_tokenizer(root / "llama-sentencepiece")
    qwen_tokenizer(root / "qwen")
    picture(root / "image.png", *IMAGE_SIZE, 5)
