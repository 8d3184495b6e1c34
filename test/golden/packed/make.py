"""4-bit checkpoints written by the packages that make them, and what transformers computes with their weights.

`python make.py` (see README.md) writes `cases/` and `shared/` beside this file. Packing, tables and dequantisation are
the packages' own code, called at run time: bitsandbytes through transformers' own loader and `save_pretrained`, AWQ
through autoawq's `WQLinear_GEMM`, GPTQ through auto-gptq's `GPTQ` and `QuantLinear`. Expected numbers are those of the
float32 model of transformers whose linear layers hold the weights that these packages unpack in float32.
"""

import hashlib
import importlib.util
import json
import shutil
import sys
import tempfile
import types
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import (
    BitsAndBytesConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
)

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "oracle"))
from common import randomise, write_json  # noqa: E402
from tokenizers_small import llama, qwen  # noqa: E402

HIDDEN, INNER, LAYERS = 64, 128, 1


@dataclass
class Case:
    name: str
    family: str  # llava, qwen
    method: str  # bnb, awq, gptq
    seed: int
    options: dict = field(default_factory=dict)
    # Linear layers that stay as they are.
    skip: tuple[str, ...] = ("lm_head", "model.visual", "visual", "vision_tower", "multi_modal_projector")


CASES = [
    # transformers' defaults quantise the vision tower and the projector too; their rows are no multiple of a block.
    Case("llava-nf4-double", "llava", "bnb", 51, {"bnb_4bit_quant_type": "nf4", "bnb_4bit_use_double_quant": True}, ("lm_head",)),
    Case("qwen-nf4", "qwen", "bnb", 52, {"bnb_4bit_quant_type": "nf4"}),
    Case("qwen-fp4", "qwen", "bnb", 52, {"bnb_4bit_quant_type": "fp4", "bnb_4bit_compute_dtype": torch.bfloat16}),
    Case("llava-awq", "llava", "awq", 51, {"group_size": 32}),
    Case("qwen-awq", "qwen", "awq", 52, {"group_size": 64}),
    Case("llava-gptq", "llava", "gptq", 51, {"group_size": 64, "sym": True, "desc_act": False}),
    Case("llava-gptq-column", "llava", "gptq", 51, {"group_size": -1, "sym": True, "desc_act": False}),
    Case("qwen-gptq-order", "qwen", "gptq", 52, {"group_size": 32, "sym": False, "desc_act": True}),
    Case("qwen-gptq-v2", "qwen", "gptq", 52, {"group_size": 32, "sym": False, "desc_act": False, "checkpoint_format": "gptq_v2"}),
]


def pattern(count: int) -> torch.Tensor:
    """Numbers that the test makes too: exact in float32, in [-1, 1)."""
    return torch.tensor([(i * 7919 % 251) / 128 - 1 for i in range(count)])


def llava_model(folder: Path):
    tokenizer = llama(folder, True, None)
    vocab = tokenizer.get_vocab_size()
    text = dict(model_type="llama", hidden_size=HIDDEN, intermediate_size=INNER, num_hidden_layers=LAYERS,
                num_attention_heads=2, num_key_value_heads=1, vocab_size=vocab, max_position_embeddings=512,
                rms_norm_eps=1e-5, bos_token_id=1, eos_token_id=2)
    vision = dict(model_type="clip_vision_model", hidden_size=24, intermediate_size=40, num_hidden_layers=2,
                  num_attention_heads=3, image_size=28, patch_size=14)
    config = LlavaConfig(vision_config=vision, text_config=text, image_token_id=vocab - 1, image_token_index=vocab - 1,
                         tie_word_embeddings=True)
    stated = {"architectures": ["LlavaForConditionalGeneration"], "model_type": "llava", "text_config": text,
              "vision_config": vision, "image_token_index": vocab - 1, "vision_feature_layer": -2,
              "vision_feature_select_strategy": "default", "projector_hidden_act": "gelu", "tie_word_embeddings": True}
    write_json(folder / "preprocessor_config.json", {"size": {"shortest_edge": 28}, "crop_size": {"height": 28, "width": 28},
                                                     "resample": 3})
    ids = tokenizer.encode("USER: <image>\nWhat is it? ASSISTANT:").ids
    inputs = {"pixel_values": pattern(3 * 28 * 28).reshape(1, 3, 28, 28)}
    return LlavaForConditionalGeneration, config, stated, ids, vocab - 1, (2, 2), inputs


def qwen_model(folder: Path):
    tokenizer = qwen(folder, "")
    vocab = tokenizer.get_vocab()
    text = dict(hidden_size=HIDDEN, intermediate_size=INNER, num_hidden_layers=LAYERS, num_attention_heads=2,
                num_key_value_heads=1, vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=1024,
                rms_norm_eps=1e-6, rope_theta=1000000.0, rope_scaling={"type": "mrope", "mrope_section": [4, 6, 6]},
                hidden_act="silu", bos_token_id=vocab["<|endoftext|>"], eos_token_id=vocab["<|im_end|>"],
                use_sliding_window=False, tie_word_embeddings=True)
    vision = dict(depth=1, hidden_size=32, intermediate_size=40, num_heads=2, patch_size=4, window_size=32,
                  out_hidden_size=HIDDEN, fullatt_block_indexes=[0], hidden_act="silu", spatial_merge_size=2,
                  temporal_patch_size=2, in_channels=3, tokens_per_second=2)
    tokens = {f"{name}_token_id": vocab[f"<|{token}|>"] for name, token in
              [("image", "image_pad"), ("video", "video_pad"), ("vision_start", "vision_start"), ("vision_end", "vision_end")]}
    config = Qwen2_5_VLConfig(text_config=text, vision_config=vision, **tokens, tie_word_embeddings=True)
    stated = {"architectures": ["Qwen2_5_VLForConditionalGeneration"], "model_type": "qwen2_5_vl", **text, **tokens,
              "vision_config": vision}
    write_json(folder / "preprocessor_config.json", {"min_pixels": 256, "max_pixels": 4096, "patch_size": 4,
                                                     "temporal_patch_size": 2, "merge_size": 2, "resample": 3,
                                                     "image_processor_type": "Qwen2VLImageProcessor"})
    ids = tokenizer.encode("<|im_start|>user\n<|vision_start|><|image_pad|><|vision_end|>What is it?<|im_end|>\n").ids
    inputs = {"pixel_values": pattern(24 * 96).reshape(24, 96), "image_grid_thw": torch.tensor([[1, 4, 6]])}
    return Qwen2_5_VLForConditionalGeneration, config, stated, ids, tokens["image_token_id"], (2, 3), inputs


FAMILIES = {"llava": llava_model, "qwen": qwen_model}


def published_name(family: str, name: str) -> str:
    """Names of the published layouts (llava-hf's and Qwen2.5-VL's); what follows the module's name stays."""
    if family == "qwen":
        return name.replace("model.language_model.", "model.").replace("model.visual.", "visual.")
    for start, new in [("model.vision_tower.", "vision_tower.vision_model."), ("vision_tower.", "vision_tower.vision_model."),
                       ("model.multi_modal", "multi_modal"), ("model.language_model.", "language_model.model.")]:
        if name.startswith(start) and not name.startswith(new):
            return new + name.removeprefix(start)
    return name


def converted(model: nn.Module, skip: tuple[str, ...]) -> list[tuple[str, nn.Linear]]:
    return [(name, module) for name, module in model.named_modules()
            if isinstance(module, nn.Linear) and not any(part in name.split(".") for part in skip)]


def without_init(*packages: str) -> None:
    """Modules of these packages become importable without what their `__init__.py` wants (other models, Triton)."""
    for package in packages:
        if package in sys.modules:
            continue
        parent, _, _ = package.rpartition(".")
        where = sys.modules[parent].__path__[0] if parent else importlib.util.find_spec(package).submodule_search_locations[0]
        module = types.ModuleType(package)
        module.__path__ = [str(Path(where) / package.rpartition(".")[2]) if parent else where]
        module.__getattr__ = lambda _: None
        sys.modules[package] = module


def stand_ins(*names: str) -> None:
    """Data sets and progress of calibration, which no case uses."""
    for name in names:
        if name not in sys.modules and importlib.util.find_spec(name) is None:
            sys.modules[name] = types.ModuleType(name)
            sys.modules[name].__getattr__ = lambda _: None


@torch.no_grad()
def pack_awq(model, case: Case):
    """AutoAWQ's rounding and packing; the search for scales does not change what a file looks like."""
    without_init("awq", "awq.modules", "awq.modules.linear", "awq.quantize", "awq.utils")
    stand_ins("datasets", "tqdm")
    from awq.modules.linear.gemm import WQLinear_GEMM
    from awq.quantize.quantizer import AwqQuantizer
    from awq.utils.packing_utils import dequantize_gemm

    group = case.options["group_size"]
    quantizer = types.SimpleNamespace(group_size=group, w_bit=4, zero_point=True)
    tensors, weights = {}, {}
    for name, linear in converted(model, case.skip):
        rounded, scales, zeros = AwqQuantizer.pseudo_quantize_tensor(quantizer, linear.weight.data.clone())
        half = nn.Linear(linear.in_features, linear.out_features, linear.bias is not None)
        half.weight.data, half.bias = rounded, linear.bias
        packed = WQLinear_GEMM.from_linear(half, 4, group, scales=scales.t().contiguous(), zeros=zeros.t().contiguous())
        tensors |= {f"{name}.{part}": value for part, value in packed.state_dict().items()}
        weights[name] = dequantize_gemm(packed.qweight, packed.qzeros, packed.scales.float(), 4, group).t()
    stated = {"bits": 4, "group_size": group, "quant_method": "awq", "version": "gemm", "zero_point": True,
              "modules_to_not_convert": None if case.family == "llava" else ["visual"]}
    return tensors, weights, stated


@torch.no_grad()
def pack_gptq(model, case: Case):
    """auto-gptq's quantiser on made-up inputs, its packing, and its own forward pass for the weights."""
    without_init("auto_gptq", "auto_gptq.nn_modules", "auto_gptq.nn_modules.qlinear", "auto_gptq.quantization")
    from auto_gptq.nn_modules.qlinear.qlinear_cuda import QuantLinear
    from auto_gptq.quantization.gptq import GPTQ

    torch.cuda.synchronize = lambda *_: None
    options = {"checkpoint_format": "gptq", **case.options}
    group, version2 = options["group_size"], options["checkpoint_format"] == "gptq_v2"
    generator = torch.Generator().manual_seed(case.seed)
    tensors, weights = {}, {}
    for name, linear in converted(model, case.skip):
        k, n = linear.in_features, linear.out_features
        work = nn.Linear(k, n, linear.bias is not None)
        work.load_state_dict(linear.state_dict())
        gptq = GPTQ(work)
        gptq.quantizer.configure(4, perchannel=True, sym=options["sym"], mse=False)
        inputs = torch.randn(256, k, generator=generator) * torch.rand(k, generator=generator) * 2
        gptq.add_batch(inputs[None], work(inputs[None]))
        scale, zero, g_idx = gptq.fasterquant(group_size=group, actorder=options["desc_act"], static_groups=False)
        packed = QuantLinear(4, group, k, n, linear.bias is not None, weight_dtype=torch.float16)
        packed.pack(work.half(), scale.half(), zero.half(), g_idx)
        state = packed.state_dict()
        packed.scales = packed.scales.float()
        packed.bias = None
        weights[name] = packed(torch.eye(k)).t()
        if version2:  # GPTQModel's format: the zero point itself, where the first format has one less
            state["qzeros"] = state["qzeros"] + 0x11111111
        if not version2:
            nibbles = (state["qzeros"][..., None] >> torch.arange(0, 32, 4)) & 15
            assert (nibbles < 15).all(), "a zero point of 0 is broken in the first format; take another seed"
        tensors |= {f"{name}.{part}": value for part, value in state.items()}
    stated = {"bits": 4, "quant_method": "gptq", "static_groups": False, "true_sequential": True, "lm_head": False,
              "damp_percent": 0.01, **options}
    return tensors, weights, stated


@torch.no_grad()
def pack_bnb(model, case: Case):
    """transformers quantises while it loads, saves, and loads again what it saved."""
    import bitsandbytes as bnb

    config = BitsAndBytesConfig(load_in_4bit=True, llm_int8_skip_modules=list(case.skip), **case.options)
    with tempfile.TemporaryDirectory() as temp:
        model.save_pretrained(f"{temp}/float")
        quantised = type(model).from_pretrained(f"{temp}/float", quantization_config=config, dtype=torch.float16, device_map="cpu")
        quantised.save_pretrained(f"{temp}/packed")
        saved = load_file(f"{temp}/packed/model.safetensors")
        stated = json.loads(Path(f"{temp}/packed/config.json").read_text())["quantization_config"]
        again = type(model).from_pretrained(f"{temp}/packed", dtype=torch.float32, device_map="cpu")
    weights, rounding = {}, 0.0
    for name, module in again.named_modules():
        if isinstance(module, bnb.nn.Linear4bit):
            state = module.weight.quant_state
            stored = bnb.functional.dequantize_4bit(module.weight.data, state)
            state.dtype = torch.float32
            weights[name] = bnb.functional.dequantize_4bit(module.weight.data, state)
            rounding = max(rounding, float((stored.float() - weights[name]).abs().max() / weights[name].abs().max()))
    assert weights, "nothing was quantised"
    print(f"  {case.name}: rounding to {stored.dtype} while unpacking changes weights by up to {rounding:.1e} of the largest")
    names = {f"{name}.weight" for name in weights}
    marks = (".absmax", ".quant_map", ".nested_absmax", ".nested_quant_map", ".quant_state.bitsandbytes__nf4",
             ".quant_state.bitsandbytes__fp4")
    packed = {name: tensor for name, tensor in saved.items() if tensor.dtype == torch.uint8 or name.endswith(marks)}
    assert len(names) == sum(name.endswith("weight") for name in packed)
    return packed, weights, stated


def digest(weight: torch.Tensor) -> str:
    """SHA-256 of `[n, k]` float32, negative zeros made positive."""
    return hashlib.sha256((weight.float() + 0.0).contiguous().numpy().tobytes()).hexdigest()


@torch.no_grad()
def make(case: Case) -> None:
    folder, shared = HERE / "cases" / case.name, HERE / "shared" / case.family
    folder.mkdir(parents=True)
    shared.mkdir(parents=True, exist_ok=True)
    kind, config, stated, ids, image_id, grid, inputs = FAMILIES[case.family](shared)
    model = kind._from_config(config, attn_implementation="eager").eval()
    randomise(model, case.seed, torch.float16)
    model.tie_weights()
    plain = {published_name(case.family, name): t.half() for name, t in model.state_dict().items()
             if not name.endswith("lm_head.weight")}
    packed, weights, quantisation = {"awq": pack_awq, "gptq": pack_gptq, "bnb": pack_bnb}[case.method](model, case)
    packed = {published_name(case.family, name): t.contiguous().clone() for name, t in packed.items()}
    for name in [name for name in packed if name.endswith(".bias")]:  # AWQ and GPTQ write it anew, the same
        assert torch.equal(packed.pop(name), plain[name])
    for name, weight in weights.items():
        module = model.get_submodule(name)
        assert module.weight.shape == weight.shape
        module.weight.copy_(weight)
    # What no case packs is stored once for all cases of the family.
    replaced = {published_name(case.family, f"{name}.weight") for name in weights}
    rest = {name: t for name, t in plain.items() if name not in packed and name not in replaced}
    linear = {published_name(case.family, f"{name}.weight") for name, _ in converted(model, ())}
    tower = {name: t for name, t in rest.items() if name in linear}
    save_file({name: t for name, t in plain.items() if name not in linear}, shared / "floats.safetensors")
    if tower:  # of the cases that pack the decoder alone
        save_file(tower, shared / "tower.safetensors")
    save_file(packed, folder / "packed.safetensors")
    write_json(folder / "config.json", {**stated, "quantization_config": quantisation})

    start, count = ids.index(image_id), grid[0] * grid[1]
    expanded = torch.tensor([[*ids[:start], *[image_id] * count, *ids[start + 1 :]]])
    more = {"mm_token_type_ids": (expanded == image_id).int()} if case.family == "qwen" else {}
    output = model(**inputs, **more, input_ids=expanded, attention_mask=torch.ones_like(expanded), use_cache=False)
    if case.family == "qwen":
        features = model.model.visual(inputs["pixel_values"], grid_thw=inputs["image_grid_thw"]).pooler_output
    else:
        features = model.model.get_image_features(pixel_values=inputs["pixel_values"]).pooler_output[0]
    save_file({"logits": output.logits[0, -1].clone(), "features": features.clone()}, folder / "expected.safetensors")
    write_json(folder / "case.json", {
        "family": case.family, "tower": bool(tower), "input_ids": ids, "image_span": [start, start + count], "grid": grid,
        "weights": {published_name(case.family, f"{name}.weight"): digest(weight) for name, weight in weights.items()},
    })
    print(f"{case.name}: {len(weights)} layers, {sum(f.stat().st_size for f in folder.iterdir())} bytes")


def tables() -> None:
    import bitsandbytes as bnb

    kinds = {kind: bnb.functional.get_4bit_type(kind, device="cpu").tolist() for kind in ("fp4", "nf4")}
    write_json(HERE / "tables.json", kinds)


if __name__ == "__main__":
    torch.set_num_threads(1)
    np.random.seed(0)
    for name in ("cases", "shared"):
        shutil.rmtree(HERE / name, ignore_errors=True)
    tables()
    for each in CASES:
        make(each)
