"""A tiny model and its processor of each family, made by whichever transformers is installed."""

import inspect
import sys
from pathlib import Path

import torch
import transformers
from tokenizers import AddedToken

sys.path.insert(0, str(Path(__file__).parent.parent))
from common import randomise  # noqa: E402

TEMPLATES = Path(__file__).parent.parent.parent / "templates"

SMALL_TEXT = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
                  num_key_value_heads=1, max_position_embeddings=1024)


def template(family: str) -> str:
    """The published template; Jinja's `generation` block came with 4.46, and older files have none."""
    text = (TEMPLATES / ("llava_1_5_hf.jinja" if family == "llava" else "qwen2_5_vl.jinja")).read_text()
    if tuple(int(part) for part in transformers.__version__.split(".")[:2]) < (4, 46):
        text = text.replace("{% generation %}", "").replace("{% endgeneration %}", "")
    return text


def tokenizer_of(inputs: Path, family: str, start: str | None = None, legacy: bool = False):
    options = {"legacy": True} if legacy else {}
    folder = inputs / (start or ("llama" if family == "llava" else "qwen"))
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **options)
    if family == "llava":
        # As the library's own conversion of LLaVA adds them.
        tokenizer.add_tokens(AddedToken("<image>", special=True, normalized=False), special_tokens=True)
        tokenizer.add_special_tokens({"pad_token": "<pad>"})
    return tokenizer


def llava_config(tokenizer, text=None, vision=None, tower="CLIPVisionConfig", **more):
    vocab = -(-len(tokenizer) // 8) * 8
    stated = dict(SMALL_TEXT, vocab_size=vocab, rms_norm_eps=1e-5, bos_token_id=tokenizer.bos_token_id,
                  eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id)
    text = {"model_type": "llama", **stated, **(text or {})}
    kind = transformers.CONFIG_MAPPING[text.pop("model_type")]
    vision = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=3, num_attention_heads=2, image_size=28,
                  patch_size=7, **(vision or {}))
    return transformers.LlavaConfig(
        text_config=kind(**text), vision_config=getattr(transformers, tower)(**vision),
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"), **more)


def qwen_config(tokenizer, text=None, vision=None, **more):
    ids = {f"{name}_token_id": tokenizer.convert_tokens_to_ids(f"<|{token}|>") for name, token in
           [("image", "image_pad"), ("video", "video_pad"), ("vision_start", "vision_start"), ("vision_end", "vision_end")]}
    text = dict(SMALL_TEXT, num_key_value_heads=1, vocab_size=len(tokenizer), rms_norm_eps=1e-6,
                rope_theta=1000000.0, rope_scaling={"type": "mrope", "mrope_section": [1, 1, 2]}, use_sliding_window=False,
                eos_token_id=tokenizer.eos_token_id, bos_token_id=tokenizer.pad_token_id,
                tie_word_embeddings=True) | (text or {})
    vision = dict(depth=2, hidden_size=16, intermediate_size=24, num_heads=2, patch_size=4, window_size=16,
                  out_hidden_size=text["hidden_size"], fullatt_block_indexes=[1], spatial_merge_size=2, temporal_patch_size=2,
                  in_chans=3, tokens_per_second=2) | (vision or {})
    # Until 4.51 the decoder's keys stand beside the tower's; later both ways are taken.
    nested = "text_config" in inspect.signature(transformers.Qwen2_5_VLConfig.__init__).parameters
    text = {"text_config": text, "tie_word_embeddings": text["tie_word_embeddings"]} if nested else text
    return transformers.Qwen2_5_VLConfig(vision_config=vision, **text, **ids, **more)


def model_of(config, family: str, seed: int, dtype=torch.float16):
    kind = transformers.LlavaForConditionalGeneration if family == "llava" else transformers.Qwen2_5_VLForConditionalGeneration
    model = kind(config).eval()
    randomise(model, seed, dtype)
    model.tie_weights()
    return model.to(dtype)


def processor_of(tokenizer, config, family: str, image=None, kind=None, chat_template="processor", **more):
    """`chat_template`: where the template goes: `processor`, `tokenizer`, or None for nowhere."""
    if family == "llava":
        image_kind = getattr(transformers, kind or "CLIPImageProcessor")
        image = image_kind(**{"size": {"shortest_edge": 28}, "crop_size": {"height": 28, "width": 28}, **(image or {})})
        processor_kind = transformers.LlavaProcessor
        known = inspect.signature(processor_kind.__init__).parameters
        facts = dict(patch_size=config.vision_config.patch_size,
                     vision_feature_select_strategy=config.vision_feature_select_strategy, num_additional_image_tokens=1)
        more = {**{key: value for key, value in facts.items() if key in known}, **more}
    else:
        cell = (config.vision_config.patch_size * config.vision_config.spatial_merge_size) ** 2
        image_kind = getattr(transformers, kind or "Qwen2VLImageProcessor")
        image = image_kind(**{"min_pixels": 4 * cell, "max_pixels": 16 * cell, "patch_size": config.vision_config.patch_size,
                              **(image or {})})
        processor_kind = transformers.Qwen2_5_VLProcessor
        known = inspect.signature(processor_kind.__init__).parameters
        if "video_processor" in known:
            more["video_processor"] = transformers.Qwen2VLVideoProcessor(patch_size=config.vision_config.patch_size)
    if chat_template == "tokenizer" or (chat_template == "processor" and "chat_template" not in known):
        tokenizer.chat_template = template(family)
    elif chat_template == "processor":
        more["chat_template"] = template(family)
    return processor_kind(image_processor=image, tokenizer=tokenizer, **more)
