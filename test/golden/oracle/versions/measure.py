"""Opens a saved folder with the library's Auto classes and writes down what it computes (the format of ../README.md).

Nothing here knows a constant of a model: prompt, ids, pixels and spans come out of the library.
"""

import json
from pathlib import Path

import torch
import transformers
from PIL import Image
from safetensors.torch import save_file

NEW_TOKENS = 12
ANSWER_ROWS = 3
PIXEL_ROWS = 5
QUESTION = "What is the code on the red tag?"
VERSION = tuple(int(part) for part in transformers.__version__.split(".")[:2])


def load_model(folder: Path):
    """The model of a folder. Weights that the library made up, for want of any under its own names, are no numbers."""
    if hasattr(transformers, "AutoModelForImageTextToText"):
        kind = transformers.AutoModelForImageTextToText
    else:
        kind = transformers.LlavaForConditionalGeneration
    dtype = {"dtype" if VERSION >= (4, 56) else "torch_dtype": torch.float32}
    model, said = kind.from_pretrained(folder, attn_implementation="eager", output_loading_info=True, **dtype)
    missing = {name for name in said["missing_keys"] if "position_ids" not in name}
    if model.get_output_embeddings().weight is model.get_input_embeddings().weight:
        missing = {name for name in missing if not name.endswith("lm_head.weight")}
    if missing:
        raise LookupError(f"the library itself finds no {sorted(missing)[0]} ({len(missing)}) and starts it at random")
    return model.eval()


def load_processor(folder: Path):
    """The processor, with the PIL image processor of the folder; and the image processor it chose itself."""
    processor = transformers.AutoProcessor.from_pretrained(folder)
    own = processor.image_processor
    options = {} if VERSION < (4, 48) else {"backend": "pil"} if VERSION >= (5, 6) else {"use_fast": False}
    processor.image_processor = transformers.AutoImageProcessor.from_pretrained(folder, **options)
    return processor, own


def prompt_of(processor) -> tuple[str, str]:
    """The prompt's text, and which template made it."""
    messages = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": QUESTION}]}]
    options = {"tokenize": False, "add_generation_prompt": True}
    if getattr(processor, "chat_template", None) is not None:
        return processor.apply_chat_template(messages, **options), "processor"
    if processor.tokenizer.chat_template is not None:
        return processor.tokenizer.apply_chat_template(messages, **options), "tokenizer"
    return "", "none"


class Outputs:
    """What two modules give during a forward pass."""

    def __init__(self, model, name: str):
        self.seen: list[torch.Tensor] = []
        module = next(m for path, m in model.named_modules() if path.split(".")[-1] == name)
        module.register_forward_hook(self.keep)

    def keep(self, _module, _inputs, output) -> None:
        output = getattr(output, "pooler_output", output)
        self.seen.append(output.detach().reshape(-1, output.shape[-1]))


@torch.no_grad()
def measure(folder: Path, family: str, image_path: Path, prompt: str | None = None) -> tuple[dict, dict]:
    model = load_model(folder)
    processor, own = load_processor(folder)
    image = Image.open(image_path).convert("RGB")
    text, origin = (prompt, "given") if prompt is not None else prompt_of(processor)
    if origin == "none":
        raise LookupError("the folder has no chat template")
    inputs = dict(processor(images=image, text=text, return_tensors="pt"))
    chosen = own(images=image, return_tensors="pt")["pixel_values"]
    backend = float((chosen - inputs["pixel_values"]).abs().max() / inputs["pixel_values"].abs().max())

    features = Outputs(model, "multi_modal_projector" if family == "llava" else "visual")
    first = model(**inputs, use_cache=False)
    ids = inputs["input_ids"][0].tolist()
    image_id = getattr(model.config, "image_token_id", None) or model.config.image_token_index
    start, written = ids.index(image_id), ids.count(image_id)
    length = first.logits.shape[1]
    count = length - len(ids) + written
    assert count == len(features.seen[0]), "visual tokens"
    answer = model.generate(**inputs, do_sample=False, max_new_tokens=NEW_TOKENS)[0, len(ids):]

    fed = answer[:ANSWER_ROWS][None]
    forced = {**inputs, "input_ids": torch.cat([inputs["input_ids"], fed], 1)}
    forced["attention_mask"] = torch.ones_like(forced["input_ids"])
    if "mm_token_type_ids" in inputs:
        forced["mm_token_type_ids"] = torch.cat([inputs["mm_token_type_ids"], torch.zeros_like(fed)], 1)
    attentions = model(**forced, output_attentions=True, use_cache=False).attentions
    layers = list(range(len(attentions)))
    rows = slice(length - 1, length + fed.shape[1])
    pixels = inputs["pixel_values"]
    numbers = {
        "logits": first.logits[0, -1], "answer_ids": answer, "visual_features": features.seen[0],
        "attention": torch.stack([attentions[layer][0, :, rows] for layer in layers]),
        "layers": torch.tensor(layers), "rows": torch.arange(rows.start, rows.stop),
    }
    facts = {"question": QUESTION, "input_ids": [*ids[:start], image_id, *ids[start + written:]],
             "image_span": [start, start + count], "image_size": list(image.size),
             "prompt": text, "prompt_from": origin, "torchvision_pixels_differ": round(backend, 6)}
    if family == "llava":
        side = round(count**0.5)
        return facts | {"grid": [side, side]}, numbers | {"pixel_values": pixels[0]}
    _, high, wide = inputs["image_grid_thw"][0].tolist()
    merge = processor.image_processor.merge_size
    kept = torch.linspace(0, len(pixels) - 1, PIXEL_ROWS).long()
    return facts | {"grid": [high // merge, wide // merge]}, numbers | {"pixel_rows": kept, "pixel_values": pixels[kept]}


def write(case: Path, facts: dict, numbers: dict) -> None:
    (case / "case.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
    arrays = {name: (t.float() if t.is_floating_point() else t.to(torch.int64)).contiguous().clone()
              for name, t in numbers.items()}
    save_file(arrays, case / "expected.safetensors")
