"""LoRA adapters over the cases' checkpoints: PEFT makes, saves and loads them, and computes with them unmerged.

`python adapters.py [--all FOLDER | --old FOLDER] [case…]`: without either the checked-in ones, to `adapters/` beside this
file; `--old` makes those that an older transformers and PEFT can make, with the names that they give. Every constant of a case is an argument of PEFT's LoraConfig; how names, scales and tables come out is PEFT's and transformers'.
"""

import json
import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
import transformers
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import AutoModelForImageTextToText


HERE = Path(__file__).parent
BASES = HERE / "cases"
NEW_TOKENS = 8
OLDER = transformers.__version__.startswith("4.")
DECODER = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


@dataclass
class Case:
    name: str
    base: str
    lora: dict
    # Stored as float16: LoRA's numbers are rounded to it before anything is computed.
    half: bool = True
    # Names as PEFT under an older transformers wrote them: (old, new) pieces of the saved keys.
    renamed: list[tuple[str, str]] = field(default_factory=list)


CASES = [
    Case("llava-patterns", "llava-hf-v5-36",
         dict(r=2, lora_alpha=3, target_modules=["q_proj", "v_proj", "down_proj", "fc1", "linear_1"],
              rank_pattern={"fc1": 3, r"language_model.layers.\d.mlp.down_proj": 1},
              alpha_pattern={r"layers.[12].self_attn.v_proj": 11, "linear_1": 1})),
    Case("llava-tables", "llava-hf-plain-33",
         dict(r=1, lora_alpha=4, use_rslora=True, target_modules=["embed_tokens", "lm_head", "k_proj", "linear_1"],
              modules_to_save=["linear_2"])),
    Case("llava-biases", "llava-hf-v5-37", dict(r=3, lora_alpha=5, use_rslora=True, bias="all",
         target_modules=["out_proj", "fc2", "linear_2", "patch_embedding", "up_proj"])),
    Case("llava-tied-head", "llava-hf-plain-34", dict(r=2, lora_alpha=9, target_modules=["lm_head", "o_proj"]),
         renamed=[("model.language_model.", "language_model.model."), ("lm_head.", "language_model.lm_head."),
                  ("model.vision_tower.", "vision_tower.vision_model."), ("model.multi_", "multi_")]),
    Case("qwen-everywhere", "qwen2_5-vl-shrunk",
         dict(r=2, lora_alpha=6, use_rslora=True, bias="lora_only", rank_pattern={"qkv": 4},
              target_modules=[*DECODER, "qkv", "proj", "mlp.0", "mlp.2"])),
]

# On demand.
MORE = [
    Case("all-linear-llava", "llava-hf-v5-twig-38", dict(r=4, target_modules="all-linear")),
    Case("all-linear-qwen", "qwen2_5-vl-windows", dict(r=3, lora_alpha=16, target_modules="all-linear")),
    Case("regex-target", "qwen2_5-vl-patch14", dict(r=2, target_modules=r".*language_model.*\.(q_proj|up_proj)")),
    Case("tied-table", "llava-hf-plain-34", dict(r=2, lora_alpha=9, target_modules=["embed_tokens", "q_proj"])),
    Case("tied-both", "llava-hf-plain-34", dict(r=2, lora_alpha=9, target_modules=["embed_tokens", "lm_head"])),
    Case("tied-saved-table", "llava-hf-plain-34", dict(r=2, target_modules=["q_proj"], modules_to_save=["embed_tokens"])),
    Case("tied-saved-head", "llava-hf-plain-34", dict(r=2, target_modules=["q_proj"], modules_to_save=["lm_head"])),
    Case("tied-saved-both", "llava-hf-plain-34",
         dict(r=2, target_modules=["q_proj"], modules_to_save=["embed_tokens", "lm_head"])),
    Case("saved-tables", "llava-hf-plain-33",
         dict(r=2, target_modules=["q_proj"], modules_to_save=["embed_tokens", "lm_head", "multi_modal_projector"])),
    Case("saved-norms", "qwen2_5-vl-patch14",
         dict(r=2, target_modules=["o_proj"], modules_to_save=["merger", "norm", "input_layernorm"])),
    Case("tied-qwen", "qwen2_5-vl-enlarged", dict(r=2, target_modules=["lm_head", "embed_tokens", "qkv"])),
    Case("patch-embedding-qwen", "qwen2_5-vl-windows", dict(r=2, target_modules=["q_proj"], bias="all")),
    Case("float32-adapter", "llava-hf-twig-31", dict(r=5, lora_alpha=7.5, target_modules=[*DECODER, "fc1"]), half=False),
    Case("gaussian", "llava-hf-v5", dict(r=2, init_lora_weights="gaussian", target_modules=DECODER)),
    Case("orthogonal", "llava-hf-v5", dict(r=2, init_lora_weights="orthogonal", target_modules=DECODER)),
    Case("some-layers", "llava-hf-plain-35", dict(r=2, target_modules=["q_proj"], layers_to_transform=[1, 3])),
    Case("published-names-qwen", "qwen2_5-vl-patch14", dict(r=2, target_modules=["q_proj", "qkv", "mlp.0", "lm_head"]),
         renamed=[("model.language_model.", "model."), ("model.visual.", "visual.")]),
]


# What transformers 4.49 and PEFT 0.6 know already, over bases whose names it reads.
OLD = [
    Case("llava-decoder", "llava-hf-plain-35", dict(r=2, lora_alpha=6, target_modules=[*DECODER, "fc1", "linear_1"])),
    Case("llava-tables", "llava-hf-plain-33",
         dict(r=1, lora_alpha=4, target_modules=["embed_tokens", "lm_head", "k_proj"], modules_to_save=["linear_2"])),
    Case("llava-patterns", "llava-hf-plain-35", dict(r=2, lora_alpha=3, target_modules=["q_proj", "fc2", "down_proj"],
         rank_pattern={"fc2": 3}, alpha_pattern={"down_proj": 11})),
    Case("qwen-everywhere", "qwen2_5-vl-shrunk", dict(r=2, lora_alpha=6, target_modules=[*DECODER, "qkv", "attn.proj"])),
    Case("qwen-tied", "qwen2_5-vl-patch14", dict(r=2, target_modules=["q_proj", "lm_head"], modules_to_save=["merger"])),
]


@torch.no_grad()
def randomise(model, seed: int, half: bool) -> None:
    """Matrices large enough that a wrong scale shows; what is trained whole moves a little."""
    generator = torch.Generator().manual_seed(seed)
    trained = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    for name, parameter in sorted(trained, key=lambda one: one[0]):
        noise = torch.randn(parameter.shape, generator=generator)
        if "lora_" in name:
            values = 0.2 * noise
        else:
            values = parameter + 0.2 * noise * parameter.abs().mean()
        parameter.copy_(values.half().float() if half else values)


def inputs_of(base: Path, model) -> tuple[dict, dict]:
    facts = json.loads((base / "case.json").read_text())
    start, end = facts["image_span"]
    ids = facts["input_ids"]
    expanded = torch.tensor([[*ids[:start], *[ids[start]] * (end - start), *ids[start + 1 :]]])
    inputs = {"input_ids": expanded, "attention_mask": torch.ones_like(expanded)}
    if facts["family"] == "llava":
        pixels = load_file(base / "expected.safetensors")["pixel_values"][None]
        return facts, {**inputs, "pixel_values": pixels}
    try:
        from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil as Processor
    except ImportError:
        from transformers import Qwen2VLImageProcessor as Processor
    made = Processor.from_pretrained(base)(Image.open(base / "image.png"), return_tensors="pt")
    kinds = {} if OLDER else {"mm_token_type_ids": (expanded == model.config.image_token_id).int()}
    return facts, {**inputs, "pixel_values": made["pixel_values"], "image_grid_thw": made["image_grid_thw"], **kinds}


def fresh(base: Path):
    dtype = {"torch_dtype" if OLDER else "dtype": torch.float32}
    return AutoModelForImageTextToText.from_pretrained(base, attn_implementation="eager", **dtype).eval()


@torch.no_grad()
def make(case: Case, root: Path) -> None:
    base, folder = BASES / case.base, root / case.name
    shutil.rmtree(folder, ignore_errors=True)
    trained = get_peft_model(fresh(base), LoraConfig(**case.lora))
    randomise(trained, sum(map(ord, case.name)), case.half)
    trained.save_pretrained(folder, safe_serialization=True)
    if case.half:
        path = folder / "adapter_model.safetensors"
        save_file({k: t.half() for k, t in load_file(path).items()}, path, metadata={"format": "pt"})
    # The folder is the truth: what it says is loaded again and run unmerged.
    model = PeftModel.from_pretrained(fresh(base), folder).eval()
    facts, inputs = inputs_of(base, model)
    logits = model(**inputs, use_cache=False).logits[0, -1]
    plain = fresh(base)(**inputs, use_cache=False).logits[0, -1]
    # A base whose names this version does not read would be random, and nobody would see it.
    known = load_file(base / "expected.safetensors")["logits"]
    assert float((plain - known).abs().max() / known.abs().max()) < 1e-4, f"{case.base} is not read right"
    penalty = model.generation_config.repetition_penalty or 1.0
    answer = model.generate(**inputs, do_sample=False, max_new_tokens=NEW_TOKENS, repetition_penalty=penalty,
                            pad_token_id=0)[0, inputs["input_ids"].shape[1] :]
    moved = float((logits - plain).abs().max() / plain.abs().max())
    assert moved > 1e-2, f"{case.name}: the adapter changes nothing"
    finish(case, folder, base)
    stated = {"base": case.base, "question": facts["question"], "moved": round(moved, 4)}
    (folder / "case.json").write_text(json.dumps(stated, ensure_ascii=False, indent=1) + "\n")
    save_file({"logits": logits.clone(), "answer_ids": answer.clone()}, folder / "expected.safetensors")
    print(f"{case.name}: logits {moved:.2f} from the base's, {sum(f.stat().st_size for f in folder.iterdir())} bytes")


def finish(case: Case, folder: Path, base: Path) -> None:
    """The folder as it lies beside any base: a relative path, keys in a stable order, names of the version wanted."""
    (folder / "README.md").unlink(missing_ok=True)
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text())
    config["base_model_name_or_path"] = os.path.relpath(base, folder)
    if isinstance(config["target_modules"], list):
        config["target_modules"].sort()
    path.write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
    if case.renamed:
        weights = folder / "adapter_model.safetensors"
        tensors = {}
        for name, tensor in load_file(weights).items():
            own = name.removeprefix("base_model.model.")
            for new, old in case.renamed:
                if own.startswith(new):
                    own = old + own.removeprefix(new)
                    break
            tensors[f"base_model.model.{own}"] = tensor
        save_file(tensors, weights, metadata={"format": "pt"})


if __name__ == "__main__":
    torch.set_num_threads(1)
    arguments = sys.argv[1:]
    cases = {"--all": [*CASES, *MORE], "--old": OLD}.get(arguments[0] if arguments else "")
    root = Path(arguments[1]).resolve() if cases else HERE / "adapters"
    names = arguments[2 if cases else 0 :]
    for case in cases or CASES:
        if not names or case.name in names:
            make(case, root)
