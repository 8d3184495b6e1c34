"""What both families' scripts share: seeds, pictures, weights, and the files of a case.

A case is a folder: an ordinary checkpoint, `image.png`, `case.json` (question, ids, spans) and `expected.safetensors`
(the numbers). Everything follows from a seed.
"""

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file

NEW_TOKENS = 32
# Rows kept of the attention: the last prompt token and the first answer tokens.
ANSWER_ROWS = 3


def picture(path: Path, width: int, height: int, seed: int) -> Image.Image:
    """A picture with soft colour fields and hard edges, so that every resampling mistake shows."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (5, 6, 3), dtype=np.uint8))
    pixels = np.array(coarse.resize((width, height), Image.Resampling.BICUBIC))
    for _ in range(4):
        x, y = rng.integers(0, width - 8), rng.integers(0, height - 8)
        pixels[y : y + rng.integers(3, 20), x : x + rng.integers(3, 20)] = rng.integers(0, 256, 3)
    image = Image.fromarray(pixels)
    image.save(path, optimize=True)
    return image


@torch.no_grad()
def randomise(module: torch.nn.Module, seed: int, dtype: torch.dtype) -> None:
    """Weights of a size that gives sharp attention and distinct logits, rounded to the dtype they are stored in."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in sorted(module.named_parameters()):
        values = torch.randn(parameter.shape, generator=generator)
        if parameter.ndim == 1 and "norm" in name and name.endswith("weight") or "ln_q" in name:
            values = 1 + 0.1 * values
        elif parameter.ndim == 1:
            values = 0.1 * values
        elif "embed_tokens" in name or "position_embedding" in name:
            values = 0.7 * values
        else:
            values = 1.3 * values / parameter[0].numel() ** 0.5
        parameter.copy_(values.to(dtype).float())


def write_checkpoint(folder: Path, config: dict, tensors: dict[str, torch.Tensor], dtype: torch.dtype) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    stored = {name: tensor.detach().to(dtype).contiguous().clone() for name, tensor in tensors.items()}
    save_file(stored, folder / "model.safetensors", metadata={"format": "pt"})


def write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


@torch.no_grad()
def measure(model, inputs: dict, span: tuple[int, int], layers: list[int], k: int | None, penalty: float) -> dict:
    """Logits, hidden states, greedy answer and teacher-forced attention rows of one prompt, all from transformers."""
    prompt = inputs["input_ids"].shape[1]
    first = model(**inputs, output_hidden_states=True, use_cache=False)
    generated = model.generate(
        **inputs, do_sample=False, max_new_tokens=NEW_TOKENS, repetition_penalty=penalty, pad_token_id=0
    )
    answer = generated[0, prompt:]
    forced = dict(inputs)
    fed = answer[:ANSWER_ROWS][None]
    forced["input_ids"] = torch.cat([inputs["input_ids"], fed], 1)
    forced["attention_mask"] = torch.ones_like(forced["input_ids"])
    if "mm_token_type_ids" in inputs:
        forced["mm_token_type_ids"] = torch.cat([inputs["mm_token_type_ids"], torch.zeros_like(fed)], 1)
    attentions = model(**forced, output_attentions=True, use_cache=False).attentions
    rows = slice(prompt - 1, prompt + fed.shape[1])
    return {
        "logits": first.logits[0, -1],
        "attention": torch.stack([attentions[layer][0, :, rows] for layer in layers]),
        "layers": torch.tensor(layers),
        "rows": torch.arange(rows.start, rows.stop),
        "answer_ids": answer,
        **({} if k is None else {"layer_k": first.hidden_states[k][0]}),
    }


def render(template: str, content: list[dict]) -> str:
    """One user message through a chat template, by transformers' own Jinja, ready for the answer."""
    # Here, since `versions/` uses the rest of this file with a transformers that had no such function yet.
    from transformers.utils.chat_template_utils import render_jinja_template

    rendered, _ = render_jinja_template([[{"role": "user", "content": content}]], chat_template=template,
                                        add_generation_prompt=True, bos_token="", eos_token="")
    return rendered[0]


def write_case(folder: Path, facts: dict, numbers: dict[str, torch.Tensor]) -> None:
    write_json(folder / "case.json", facts)
    arrays = {
        name: (t.to(torch.int64) if not t.is_floating_point() else t.float()).contiguous().clone()
        for name, t in numbers.items()
    }
    save_file(arrays, folder / "expected.safetensors")
    print(f"{folder.name}: answer {numbers['answer_ids'].tolist()[:8]}…")
