"""One transformers version saves its folders below ROOT and writes what it computes with each of them.

    python build.py ROOT fresh [VARIANT…]    every family from scratch, and the variants
    python build.py ROOT resaved OTHER…      the folder that version OTHER saved fresh, loaded and saved again
    python build.py ROOT over OTHER…         fresh ones saved into copies of OTHER's folders, in shards and whole

The version is the one that is importable. A case is `ROOT/cases/NAME/`: `model/` as saved, then `image.png`, `case.json`
and `expected.safetensors`. What cannot be built or loaded with this version is written down in `ROOT/failed/`.
"""

import json
import shutil
import sys
import traceback
from pathlib import Path

import torch
import transformers

import families
import inputs
import measure
import variants

VERSION = transformers.__version__
SHARD = "30KB"


def families_here() -> list[str]:
    return ["llava", "qwen2_5_vl"] if hasattr(transformers, "Qwen2_5_VLForConditionalGeneration") else ["llava"]


class Workplace:
    def __init__(self, root: Path):
        self.root = root
        self.inputs = root / "inputs"
        inputs.make(self.inputs)
        if not (self.inputs / "llama").exists():
            # Published LLaVA has tokenizer.json too; the first version that runs makes it.
            made = transformers.AutoTokenizer.from_pretrained(self.inputs / "llama-sentencepiece")
            made.save_pretrained(self.inputs / "llama")

    def case(self, name: str) -> Path:
        folder = self.root / "cases" / name
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "model").mkdir(parents=True)
        shutil.copy(self.inputs / "image.png", folder / "image.png")
        return folder

    def finish(self, folder: Path, family: str, mode: str, more: dict | None = None) -> None:
        """Measures the folder as it was saved. A folder that the library itself cannot use is no case."""
        more = dict(more or {})
        facts, numbers = measure.measure(folder / "model", family, folder / "image.png", more.pop("ask", None))
        stated = {"family": family, "seed": 0, "version": VERSION, "mode": mode, **more}
        measure.write(folder, stated | facts, numbers)

    def attempt(self, name: str, make) -> None:
        try:
            make()
            print(f"{VERSION} {name}", flush=True)
        except Exception as error:  # what a library refuses is a finding, and the next case is another
            shutil.rmtree(self.root / "cases" / name, ignore_errors=True)
            where = self.root / "failed" / f"{name}.txt"
            where.parent.mkdir(exist_ok=True)
            where.write_text(traceback.format_exc())
            print(f"{VERSION} {name}: NOT BUILT: {type(error).__name__}: {str(error)[:200]}", flush=True)


def save_model(model, folder: Path, shards: bool = False) -> None:
    model.save_pretrained(folder, **({"max_shard_size": SHARD} if shards else {}))


def build(place: Workplace, family: str, variant: variants.Variant, seed: int):
    """A model with its processor, as a variant wants them."""
    tokenizer = families.tokenizer_of(place.inputs, family, variant.tokenizer, variant.legacy)
    make_config = families.llava_config if family == "llava" else families.qwen_config
    config = make_config(tokenizer, **variant.config)
    model = families.model_of(config, family, seed, variant.dtype)
    processor = families.processor_of(tokenizer, config, family, **variant.processor)
    eos = tokenizer.eos_token_id
    # As published: Qwen's ends at two tokens and holds back what was said; sampling is for a chat, greedy is asked for.
    stated = {"eos_token_id": eos} if family == "llava" else {
        "eos_token_id": [eos, tokenizer.pad_token_id], "repetition_penalty": 1.05, "do_sample": True, "temperature": 0.9}
    model.generation_config = transformers.GenerationConfig(
        **{"pad_token_id": tokenizer.pad_token_id, **stated, **variant.generation})
    return model, processor


def fresh(place: Workplace, only: tuple[str, ...]) -> None:
    for family in families_here():
        for variant in variants.of(family):
            if measure.VERSION < variant.since or measure.VERSION == variant.without:
                continue
            if only and (variant.name or "fresh") not in only:
                continue
            name = f"{family}-{VERSION}-{variant.name or 'fresh'}"

            def make(family=family, variant=variant, name=name):
                folder = place.case(name)
                model, processor = build(place, family, variant, variant.seed)
                save_model(model, folder / "model", variant.shards)
                processor.save_pretrained(folder / "model")
                variant.touch(folder / "model")
                place.finish(folder, family, "fresh", {"variant": variant.name, "ask": variant.ask() if variant.ask else None})

            place.attempt(name, make)


def resaved(place: Workplace, other: str) -> None:
    for family in families_here():
        source = place.root / "cases" / f"{family}-{other}-fresh" / "model"
        if not source.exists():
            continue
        name = f"{family}-{VERSION}-resaved-{other}"

        def make(family=family, source=source, name=name):
            folder = place.case(name)
            model = measure.load_model(source).to(torch.float16)
            processor = transformers.AutoProcessor.from_pretrained(source)
            complete(processor, model.config)
            save_model(model, folder / "model")
            processor.save_pretrained(folder / "model")
            place.finish(folder, family, f"resaved-{other}")

        place.attempt(name, make)


def complete(processor, config) -> None:
    """What a newer LlavaProcessor demands and an older one did not save."""
    if hasattr(processor, "patch_size") and processor.patch_size is None:
        processor.patch_size = config.vision_config.patch_size
        processor.vision_feature_select_strategy = config.vision_feature_select_strategy
        processor.num_additional_image_tokens = 1
    if getattr(processor, "chat_template", "") is None:
        processor.chat_template = processor.tokenizer.chat_template


def over(place: Workplace, other: str) -> None:
    """New weights (another seed) saved into a folder that another version filled: whole over shards, shards over whole."""
    plain = variants.Variant()
    for family in families_here():
        for old, shards in (("sharded", False), ("fresh", True)):
            source = place.root / "cases" / f"{family}-{other}-{old}" / "model"
            name = f"{family}-{VERSION}-{'shards' if shards else 'whole'}-over-{other}"
            if not source.exists():
                continue

            def make(family=family, source=source, name=name, shards=shards):
                folder = place.case(name)
                shutil.copytree(source, folder / "model", dirs_exist_ok=True)
                model, processor = build(place, family, plain, 77)
                save_model(model, folder / "model", shards)
                processor.save_pretrained(folder / "model")
                place.finish(folder, family, f"over-{other}")

            place.attempt(name, make)


def main(root: str, mode: str, *rest: str) -> None:
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    if hasattr(transformers.logging, "disable_progress_bar"):
        transformers.logging.disable_progress_bar()
    place = Workplace(Path(root))
    if mode == "fresh":
        return fresh(place, rest)
    for other in rest:
        {"resaved": resaved, "over": over}[mode](place, other)


if __name__ == "__main__":
    main(*sys.argv[1:])
