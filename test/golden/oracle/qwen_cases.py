"""Qwen2.5-VL in small: three checkpoints with an SD-RPN branch, and what transformers computes with them."""

from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration
from transformers.models.qwen2_5_vl import modeling_qwen2_5_vl as qwen2_5_vl
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

import authors
from common import NEW_TOKENS, measure, picture, randomise, render, write_case, write_checkpoint, write_json
from rpn import Branch, rpn_logits
from tokenizers_small import qwen

# The published one.
TEMPLATE = (Path(__file__).parent.parent / "templates/qwen2_5_vl.jinja").read_text()
# Rows of pixel_values that are kept: all would be the largest part of a case.
PIXEL_ROWS = 24


@dataclass
class Case:
    name: str
    seed: int
    size: tuple[int, int]
    question: str
    twig: tuple[int, int]
    patch: int = 4
    tied: bool = False
    multi_head: bool = True
    dtype: torch.dtype = torch.float16
    min_cells: int = 4
    max_cells: int = 64
    penalty: float = 1.0
    flat: bool = True  # the published names (`model.layers`, `visual.`), else `model.language_model`, `model.visual`


CASES = [
    # 9×6 cells: windows of 4×4 with odd edges, one of them a single column.
    Case("qwen2_5-vl-windows", 25, (71, 49), "What is the code on the red tag?", (2, 2), tied=True, dtype=torch.float32),
    Case("qwen2_5-vl-shrunk", 22, (90, 170), "Quelle est la couleur ?", (1, 3), penalty=1.05, dtype=torch.bfloat16),
    Case("qwen2_5-vl-enlarged", 23, (19, 30), "红色标签上的代码是什么？", (2, 1), min_cells=20, flat=False, multi_head=False),
    Case("qwen2_5-vl-patch14", 24, (120, 61), "Which?", (2, 2), patch=14, tied=True),
]


def config_of(case: Case, vocab: dict[str, int], size: int) -> dict:
    text = dict(hidden_size=48, intermediate_size=64, num_hidden_layers=4, num_attention_heads=3, num_key_value_heads=1,
                vocab_size=size, max_position_embeddings=1024, rms_norm_eps=1e-6, rope_theta=1000000.0,
                rope_scaling={"type": "mrope", "mrope_section": [2, 3, 3]}, hidden_act="silu",
                bos_token_id=vocab["<|endoftext|>"], eos_token_id=vocab["<|im_end|>"], use_sliding_window=False,
                tie_word_embeddings=case.tied)
    vision = dict(depth=4, hidden_size=32, intermediate_size=40, num_heads=2, patch_size=case.patch,
                  window_size=case.patch * 8, out_hidden_size=48, fullatt_block_indexes=[1, 3], hidden_act="silu",
                  spatial_merge_size=2, temporal_patch_size=2, in_channels=3, tokens_per_second=2)
    ids = {f"{name}_token_id": vocab[f"<|{token}|>"] for name, token in
           [("image", "image_pad"), ("video", "video_pad"), ("vision_start", "vision_start"), ("vision_end", "vision_end")]}
    return {"text": text, "vision": vision, "ids": ids}


# The suffix of most questions, which the natural teacher's prompt replaces; the case says so only if it was there.
SUFFIX = "Answer the question using a single word or phrase."
# The reference's square has 576 visual tokens.
SQUARE_TOKENS = 16
# A crop for the second stage, as shares of the picture's sides.
CROP = (0.2, 0.1, 0.7, 0.8)


def expand(tokenizer, text: str, image_id: int, grid) -> tuple[list[int], torch.Tensor, tuple[int, int]]:
    ids = tokenizer.encode(text).ids
    start, count = ids.index(image_id), grid[0] * grid[1]
    return ids, torch.tensor([[*ids[:start], *[image_id] * count, *ids[start + 1 :]]]), (start, start + count)


@torch.no_grad()
def teacher(model, tokenizer, image, case: Case, cell: int, options: dict, image_id: int) -> tuple[dict, dict]:
    """The teacher's view: picture on a grey square, its prompt, and the map of every head of two layers."""
    budget = SQUARE_TOKENS * cell
    question = f"{case.question} {SUFFIX}"
    text, squared = authors.qwen_teacher("natural", question, image, lambda messages: render(TEMPLATE, messages[0]["content"]))
    assert SUFFIX not in text, "the authors' script replaces another sentence"
    made = Qwen2VLImageProcessorPil(**{**options, "min_pixels": budget, "max_pixels": budget})(
        squared, return_tensors="pt"
    )
    pixels, thw = made["pixel_values"], made["image_grid_thw"]
    grid = (int(thw[0, 1]) // 2, int(thw[0, 2]) // 2)
    ids, expanded, span = expand(tokenizer, text, image_id, grid)
    inputs = {"pixel_values": pixels, "image_grid_thw": thw}

    def with_ids(row):
        return {**inputs, "input_ids": row, "attention_mask": torch.ones_like(row),
                "mm_token_type_ids": (row == image_id).int()}

    generated = model.generate(**with_ids(expanded), do_sample=False, max_new_tokens=NEW_TOKENS,
                               repetition_penalty=case.penalty, pad_token_id=0)
    # Rows of the answer's tokens that are fed back: all but the last.
    forced = model(**with_ids(generated[:, :-1]), output_attentions=True, use_cache=False).attentions
    rows = slice(expanded.shape[1], generated.shape[1] - 1)
    maps = torch.stack([forced[layer][0, :, rows, span[0] : span[1]].mean(1) for layer in (1, 3)])
    kept = torch.linspace(0, len(pixels) - 1, 5).long()
    facts = {"question": question, "square_tokens": SQUARE_TOKENS, "grid": grid, "input_ids": ids}
    return facts, {"teacher_answer_ids": generated[0, expanded.shape[1] :], "teacher_maps": maps,
                   "teacher_pixel_rows": kept, "teacher_pixel_values": pixels[kept]}


@torch.no_grad()
def second_stage(model, image, options: dict, expanded, span, thw, features, image_id: int, penalty: float, keep=None):
    """The crop between vision tokens of its own right after the original visual tokens, decoded without a cache.

    `keep [N]`: only these of the original visual tokens are fed, at the positions they have among all.
    """
    box = [int(share * side) for share, side in zip(CROP, image.size * 2)]
    made = Qwen2VLImageProcessorPil(**options)(image.crop(box), return_tensors="pt")
    crop = model.model.visual(made["pixel_values"], grid_thw=made["image_grid_thw"]).pooler_output
    ids = expanded[0].tolist()
    start, end = span
    joined = torch.tensor([[*ids[:end], ids[start - 1], *[image_id] * len(crop), ids[end], *ids[end:]]])
    kinds = (joined == image_id).int()
    both = torch.cat([thw, made["image_grid_thw"]])
    positions, _ = model.model.get_rope_index(joined, kinds, image_grid_thw=both)
    embeds = model.model.language_model.embed_tokens(joined)
    embeds[0, kinds[0].bool()] = torch.cat([features, crop])
    if keep is not None:
        fed = torch.ones(joined.shape[1], dtype=torch.bool)
        fed[start:end] = keep
        embeds, positions = embeds[:, fed], positions[:, :, fed]
    answer, said = [], set(ids)
    for _ in range(NEW_TOKENS // 2):
        hidden = model.model.language_model(inputs_embeds=embeds, position_ids=positions, use_cache=False)
        logits = model.lm_head(hidden.last_hidden_state[0, -1])
        first = logits.clone() if not answer else first
        for token in said:
            logits[token] = logits[token] * penalty if logits[token] < 0 else logits[token] / penalty
        answer.append(int(logits.argmax()))
        if answer[-1] in model.generation_config.eos_token_id:
            break
        said.add(answer[-1])
        embeds = torch.cat([embeds, model.model.language_model.embed_tokens(torch.tensor([answer[-1:]]))], 1)
        positions = torch.cat([positions, positions[:, :, -1:].max() + torch.ones(3, 1, 1, dtype=torch.long)], 2)
    return box, {"crop_logits": first, "crop_answer_ids": torch.tensor(answer)}


def published_name(name: str) -> str:
    return name.replace("model.language_model.", "model.").replace("model.visual.", "visual.")


def needs_authors(_: Case) -> bool:
    return True


def make(case: Case, root: Path) -> None:
    folder = root / case.name
    folder.mkdir(parents=True)
    image = picture(folder / "image.png", *case.size, case.seed)
    tokenizer = qwen(folder, TEMPLATE)
    vocab = tokenizer.get_vocab()
    parts = config_of(case, vocab, tokenizer.get_vocab_size())
    config = Qwen2_5_VLConfig(text_config=parts["text"], vision_config=parts["vision"], **parts["ids"],
                              tie_word_embeddings=case.tied)
    model = Qwen2_5_VLForConditionalGeneration._from_config(config, attn_implementation="eager").eval()
    randomise(model, case.seed, case.dtype)
    if case.tied:
        model.tie_weights()
    branch = Branch(qwen2_5_vl.Qwen2_5_VLDecoderLayer, qwen2_5_vl.Qwen2_5_VLRMSNorm, model.config.text_config, case.twig[1])
    randomise(branch.eval(), case.seed + 1000, case.dtype)
    tensors = {name: t for name, t in model.state_dict().items() if not (case.tied and name.startswith("lm_head"))}
    if case.flat:
        tensors = {published_name(name): t for name, t in tensors.items()}
    tensors |= {f"model.{name}": t for name, t in branch.state_dict().items()}
    twig = {"enable_twig": True, "twig_K": case.twig[0], "twig_T": case.twig[1], "roi_branch": True, "roi_source": "qk",
            "roi_loss": "bce", "roi_super_type": "v1", "roi_multi_head": case.multi_head}
    stated = {"architectures": ["Qwen2_5_VLForConditionalGeneration"], "model_type": "qwen2_5_vl", **parts["ids"],
              "vision_config": parts["vision"], **twig}
    stated |= parts["text"] if case.flat else {"text_config": parts["text"], "tie_word_embeddings": case.tied}
    write_checkpoint(folder, stated, tensors, case.dtype)
    write_json(folder / "generation_config.json", {"eos_token_id": [vocab["<|im_end|>"], vocab["<|endoftext|>"]],
                                                   "repetition_penalty": case.penalty})

    cell = (case.patch * 2) ** 2
    numbers_of_processor = dict(min_pixels=case.min_cells * cell, max_pixels=case.max_cells * cell,
                                patch_size=case.patch, temporal_patch_size=2, merge_size=2)
    write_json(folder / "preprocessor_config.json", {**numbers_of_processor, "resample": 3,
                                                     "image_processor_type": "Qwen2VLImageProcessor"})
    made = Qwen2VLImageProcessorPil(**numbers_of_processor)(image, return_tensors="pt")
    pixels, thw = made["pixel_values"], made["image_grid_thw"]
    grid = (int(thw[0, 1]) // 2, int(thw[0, 2]) // 2)

    image_id = vocab["<|image_pad|>"]
    text = render(TEMPLATE, [{"type": "image"}, {"type": "text", "text": case.question}])
    ids, expanded, span = expand(tokenizer, text, image_id, grid)
    # Fovea obeys the checkpoint's generation_config.json, and so does the reference.
    model.generation_config.eos_token_id = [vocab["<|im_end|>"], vocab["<|endoftext|>"]]
    inputs = {"input_ids": expanded, "attention_mask": torch.ones_like(expanded), "pixel_values": pixels,
              "image_grid_thw": thw, "mm_token_type_ids": (expanded == image_id).int()}
    numbers = measure(model, inputs, span, [1, 3], case.twig[0], case.penalty)
    with torch.no_grad():
        features = model.model.visual(pixels, grid_thw=thw).pooler_output
        positions, _ = model.model.get_rope_index(expanded, inputs["mm_token_type_ids"], image_grid_thw=thw)
    rotary = model.model.language_model.rotary_emb(numbers["layer_k"], positions)
    kept = torch.linspace(0, len(pixels) - 1, min(PIXEL_ROWS, len(pixels))).long().unique()
    numbers |= {
        "visual_features": features,
        "pixel_rows": kept,
        "pixel_values": pixels[kept],
        "position_ids": positions[:, 0],
        "rpn_logits": rpn_logits(
            branch, model.config.text_config, numbers["layer_k"], rotary, span, qwen2_5_vl.apply_rotary_pos_emb, False,
            case.multi_head,
        ),
    }
    teacher_facts, teacher_numbers = teacher(model, tokenizer, image, case, cell, numbers_of_processor, image_id)
    box, crop_numbers = second_stage(model, image, numbers_of_processor, expanded, span, thw, features, image_id, case.penalty)
    numbers |= teacher_numbers | crop_numbers
    pruning = {}
    if case.multi_head:
        # Random weights score every token near one half: the threshold lies between two of them near the middle.
        largest = rpn_logits(branch, model.config.text_config, numbers["layer_k"], rotary, span,
                             qwen2_5_vl.apply_rotary_pos_emb, False, True, span[1]).sigmoid()
        middle = largest.sort().values[len(largest) // 2 - 1 :][:2]
        keep = largest > middle.mean()
        _, pruned = second_stage(model, image, numbers_of_processor, expanded, span, thw, features, image_id, case.penalty, keep)
        pruning = {"pruning_threshold": float(middle.mean())}
        numbers |= {f"pruned_{name}": value for name, value in pruned.items()} | {"pruned_kept": keep.nonzero()[:, 0]}
    facts = {**pruning, "teacher": teacher_facts, "crop": box, "family": "qwen2_5_vl", "seed": case.seed, "question": case.question, "input_ids": ids, "image_span": span,
             "grid": grid, "image_size": image.size}
    write_case(folder, facts, numbers)
