"""SD-RPN's own Qwen2.5-VL on tiny random weights, first look to second answer: `python qwen.py ROOT CHECKOUT`.

Needs transformers 4.51.3 (theirs), scikit-image, scipy and matplotlib. Model, positions, boxes, crops and decoding are their code.
Set from outside: what their evaluation adapter sets (`enable_twig`, `roi_enable2stage`, `two_stage_vanilla`, the
threshold). Two things of the adapter are left out: it takes the picture's place out of the prompt and looks for an
`<image>` that is no longer there (as published it never shows the picture), so the prompt is the processor's own; and it asks for the
torchvision image processor, where this takes the PIL one that training used.
"""

import sys
from pathlib import Path

import torch
import torchvision.transforms.functional as F
import transformers
from PIL import Image

import shared
from families import qwen_config, template
from inputs import qwen_tokenizer

QUESTION = "What is the code on the red tag?"
# seed → K, T, size of the picture, visual tokens at least and at most, side of a patch
MODELS = {
    60: (2, 2, (131, 90), 40, 160, 4),
    61: (2, 2, (130, 90), 40, 160, 14),
    62: (1, 3, (90, 171), 60, 300, 14),
    63: (3, 1, (200, 150), 800, 900, 14),  # above 768: the corner is left out
    64: (2, 2, (150, 210), 1030, 1100, 14),  # above 1,024: tokens that the question does not score are left out
}


def make_model(folder: Path, inputs: Path, seed: int) -> None:
    from qwen_src.qwen2_5_vl.modeling_qwen2_5_vl import Qwen2_5_VLForConditionalGeneration
    from qwen_src.qwen2_5_vl.configuration_qwen2_5_vl import Qwen2_5_VLConfig

    k, t, _, low, high, patch = MODELS[seed]
    tokenizer = transformers.AutoTokenizer.from_pretrained(inputs / "qwen")
    plain = qwen_config(tokenizer, text=dict(num_hidden_layers=4, max_position_embeddings=4096),
                        vision=dict(patch_size=patch, window_size=8 * patch))
    stated = {key: value for key, value in plain.to_dict().items() if key not in ("transformers_version", "architectures")}
    stated |= dict(enable_twig=True, twig_K=k, twig_T=t, roi_branch=True, roi_source="qk", roi_loss="bce", roi_super_type="v1",
                   roi_multi_head=True)
    model = Qwen2_5_VLForConditionalGeneration(Qwen2_5_VLConfig(**stated))
    shared.randomise(model, seed, torch.float16)
    if seed == 64:
        # Scores of random weights lie near one half; some must fall below their 0.01.
        with torch.no_grad():
            model.model.twig_layers[-1].self_attn.q_proj.weight.mul_(2)
    model.tie_weights()
    model.generation_config = transformers.GenerationConfig(
        eos_token_id=[tokenizer.eos_token_id, tokenizer.pad_token_id], pad_token_id=tokenizer.pad_token_id, repetition_penalty=1.05)
    model.half().save_pretrained(folder)
    image = transformers.Qwen2VLImageProcessor(patch_size=patch, min_pixels=low * (2 * patch) ** 2,
                                              max_pixels=high * (2 * patch) ** 2)
    transformers.Qwen2_5_VLProcessor(image_processor=image, tokenizer=tokenizer, chat_template=template("qwen2_5_vl")).save_pretrained(folder)


def load(folder: Path):
    from qwen_src.qwen2_5_vl.modeling_qwen2_5_vl import Qwen2_5_VLForConditionalGeneration

    model = Qwen2_5_VLForConditionalGeneration.from_pretrained(folder, torch_dtype=torch.float32, attn_implementation="eager")
    processor = transformers.AutoProcessor.from_pretrained(folder)
    processor.image_processor = transformers.AutoImageProcessor.from_pretrained(folder, use_fast=False)
    return model.eval(), processor


@torch.no_grad()
def look(model, processor, image: Image.Image, threshold: float) -> tuple[dict, dict]:
    """One run of both stages."""
    from qwen_src.qwen2_5_vl import modeling_qwen2_5_vl as theirs

    messages = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": QUESTION}]}]
    text = processor.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    inputs = processor(text=[text], images=[image], padding=True, return_tensors="pt")
    inner = model.model
    inner.enable_twig = inner.roi_enable2stage = inner.two_stage_vanilla = True
    inner.is_debug, inner.roi_conf_thresh = False, threshold
    inner.last_pos_id = inner.generation_attention_mask = None
    state = shared.FirstInput(inner.twig_layers[0]) if inner.twig_T > 1 else shared.FirstOutput(inner.layers[inner.twig_K - 1])
    logits, encoded = shared.FirstOutput(model.lm_head), shared.FirstOutput(model.visual)
    found = shared.Spy(theirs, "get_batched_sub_images")
    image_processor = shared.Spy(processor, "image_processor")
    crop_of = shared.Spy(image, "crop")

    class Watched:
        """Their code asks the processor's image processor for a crop; it is watched from here."""

        def __init__(self, original):
            self.original, self.calls = original, []
            self.max_pixels, self.min_pixels = original.max_pixels, original.min_pixels

        def __call__(self, *args, **kwargs):
            # Theirs feeds arrays to a torch encoder: the fast processor returns tensors by itself, this one when asked.
            made = self.original(*args, **kwargs, return_tensors="pt")
            self.calls.append(made["pixel_values"])
            return made

    setattr(processor, "image_processor", image_processor.original)
    watched = Watched(processor.image_processor)
    holder = type("Holder", (), {"image_processor": watched})()
    try:
        answer = model.generate(**inputs, src_images=[image], processor=holder, do_sample=False,
                                eos_token_id=processor.tokenizer.eos_token_id, pad_token_id=processor.tokenizer.pad_token_id,
                                max_new_tokens=shared.NEW_TOKENS, use_cache=True)
    finally:
        setattr(theirs, "get_batched_sub_images", found.original)
        setattr(image, "crop", crop_of.original)
    ids = inputs["input_ids"][0].tolist()
    image_id = model.config.image_token_id
    start, count = ids.index(image_id), ids.count(image_id)
    high, wide = (inputs["image_grid_thw"][0, 1:] // processor.image_processor.merge_size).tolist()
    roi, second = found.calls[0][0][0], logits.close()
    facts = {
        "question": QUESTION, "form": "mask", "threshold": threshold, "image_size": list(image.size), "grid": [high, wide],
        "input_ids": [*ids[:start], image_id, *ids[start + count:]], "image_span": [start, start + count],
        "boxes": [list(call[0][0]) for call in crop_of.calls], "crop_tokens": second.shape[1] - len(ids),
    }
    numbers = {"visual_features": encoded.close()[:4], "layer_k": state.close()[0, -shared.LAST_ROWS:],
               "rpn_logits": roi.flatten(), "second_logits": second[0, -1], "answer_ids": answer[0, len(ids):]}
    if watched.calls:
        numbers["crop_pixels"] = torch.cat([shared.sampled(pixels) for pixels in watched.calls])
    return facts, numbers


def thresholds(roi: torch.Tensor, grid: tuple[int, int]) -> dict[str, float]:
    """Thresholds between two values of the blurred map: nothing, few cells, a part, most."""
    blurred = F.gaussian_blur(roi.reshape(1, 1, *grid).sigmoid(), kernel_size=3, sigma=1.0).flatten()
    ordered = blurred.sort(descending=True).values
    wanted = {"none": float(ordered[0]) + 1e-3}
    for name, share in (("few", 0.02), ("part", 0.2), ("most", 0.8)):
        at = max(1, round(share * len(ordered)))
        while at < len(ordered) - 1 and ordered[at - 1] - ordered[at] < 2e-5:
            at += 1
        wanted[name] = shared.between(blurred, at)
    return wanted


def main(root: Path) -> None:
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    inputs = root / "inputs"
    qwen_tokenizer(inputs / "qwen")
    for seed, (_, _, size, *_) in MODELS.items():
        base = shared.case_folder(root, f"qwen2_5-vl-{seed}")
        image = shared.picture(base / "image.png", *size, seed).convert("RGB")
        make_model(base / "model", inputs, seed)
        model, processor = load(base / "model")
        facts, first = look(model, processor, image, 1.0)
        for name, threshold in thresholds(first["rpn_logits"], facts["grid"]).items():
            folder = base / name
            folder.mkdir()
            facts, numbers = look(model, processor, image, threshold)
            shared.write_look(folder, {"family": "qwen2_5_vl", "seed": seed, **facts}, numbers)
            print(f"qwen2_5-vl-{seed} {name}: t={threshold:.5f} grid {facts['grid']} boxes {facts['boxes']} + "
                  f"{facts['crop_tokens']} tokens, answer {numbers['answer_ids'].tolist()[:6]}", flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(sys.argv[2]).resolve() / "Qwen2.5-VL"))
    main(Path(sys.argv[1]).resolve())
