"""
Tensor names, shapes and config.json of tiny models as each transformers saves them: made anew, and loaded from a folder
of another version and saved again. Writes tensor-names.json.gz beside this file.

Every version needs a folder of its own (pip install --target TF/tf-VERSION transformers==VERSION); torch and safetensors
come from the Python that runs this:

    for v in 4.37.2 4.49.0 4.57.6 5.0.0 5.5.4 5.6.2 5.24.0; do PYTHONPATH=TF/tf-$v python make.py made WORK; done
    for v in (the same);                                    do PYTHONPATH=TF/tf-$v python make.py again WORK; done
    PYTHONPATH=TF/tf-5.24.0 python make.py collect WORK

One case is kept of those with the same family and names; `by` lists all that gave it. A pair of versions counts only
where the loader found every tensor: a loader that starts parts at random says nothing about names.
"""

import gzip
import json
import pathlib
import sys

from safetensors import safe_open

STEP, WORK = sys.argv[1], pathlib.Path(sys.argv[2])
OUT = pathlib.Path(__file__).parent / "tensor-names.json.gz"
CLASSES = {"llava": "LlavaForConditionalGeneration", "qwen": "Qwen2_5_VLForConditionalGeneration"}
TEXT = dict(
    hidden_size=16, intermediate_size=24, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1,
    vocab_size=32, max_position_embeddings=64,
)  # fmt: skip


def llava(t):
    vision = dict(
        hidden_size=12, intermediate_size=20, num_hidden_layers=2, num_attention_heads=2, image_size=8, patch_size=4
    )
    config = t.LlavaConfig(vision_config=t.CLIPVisionConfig(**vision), text_config=t.LlamaConfig(**TEXT))
    return t.LlavaForConditionalGeneration(config)


def qwen(t):
    vision = dict(
        depth=1, hidden_size=16, intermediate_size=24, num_heads=2, out_hidden_size=16, fullatt_block_indexes=[0]
    )
    rope = {"type": "mrope", "mrope_section": [1, 1, 2]}
    if t.__version__.startswith("4.49"):
        config = t.Qwen2_5_VLConfig(vision_config=vision, rope_scaling=rope, **TEXT)
    elif t.__version__.startswith("4."):
        config = t.Qwen2_5_VLConfig(vision_config=vision, text_config={**TEXT, "rope_scaling": rope})
    else:
        rope = {"rope_type": "default", "rope_theta": 1e6, "mrope_section": [1, 1, 2]}
        config = t.Qwen2_5_VLConfig(vision_config=vision, text_config={**TEXT, "rope_parameters": rope})
    return t.Qwen2_5_VLForConditionalGeneration(config)


def tensors(folder):
    with safe_open(folder / "model.safetensors", "pt") as file:
        return {name: list(file.get_slice(name).get_shape()) for name in sorted(file.keys())}


def made(t):
    for family, make in (("llava", llava), ("qwen", qwen)):
        if hasattr(t, CLASSES[family]):
            make(t).save_pretrained(WORK / f"{family}@{t.__version__}", safe_serialization=True)


def again(t):
    for folder in sorted(WORK.iterdir()):
        family, _, rest = folder.name.partition("@")
        if "@" in rest or rest == t.__version__ or not hasattr(t, CLASSES[family]):
            continue
        try:
            model, info = getattr(t, CLASSES[family]).from_pretrained(folder, output_loading_info=True)
        except Exception as error:  # 4.49 cannot read a Qwen2.5-VL config of 4.57 and newer
            print(f"{folder.name} in {t.__version__}: {error!r}")
            continue
        if info["missing_keys"] or info["unexpected_keys"]:
            print(f"{folder.name} in {t.__version__}: not all tensors found")
            continue
        model.save_pretrained(WORK / f"{folder.name}@{t.__version__}", safe_serialization=True)


def collect():
    cases = {}
    for folder in sorted(WORK.iterdir()):
        family, _, by = folder.name.partition("@")
        found = tensors(folder)
        config = json.loads((folder / "config.json").read_text())
        case = cases.setdefault(
            (family, tuple(found)), {"family": family, "by": [], "config": config, "tensors": found}
        )
        case["by"].append(by.replace("@", " saved again by "))
    with gzip.GzipFile(OUT, "wb", mtime=0) as file:
        file.write(json.dumps(list(cases.values())).encode())


if STEP == "collect":
    collect()
else:
    import transformers

    {"made": made, "again": again}[STEP](transformers)
