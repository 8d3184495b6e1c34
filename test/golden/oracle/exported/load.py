"""Loads what `export.ts` wrote with the authors' own classes: every tensor arrives, and their forward pass gives our map.

    FOVEA_SDRPN=/path/to/checkout python load.py OUT llava     # transformers 4.37.2, as their LLaVA pins it
    FOVEA_SDRPN=/path/to/checkout python load.py OUT qwen      # transformers 4.51.3

What it finds goes into `loaded.json`, by family.
"""

import json
import os
import sys
import types
from pathlib import Path

import torch
from safetensors.torch import load_file

OUT, FAMILY = Path(sys.argv[1]), sys.argv[2]
CHECKOUT = Path(os.environ["FOVEA_SDRPN"])


class Seen(Exception):
    """Carries the map out of their forward pass, before it asks for a crop."""


def seen(pred_roi, *_, **__):
    raise Seen(pred_roi)


def stand_in(name: str, *names: str) -> None:
    """Drawing only: nothing of it runs here."""
    module = types.ModuleType(name)
    for each in names:
        setattr(module, each, None)
    sys.modules[name] = module


def their_llava():
    sys.path.insert(0, str(CHECKOUT / "LLaVA"))
    stand_in("matplotlib", "pyplot", "patches", "cm", "colors")
    stand_in("matplotlib.pyplot")
    stand_in("matplotlib.patches")
    stand_in("llava.ana_utils", "get_bbox4src", "get_bbox_from_noisy_map", "plot_bboxes_on_img", "plot_attention_analysis")
    from llava.llm_src import llama_src
    from llava.model import llava_arch
    from llava.model.language_model.llava_llama import LlavaLlamaForCausalLM

    llama_src.get_batched_sub_images = seen
    # The picture's features are given: the tower is the base model's and stays out.
    llava_arch.build_vision_tower = lambda *_, **__: torch.nn.Identity()
    return LlavaLlamaForCausalLM


def their_qwen():
    sys.path.insert(0, str(CHECKOUT / "Qwen2.5-VL"))
    from qwen_src.qwen2_5_vl import modeling_qwen2_5_vl as modeling

    modeling.get_batched_sub_images = seen
    return modeling.Qwen2_5_VLForConditionalGeneration


def roi_map(model, case: dict, expected: dict) -> torch.Tensor:
    ids = torch.tensor(case["input_ids"])
    start, end = case["image_span"]
    place = case["input_ids"].index(ids[start].item()) if FAMILY == "qwen" else start
    embed = model.get_input_embeddings()
    before, after = ids[:place], ids[place + 1 :]
    rows = torch.cat([embed(before), expected["visual_features"], embed(after)])[None]
    core = model.model
    core.roi_enable2stage, core.two_stage_vanilla = True, True
    try:
        if FAMILY == "llava":
            core.sys_token_num = start
            core(inputs_embeds=rows, image_token_ids=[list(range(start, end))], use_cache=False)
        else:
            h, w = case["grid"]
            core(inputs_embeds=rows, position_ids=expected["position_ids"][:, None], image_token_start=start,
                 image_grid_thw=torch.tensor([[1, 2 * h, 2 * w]]), use_cache=False)
    except Seen as found:
        return found.args[0].flatten()
    raise SystemExit("their forward pass never came to the crop")


@torch.no_grad()
def main() -> None:
    their = their_llava() if FAMILY == "llava" else their_qwen()
    import transformers

    found = {"transformers": transformers.__version__}
    for folder in sorted(OUT.glob("llava-*" if FAMILY == "llava" else "qwen*")):
        told = json.loads((folder / "fovea.json").read_text())
        source = Path(told["case"])
        config = their.config_class.from_pretrained(folder / "exported")
        if FAMILY == "llava":
            # Every published config.json has it; the cases' tower is described in theirs instead.
            config.mm_hidden_size = config.vision_config["hidden_size"]
        model, info = their.from_pretrained(folder / "exported", config=config, torch_dtype=torch.float32,
                                            output_loading_info=True, attn_implementation="eager")
        model.eval()
        stored = load_file(folder / "exported" / "model.safetensors")
        state = model.state_dict()
        checked = {name: torch.equal(state[name], tensor.float()) for name, tensor in stored.items() if name in state}
        logits = roi_map(model, json.loads((source / "case.json").read_text()), load_file(source / "expected.safetensors"))
        ours = torch.tensor(told["logits"])
        found[folder.name] = {
            "tensors": len(stored),
            "equal": sum(checked.values()),
            "twig_equal": sum(same for name, same in checked.items() if "twig_" in name),
            "twig": sum("twig_" in name for name in stored),
            "missing": sorted(info["missing_keys"]),
            "unexpected": sorted({name.split(".")[1] if "." in name else name for name in info["unexpected_keys"]}),
            "largest_logit": round(ours.abs().max().item(), 6),
            "largest_difference": float(f"{(logits - ours).abs().max().item():.2g}"),
        }
    kept = Path(__file__).with_name("loaded.json")
    all_found = json.loads(kept.read_text()) if kept.exists() else {}
    kept.write_text(json.dumps({**all_found, FAMILY: found}, indent=1) + "\n")


main()
