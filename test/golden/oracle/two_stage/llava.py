"""SD-RPN's own LLaVA on tiny random weights, first look to second answer: `python llava.py ROOT CHECKOUT`.

Needs transformers 4.37.2 (theirs), numpy below 2, scikit-image, scipy and matplotlib. Everything that happens is their code: the
conversation and tokenising of the evaluation adapter, `process_images`, `generate` with both stages, boxes and crops.
Three things are set from outside, as their adapter sets them: `roi_enable2stage`, the form, the threshold. A fourth
because our tokenizer is a small one: `sys_token_num`, 35 in the code, is the number of tokens before the picture.
"""

import os
import sys
from pathlib import Path

import torch
import transformers
from PIL import Image

import shared
from inputs import llama_tokenizer

QUESTIONS = {51: "What is the code on the red tag?", 52: "Quelle est la couleur ?", 53: "Which word?\nAnswer briefly.", 54: "Who?"}
# seed → K, T, roi_multi_head, size of the picture
MODELS = {51: (2, 2, True, (130, 90)), 52: (1, 3, True, (90, 90)), 53: (2, 1, False, (61, 140)), 54: (1, 2, True, (333, 200))}


def make_model(folder: Path, inputs: Path, seed: int) -> None:
    """A checkpoint in the original layout with its tower beside, saved by their classes."""
    from llava.model.language_model.llava_llama import LlavaConfig, LlavaLlamaForCausalLM

    k, t, multi_head, _ = MODELS[seed]
    os.chdir(folder)
    vision = transformers.CLIPVisionConfig(hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
                                           image_size=336, patch_size=14, projection_dim=16)
    tower = transformers.CLIPVisionModel(vision)
    shared.randomise(tower, seed + 1, torch.float16)
    tower.half().save_pretrained("tower")
    transformers.CLIPImageProcessor(size={"shortest_edge": 336}, crop_size={"height": 336, "width": 336}).save_pretrained("tower")
    tokenizer = transformers.AutoTokenizer.from_pretrained(inputs / "llama-sentencepiece")
    tokenizer.save_pretrained(".")
    config = LlavaConfig(hidden_size=16, intermediate_size=24, num_hidden_layers=4, num_attention_heads=2, num_key_value_heads=2,
                         vocab_size=len(tokenizer), max_position_embeddings=4096, rms_norm_eps=1e-5, mm_hidden_size=16,
                         mm_vision_tower="tower", mm_vision_select_layer=-2, mm_vision_select_feature="patch",
                         mm_projector_type="mlp2x_gelu", image_aspect_ratio="pad", enable_twig=True, twig_K=k, twig_T=t,
                         roi_branch=True, roi_source="qk", roi_loss="bce", roi_super_type="v1", roi_multi_head=multi_head)
    model = LlavaLlamaForCausalLM(config)
    shared.randomise(model, seed, torch.float16)
    model.half().save_pretrained(".")


def load():
    """As `load_pretrained_model` does, in float32 on the CPU."""
    from llava.model.language_model.llava_llama import LlavaLlamaForCausalLM

    model = LlavaLlamaForCausalLM.from_pretrained(".", torch_dtype=torch.float32, attn_implementation="eager").eval()
    model.get_vision_tower().load_model()
    model.get_vision_tower().float()
    return model, transformers.AutoTokenizer.from_pretrained(".", use_fast=False)


def prompt_ids(tokenizer, question: str) -> torch.Tensor:
    """As the adapter makes them, with its default conversation."""
    import re

    from llava.constants import DEFAULT_IMAGE_TOKEN, IMAGE_TOKEN_INDEX
    from llava.conversation import conv_templates
    from llava.mm_utils import tokenizer_image_token

    adapter = (CHECKOUT / "LLaVA/lmms-eval/lmms_eval/models/llava.py").read_text()
    conv = conv_templates[re.search(r'conv_template="(\w+)"', adapter)[1]].copy()
    conv.append_message(conv.roles[0], DEFAULT_IMAGE_TOKEN + "\n" + question)
    conv.append_message(conv.roles[1], None)
    return tokenizer_image_token(conv.get_prompt(), tokenizer, IMAGE_TOKEN_INDEX, return_tensors="pt").unsqueeze(0)


@torch.no_grad()
def look(model, tokenizer, image: Image.Image, question: str, form: str, threshold: float) -> tuple[dict, dict]:
    """One run of both stages."""
    from llava.constants import IMAGE_TOKEN_INDEX
    from llava.llm_src import llama_src
    from llava import mm_utils

    pixels = mm_utils.process_images([image], model.get_vision_tower().image_processor, model.config)
    ids = prompt_ids(tokenizer, question)
    start = ids[0].tolist().index(IMAGE_TOKEN_INDEX)
    inner = model.model
    inner.upscale_method, inner.roi_conf_thresh, inner.roi2stage_max_ratio = form, threshold, -1
    inner.roi_enable2stage = model.roi_enable2stage = inner.two_stage_vanilla = True
    inner.sys_token_num = start
    state = shared.FirstInput(inner.layers[inner.twig_K])
    if inner.twig_T > 1:  # the base's layer K runs only later, over the second sequence
        state.close()
        state = shared.FirstInput(inner.twig_layers[0])
    elif inner.twig_K > 0:
        state.close()
        state = shared.FirstOutput(inner.layers[inner.twig_K - 1])
    logits = shared.FirstOutput(model.lm_head)
    found = shared.Spy(llama_src, "get_batched_sub_images")
    cropped = shared.Spy(mm_utils, "process_images")
    encoded = shared.FirstOutput(inner.mm_projector)
    try:
        answer = model.generate(ids, attention_mask=torch.ones_like(ids), images=pixels, image_sizes=[image.size],
                                pad_token_id=tokenizer.pad_token_id or tokenizer.eos_token_id, do_sample=False,
                                max_new_tokens=shared.NEW_TOKENS, use_cache=True, src_images=[image])
    finally:
        setattr(llama_src, "get_batched_sub_images", found.original)
        setattr(mm_utils, "process_images", cropped.original)
    (roi, *_), _, (features, *_, boxes, _) = found.calls[0]
    second = logits.close()
    # With embeddings as input this generate begins its answer with BOS, which was never predicted.
    answer = answer[0, 1:] if answer[0, 0] == tokenizer.bos_token_id != second[0, -1].argmax() else answer[0]
    assert answer[0] == second[0, -1].argmax()
    crops = [call[2] for call in cropped.calls]
    length = ids.shape[1] - 1 + 576
    facts = {
        "question": question, "form": form, "threshold": threshold, "image_size": list(image.size), "grid": [24, 24],
        "input_ids": [-1 if i == IMAGE_TOKEN_INDEX else i for i in ids[0].tolist()], "image_span": [start, start + 576],
        # A box that is not cropped (too many, or none) is no box of the second stage.
        "boxes": boxes.reshape(-1, 4).tolist() if features is not None else [],
        "crop_tokens": second.shape[1] - length,
    }
    numbers = {"visual_features": encoded.close()[0][:4], "layer_k": state.close()[0, -shared.LAST_ROWS:],
               "rpn_logits": roi.flatten(), "second_logits": second[0, -1], "answer_ids": answer}
    if crops:
        numbers["crop_pixels"] = torch.cat([shared.sampled(one) for batch in crops for one in batch])
    return facts, numbers


def thresholds(roi: torch.Tensor, image: Image.Image) -> dict[str, float]:
    """Thresholds under which their box rule keeps none, one, two and more boxes, none of them wholly on the padding.

    (A box on the padding has no area in the picture; they crop that into a black square, Fovea takes no second look.)
    """
    import torchvision.transforms.functional as F
    from llava.ana_utils import get_bbox4src, get_bbox_from_noisy_map

    p = roi.reshape(24, 24).sigmoid()
    blurred = F.gaussian_blur(p[None, None], kernel_size=3, sigma=1.0)
    wanted: dict[str, float] = {}
    for above in range(1, 400):
        threshold = shared.between(blurred, above)
        boxes = get_bbox_from_noisy_map(p, threshold, min_area=4, max_area=225)
        kept = len(boxes)
        source = get_bbox4src(boxes, image)
        if kept <= 2 and not (source[:, 2:] > source[:, :2]).all():
            continue
        # Neighbouring values must lie apart: a rounding is not what is compared.
        ordered = blurred.flatten().sort(descending=True).values
        if ordered[above - 1] - ordered[above] < 2e-5:
            continue
        wanted.setdefault({0: "none", 1: "one", 2: "two"}.get(kept, "more"), threshold)
        if kept == 2 and above > 60:
            wanted.setdefault("two-large", threshold)
        if kept == 1 and above > 150:
            wanted.setdefault("one-large", threshold)
    return wanted


def main(root: Path) -> None:
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    inputs = root / "inputs"
    llama_tokenizer(inputs / "llama-sentencepiece")
    for seed, (_, _, _, size) in MODELS.items():
        base = shared.case_folder(root, f"llava-{seed}")
        image = shared.picture(base / "image.png", *size, seed).convert("RGB")
        make_model(base / "model", inputs, seed)
        model, tokenizer = load()
        _, first = look(model, tokenizer, image, QUESTIONS[seed], "bbox", 1.0)
        for name, threshold in thresholds(first["rpn_logits"], image).items():
            for form in ("bbox", "mask"):
                folder = base / f"{form}-{name}"
                folder.mkdir()
                facts, numbers = look(model, tokenizer, image, QUESTIONS[seed], form, threshold)
                shared.write_look(folder, {"family": "llava", "seed": seed, **facts}, numbers)
                print(f"llava-{seed} {form}-{name}: t={threshold:.5f} boxes {facts['boxes']} + {facts['crop_tokens']} tokens, "
                      f"answer {numbers['answer_ids'].tolist()[:6]}", flush=True)


if __name__ == "__main__":
    CHECKOUT = Path(sys.argv[2]).resolve()
    sys.path.insert(0, str(CHECKOUT / "LLaVA"))
    main(Path(sys.argv[1]).resolve())
