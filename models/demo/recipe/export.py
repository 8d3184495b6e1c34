"""Write the Hugging Face checkpoint (original LLaVA layout, SD-RPN tensors included). fp16, as published.

usage: export.py MODEL.pt OUT_FOLDER             (MODEL.pt: {"fovea": state_dict, "rpn": state_dict or None, "k", "t"})
       export.py --import CHECKPOINT MODEL.pt    the way back
"""
import json, os, sys
import torch
from safetensors.torch import load_file, save_file
import tokenizer
from model import Fovea, Rpn, rounded, D, HEADS, FFN_L, FFN_V, LAYERS_L, LAYERS_V, PATCH, GRID, EPS_L, EPS_V, THETA, MEAN, STD


def load(path=None, k=4, t=2):
    """(model, rpn) of a training file, with its weights as the checkpoint stores them (float16); fresh seeded ones when path is None."""
    torch.manual_seed(0)
    model, state = Fovea(tokenizer.VOCAB_SIZE), None
    if path:
        state = torch.load(path, weights_only=True)
        model.load_state_dict(rounded(state["fovea"]))
        k, t = state.get("k", k), state.get("t", t)
    rpn = Rpn(model.model, k, t)
    if state and state.get("rpn"):
        rpn.load_state_dict(rounded(state["rpn"]))
    return model.eval(), rpn.eval()


def read(folder):
    """The training file's content of an exported checkpoint."""
    config = json.load(open(f"{folder}/config.json"))
    llm, fovea, rpn = load_file(f"{folder}/model.safetensors"), load_file(f"{folder}/vision_tower/model.safetensors"), {}
    for name, v in llm.items():
        if name.startswith("model.twig"):
            rpn[name[len("model."):]] = v.float()
        elif not name.startswith("twig_head"):
            fovea[name if name.startswith("model.") else f"model.{name}"] = v.float()
    return {"fovea": fovea, "rpn": rpn, "k": config["twig_K"], "t": config["twig_T"]}


def _json(path, value):
    with open(path, "w") as f:
        json.dump(value, f, indent=2)
        f.write("\n")


def write(model, rpn, folder):
    vt = f"{folder}/vision_tower"
    os.makedirs(vt, exist_ok=True)
    flat = lambda v: v.detach().half().contiguous().clone()
    llm = {}
    for name, v in model.model.state_dict().items():
        llm[name if name.startswith("lm_head") else f"model.{name}"] = flat(v)
    for name, v in rpn.state_dict().items():
        llm[f"model.{name}"] = flat(v)
    llm["twig_head.weight"] = llm["lm_head.weight"].clone()  # present in published files, unused
    save_file(llm, f"{folder}/model.safetensors", metadata={"format": "pt"})
    save_file({f"vision_model.{n}": flat(v) for n, v in model.vision_model.state_dict().items()}, f"{vt}/model.safetensors", metadata={"format": "pt"})
    for path in (f"{folder}/model.safetensors", f"{vt}/model.safetensors"):
        os.chmod(path, 0o644)
    _json(f"{folder}/config.json", {
        "architectures": ["LlavaLlamaForCausalLM"], "model_type": "llava_llama", "hidden_act": "silu", "hidden_size": D,
        "intermediate_size": FFN_L, "num_hidden_layers": LAYERS_L, "num_attention_heads": HEADS, "num_key_value_heads": HEADS,
        "rms_norm_eps": EPS_L, "rope_theta": THETA, "max_position_embeddings": 2048, "vocab_size": tokenizer.VOCAB_SIZE,
        "tie_word_embeddings": False, "attention_bias": False, "bos_token_id": tokenizer.BOS, "eos_token_id": tokenizer.EOS,
        "pad_token_id": tokenizer.PAD, "image_token_index": tokenizer.IMAGE, "torch_dtype": "float16", "use_cache": True,
        "mm_vision_tower": "vision_tower", "mm_vision_select_layer": -2, "mm_vision_select_feature": "patch",
        "mm_projector_type": "mlp2x_gelu", "mm_hidden_size": D, "image_aspect_ratio": "pad", "mm_use_im_start_end": False,
        "mm_use_im_patch_token": False, "tokenizer_model_max_length": 2048,
        "enable_twig": True, "twig_K": rpn.k, "twig_T": rpn.t, "roi_branch": True, "roi_source": "qk", "roi_loss": "bce",
        "roi_super_type": "v1", "roi_multi_head": True,
    })
    _json(f"{folder}/generation_config.json", {"bos_token_id": tokenizer.BOS, "eos_token_id": tokenizer.EOS,
                                               "pad_token_id": tokenizer.PAD, "do_sample": False, "max_new_tokens": 16})
    _json(f"{vt}/config.json", {
        "architectures": ["CLIPVisionModel"], "model_type": "clip_vision_model", "hidden_size": D, "intermediate_size": FFN_V,
        "num_hidden_layers": LAYERS_V, "num_attention_heads": HEADS, "num_channels": 3, "image_size": PATCH * GRID, "patch_size": PATCH,
        "hidden_act": "quick_gelu", "layer_norm_eps": EPS_V, "attention_dropout": 0.0, "projection_dim": D, "torch_dtype": "float16",
    })
    side = PATCH * GRID
    _json(f"{vt}/preprocessor_config.json", {
        "image_processor_type": "CLIPImageProcessor", "do_convert_rgb": True, "do_resize": True, "size": {"shortest_edge": side},
        "resample": 3, "do_center_crop": True, "crop_size": {"height": side, "width": side}, "do_rescale": True,
        "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.26862954, 0.26130258, 0.27577711],
    })
    tokenizer.write(folder)


if __name__ == "__main__":
    if sys.argv[1] == "--import":
        torch.save(read(sys.argv[2]), sys.argv[3])
        sys.exit()
    model, rpn = load(None if sys.argv[1] == "-" else sys.argv[1])  # "-": untrained, for format tests
    write(model, rpn, sys.argv[2])
    print("parameters", sum(p.numel() for p in model.parameters()), "rpn", sum(p.numel() for p in rpn.parameters()))
