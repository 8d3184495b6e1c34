"""Deviations that people's folders have, each by the library's own switches. Fovea has to compute the same or refuse."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch


def nothing(_folder: Path) -> None:
    """The folder as saved."""


@dataclass
class Variant:
    name: str = ""
    config: dict = field(default_factory=dict)
    processor: dict = field(default_factory=dict)
    generation: dict = field(default_factory=dict)
    touch: Callable[[Path], None] = nothing
    ask: Callable[[], str] | None = None  # gives the prompt's text, where the folder has no template
    tokenizer: str | None = None  # another folder of `inputs` to start from
    legacy: bool = False  # the tokenizer's own switch
    since: tuple[int, int] = (4, 37)  # versions before it are left out
    without: tuple[int, int] | None = None  # a version that disagrees with all others (README)
    shards: bool = False
    dtype: torch.dtype = torch.float16
    seed: int = 1


def edit(file: str, **keys) -> Callable[[Path], None]:
    """Keys of a saved JSON file that the library reads but has no argument for."""

    def touch(folder: Path) -> None:
        path = folder / file
        if path.exists():
            path.write_text(json.dumps(json.loads(path.read_text()) | keys))

    return touch


def authors_prompt() -> str:
    """What LLaVA's own conversation makes of the question, by the authors' code (FOVEA_SDRPN names a checkout)."""
    import authors
    from measure import QUESTION

    conv = authors.load("LLaVA/llava/conversation.py").conv_templates["vicuna_v1"].copy()
    conv.append_message(conv.roles[0], authors.load("LLaVA/llava/constants.py").DEFAULT_IMAGE_TOKEN + "\n" + QUESTION)
    conv.append_message(conv.roles[1], None)
    return conv.get_prompt()


def stale_index(folder: Path) -> None:
    """An index of shards that are gone, beside the whole file."""
    index = {"metadata": {"total_size": 1}, "weight_map": {"lm_head.weight": "model-00001-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def templates_differ(folder: Path) -> None:
    """One template in every place that has room for one, each with a mark of its own."""
    source = next(p for p in (folder / "chat_template.jinja", folder / "chat_template.json") if p.exists())
    text = source.read_text() if source.suffix == ".jinja" else json.loads(source.read_text())["chat_template"]
    mark = lambda word: text.replace("{% if add_generation_prompt %}", word + "{% if add_generation_prompt %}")  # noqa: E731
    source.unlink()
    (folder / "chat_template.jinja").write_text(mark("JINJA "))
    (folder / "chat_template.json").write_text(json.dumps({"chat_template": mark("JSON ")}))
    edit("tokenizer_config.json", chat_template=mark("TOKENIZER "))(folder)


def template_in_processor(folder: Path) -> None:
    templates_differ(folder)
    text = json.loads((folder / "chat_template.json").read_text())["chat_template"].replace("JSON ", "PROCESSOR ")
    edit("processor_config.json", chat_template=text)(folder)


ROPES = {
    "linear": {"rope_type": "linear", "factor": 2.0},
    "dynamic": {"rope_type": "dynamic", "factor": 2.0},
    "yarn": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16},
    "llama3": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
               "original_max_position_embeddings": 16},
}
HEAD = {"head_dim": 8}
DECODERS = {"qwen2": {}, "qwen3": {}, "gemma": HEAD, "gemma2": HEAD, "gemma3_text": HEAD, "granite": {}, "helium": HEAD,
            "smollm3": {}, "mistral": {}, "phi3": {}, "olmo2": {}, "cohere": {}, "stablelm": {}, "starcoder2": {}}
GENERATION = {
    "no-repeat": {"no_repeat_ngram_size": 1}, "suppress": {"suppress_tokens": list(range(60, 300))},
    "min-new": {"min_new_tokens": 12}, "beams": {"num_beams": 3}, "penalty": {"repetition_penalty": 1.7},
    "begin-suppress": {"begin_suppress_tokens": list(range(60, 300))}, "bad-words": {"bad_words_ids": [[i] for i in range(60, 300)]},
    "forced-bos": {"forced_bos_token_id": 65}, "forced-eos": {"forced_eos_token_id": 66},
    "decay": {"exponential_decay_length_penalty": [2, 3.0]}, "bias": {"sequence_bias": [[[70], 30.0]]},
    "encoder-penalty": {"encoder_repetition_penalty": 1.5},
}
GENERATION["min-new"]["eos_token_id"] = list(range(3, 300))
PROCESSOR = {
    "no-normalise": {"do_normalize": False}, "no-rescale": {"do_rescale": False}, "rescale": {"rescale_factor": 1 / 127.5},
    "mean": {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.25, 0.5]}, "bilinear": {"resample": 2},
}
LLAVA_PROCESSOR = {
    "no-crop": {"do_center_crop": False}, "square": {"size": {"height": 28, "width": 28}},
    "square-no-crop": {"size": {"height": 28, "width": 28}, "do_center_crop": False},
    "larger-size": {"size": {"shortest_edge": 40}}, "smaller-size": {"size": {"shortest_edge": 20}},
    "no-resize": {"do_resize": False},
}


def of(family: str) -> list[Variant]:
    sections = {} if family == "llava" else {"mrope_section": [1, 1, 2]}
    common = [
        Variant(),
        Variant("sharded", shards=True, seed=4),
        Variant("bf16", dtype=torch.bfloat16, seed=3),
        Variant("stale-index", touch=stale_index),
        # Versions disagree about which of several templates counts (README): the fifth generation's order.
        Variant("templates-differ", touch=templates_differ, since=(5, 0)),
        Variant("template-in-processor", touch=template_in_processor, since=(5, 0)),
        Variant("template-of-tokenizer", processor={"chat_template": "tokenizer"}),
        *(Variant(f"generation-{name}", generation=keys) for name, keys in GENERATION.items()),
        *(Variant(f"processor-{name}", processor={"image": keys}) for name, keys in PROCESSOR.items()),
        *(Variant(f"rope-{name}", config={"text": {"rope_scaling": {**keys, **sections}}}) for name, keys in ROPES.items()),
    ]
    return common + (LLAVA if family == "llava" else QWEN)


LLAVA = [
    *(Variant(f"decoder-{name}", config={"text": {"model_type": name, **DECODERS[name]}}) for name in DECODERS),
    *(Variant(f"processor-{name}", processor={"image": keys}) for name, keys in LLAVA_PROCESSOR.items()),
    Variant("pad", processor={"kind": "LlavaImageProcessor", "image": {"do_pad": True}}),
    Variant("fast-processor", processor={"kind": "CLIPImageProcessorFast"}, since=(4, 50)),
    Variant("no-template", processor={"chat_template": None}, ask=authors_prompt),
    Variant("sentencepiece", tokenizer="llama-sentencepiece"),
    Variant("legacy-sentencepiece", tokenizer="llama-sentencepiece", legacy=True, without=(5, 6)),
    Variant("tower-siglip", config={"tower": "SiglipVisionConfig", "vision_feature_select_strategy": "full"},
            processor={"num_additional_image_tokens": 0}, since=(4, 49)),
    Variant("rope-older-keys", config={"text": {"rope_scaling": {"type": "linear", "factor": 2.0}}}),
    Variant("tied", config={"text": {"tie_word_embeddings": True}, "tie_word_embeddings": True}),
    Variant("window", config={"text": {"model_type": "mistral", "sliding_window": 4}}),
    Variant("text-bias", config={"text": {"attention_bias": True}}),
    Variant("mlp-bias", config={"text": {"mlp_bias": True}}),
    Variant("head-dim", config={"text": {"head_dim": 4}}),
    Variant("gelu-text", config={"text": {"hidden_act": "gelu"}}),
    Variant("rope-theta", config={"text": {"rope_theta": 500.0}}),
    Variant("feature-layers", config={"vision_feature_layer": [-2]}),
    Variant("feature-two-layers", config={"vision_feature_layer": [-2, -1]}),
    Variant("feature-layer", config={"vision_feature_layer": -1}),
    Variant("feature-full", config={"vision_feature_select_strategy": "full"}),
    Variant("projector-relu", config={"projector_hidden_act": "relu"}),
    Variant("projector-no-bias", config={"multimodal_projector_bias": False}),
    Variant("vision-gelu", config={"vision": {"hidden_act": "gelu"}}),
    Variant("vision-eps", config={"vision": {"layer_norm_eps": 0.1}}),
]
QWEN = [
    Variant("fast-processor", processor={"kind": "Qwen2VLImageProcessorFast"}),
    Variant("untied", config={"text": {"tie_word_embeddings": False}}),
    Variant("window", config={"text": {"use_sliding_window": True, "sliding_window": 4, "max_window_layers": 0}}),
    Variant("heads", config={"text": {"num_key_value_heads": 2}}),
    Variant("rope-theta", config={"text": {"rope_theta": 500.0}}),
    Variant("gelu-text", config={"text": {"hidden_act": "gelu"}}),
    Variant("vision-gelu", config={"vision": {"hidden_act": "gelu"}}),
    Variant("vision-full", config={"vision": {"fullatt_block_indexes": [0, 1]}}),
    Variant("processor-budget", processor={"image": {"min_pixels": 30 * 64, "max_pixels": 40 * 64}}),
]
