"""LLaVA-1.5 in small: checkpoints over all layouts, and what transformers computes with them."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from transformers import LlavaConfig, LlavaForConditionalGeneration
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.llama.modeling_llama import LlamaDecoderLayer, LlamaRMSNorm
from transformers.models.llava.image_processing_pil_llava import LlavaImageProcessorPil

import authors
from common import measure, picture, randomise, render, write_case, write_checkpoint, write_json
from rpn import Branch, rpn_logits
from tokenizers_small import llama

# The published one.
TEMPLATE = (Path(__file__).parent.parent / "templates/llava_1_5_hf.jinja").read_text()


@dataclass
class Case:
    name: str
    seed: int
    layout: str  # hf, hf_v5, original (tower inside), original_tower (beside)
    size: tuple[int, int]
    question: str
    kv_heads: int = 4
    tied: bool = False
    twig: tuple[int, int] | None = None
    multi_head: bool = True
    dtype: torch.dtype = torch.float16
    pad: bool = True


CASES = [
    Case("llava-hf-twig", 11, "hf", (97, 64), "What is the code on the red tag?", 2, twig=(2, 2), pad=False),
    Case("llava-hf-v5", 13, "hf_v5", (37, 61), "Quelle est la couleur ?", 1),
    Case("llava-original-twig", 12, "original", (60, 90), "红色标签上的代码是什么？", tied=True, twig=(1, 3), dtype=torch.float32),
    Case("llava-original-tower", 14, "original_tower", (51, 50), "Is it 7?\nAnswer.", 2, dtype=torch.bfloat16),
    Case("llava-original-dot", 16, "original", (64, 31), "Which one is it?", 2, twig=(2, 1), multi_head=False),
    # With those above: three seeds and more of every layout, with and without a branch; sizes odd, heads grouped or not,
    # heads tied or not, in every layout. A branch at layer 0 reads the embeddings.
    Case("llava-original-twig-41", 41, "original", (39, 91), "Was steht da?", 1, twig=(2, 2), dtype=torch.bfloat16),
    Case("llava-original-plain-42", 42, "original", (91, 66), "Which colour?", tied=True),
    Case("llava-original-tower-43", 43, "original_tower", (20, 47), "¿Qué número?", 2),
    Case("llava-hf-twig-31", 31, "hf", (61, 43), "What is left of it?", twig=(3, 1), dtype=torch.bfloat16),
    Case("llava-hf-twig-32", 32, "hf", (33, 88), "Где код?", 1, tied=True, twig=(1, 2)),
    Case("llava-hf-plain-33", 33, "hf", (50, 75), "How many are there?"),
    Case("llava-hf-plain-34", 34, "hf", (83, 41), "数字は？", 2, tied=True, pad=False, dtype=torch.bfloat16),
    Case("llava-hf-plain-35", 35, "hf", (29, 113), "Read it.", 1),
    Case("llava-hf-v5-36", 36, "hf_v5", (77, 30), "Is it red?", tied=True),
    # The encoder's own size: nothing is resized.
    Case("llava-hf-v5-37", 37, "hf_v5", (42, 42), "What word?", 2, pad=False, dtype=torch.bfloat16),
    Case("llava-hf-v5-twig-38", 38, "hf_v5", (64, 99), "What is the code?", 2, twig=(2, 2)),
    Case("llava-hf-v5-twig-39", 39, "hf_v5", (101, 37), "Où est-ce ?", tied=True, twig=(1, 1), multi_head=False),
    Case("llava-hf-v5-twig-40", 40, "hf_v5", (55, 56), "Who?", 1, twig=(0, 2), pad=False, dtype=torch.bfloat16),
]

CLIP = {"size": {"shortest_edge": 42}, "crop_size": {"height": 42, "width": 42}}
VISION = dict(
    hidden_size=24, intermediate_size=40, num_hidden_layers=3, num_attention_heads=3, image_size=42, patch_size=14
)


def tensors_in_layout(model, branch: Branch | None, case: Case) -> tuple[dict, dict]:
    """State dict under the layout's names, and a separate tower's."""
    rules = {
        "hf": [(r"^model\.vision_tower\.", "vision_tower.vision_model."), (r"^model\.multi", "multi"),
               (r"^model\.language_model\.", "language_model.model."), (r"^lm_head", "language_model.lm_head")],
        "hf_v5": [(r"^model\.vision_tower\.", "model.vision_tower.vision_model.")],
        "original": [(r"^model\.vision_tower\.", "model.vision_tower.vision_tower.vision_model."),
                     (r"^model\.multi_modal_projector\.linear_1", "model.mm_projector.0"),
                     (r"^model\.multi_modal_projector\.linear_2", "model.mm_projector.2"),
                     (r"^model\.language_model\.", "model.")],
    }
    rules["original_tower"] = [(r"^model\.vision_tower\.", "TOWER.vision_model."), *rules["original"][1:]]
    main, tower = {}, {}
    for name, tensor in model.state_dict().items():
        if case.tied and name.startswith("lm_head"):
            continue
        for pattern, new in rules[case.layout]:
            name = re.sub(pattern, new, name)
        (tower if name.startswith("TOWER.") else main)[name.removeprefix("TOWER.")] = tensor
    if branch is not None:
        main |= {f"model.{name}": tensor for name, tensor in branch.state_dict().items()}
    return main, tower


def config_in_layout(text: dict, case: Case, image_id: int) -> dict:
    twig = {}
    if case.twig:
        twig = {"enable_twig": True, "twig_K": case.twig[0], "twig_T": case.twig[1], "roi_branch": True,
                "roi_source": "qk", "roi_loss": "bce", "roi_super_type": "v1", "roi_multi_head": case.multi_head}
    if case.layout.startswith("hf"):
        return {"architectures": ["LlavaForConditionalGeneration"], "model_type": "llava", "text_config": text,
                "vision_config": {"model_type": "clip_vision_model", **VISION}, "image_token_index": image_id,
                "vision_feature_layer": -2, "vision_feature_select_strategy": "default",
                "projector_hidden_act": "gelu", "tie_word_embeddings": case.tied, **twig}
    return {"architectures": ["LlavaLlamaForCausalLM"], "model_type": "llava_llama", **text,
            "tie_word_embeddings": case.tied, "mm_vision_tower": "tower", "mm_vision_select_layer": -2,
            "mm_projector_type": "mlp2x_gelu", "image_aspect_ratio": "pad",
            **({"vision_config": VISION} if case.layout == "original" else {}), **twig}


def pixels_of(image: Image.Image, case: Case, folder: Path) -> torch.Tensor:
    if case.layout.startswith("hf"):
        kind = LlavaImageProcessorPil if case.pad else CLIPImageProcessorPil
        processor = kind(**CLIP, **({"do_pad": True} if case.pad else {}))
        stated = {**CLIP, "resample": 3, **({"do_pad": True} if case.pad else {})}
    else:
        processor = CLIPImageProcessorPil(**CLIP)
        image = authors.llava_square(image, processor.image_mean)
        stated = {**CLIP, "resample": 3}
    where = folder / "tower" if case.layout == "original_tower" else folder
    write_json(where / "preprocessor_config.json", stated)
    return torch.from_numpy(np.stack(processor(image)["pixel_values"]))


def prompt_ids(tokenizer, case: Case, image_id: int) -> list[int]:
    """Ids with one placeholder: the template's where there is one, else the authors' conversation and tokenising."""
    if case.layout.startswith("hf"):
        content = [{"type": "image"}, {"type": "text", "text": case.question}]
        return tokenizer.encode(render(TEMPLATE, content)).ids
    ids = authors.llava_prompt_ids(lambda text: tokenizer.encode(text).ids, tokenizer.token_to_id("<s>"), case.question)
    return [image_id if i < 0 else i for i in ids]


def needs_authors(case: Case) -> bool:
    return case.layout.startswith("original")


def make(case: Case, root: Path) -> None:
    folder = root / case.name
    (folder / "tower").mkdir(parents=True) if case.layout == "original_tower" else folder.mkdir(parents=True)
    image = picture(folder / "image.png", *case.size, case.seed)
    tokenizer = llama(folder, case.layout.startswith("hf"), TEMPLATE if case.layout.startswith("hf") else None)
    # The original layout has no placeholder in the vocabulary; transformers needs an id, which it replaces anyway.
    vocab = tokenizer.get_vocab_size() + (0 if case.layout.startswith("hf") else 1)
    image_id = vocab - 1
    text = dict(model_type="llama", hidden_size=32, intermediate_size=48, num_hidden_layers=4, num_attention_heads=4,
                num_key_value_heads=case.kv_heads, vocab_size=vocab, max_position_embeddings=512, rms_norm_eps=1e-5,
                bos_token_id=1, eos_token_id=2)
    config = LlavaConfig(vision_config={"model_type": "clip_vision_model", **VISION}, text_config=text,
                         image_token_id=image_id, image_token_index=image_id, tie_word_embeddings=case.tied)
    model = LlavaForConditionalGeneration._from_config(config, attn_implementation="eager").eval()
    randomise(model, case.seed, case.dtype)
    if case.tied:
        model.tie_weights()
    branch = None
    if case.twig:
        branch = Branch(LlamaDecoderLayer, LlamaRMSNorm, model.config.text_config, case.twig[1]).eval()
        randomise(branch, case.seed + 1000, case.dtype)
    main, tower = tensors_in_layout(model, branch, case)
    write_checkpoint(folder, config_in_layout(text, case, image_id), main, case.dtype)
    if tower:
        write_checkpoint(folder / "tower", {"model_type": "clip_vision_model", **VISION}, tower, case.dtype)

    pixels = pixels_of(image, case, folder)
    ids = prompt_ids(tokenizer, case, image_id)
    start, count = ids.index(image_id), (VISION["image_size"] // VISION["patch_size"]) ** 2
    expanded = torch.tensor([[*ids[:start], *[image_id] * count, *ids[start + 1 :]]])
    inputs = {"input_ids": expanded, "attention_mask": torch.ones_like(expanded), "pixel_values": pixels}
    span = (start, start + count)
    numbers = measure(model, inputs, span, [1, 3], case.twig and case.twig[0], 1.0)
    with torch.no_grad():
        features = model.model.get_image_features(pixel_values=pixels)
    features = features if isinstance(features, (list, tuple, torch.Tensor)) else features.pooler_output
    numbers |= {"pixel_values": pixels[0], "visual_features": features[0]}
    if branch is not None:
        positions = torch.arange(expanded.shape[1])[None]
        rotary = model.model.language_model.rotary_emb(numbers["layer_k"], positions)
        numbers["rpn_logits"] = rpn_logits(
            branch, model.config.text_config, numbers["layer_k"], rotary, span, None, True, case.multi_head
        )
    placeholder = ids if case.layout.startswith("hf") else [-1 if i == image_id else i for i in ids]
    facts = {"family": "llava", "seed": case.seed, "question": case.question, "input_ids": placeholder,
             "image_span": span, "grid": [3, 3], "image_size": image.size}
    write_case(folder, facts, numbers)
