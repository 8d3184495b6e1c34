"""What transformers makes of a checkpoint with one key of one config file changed: `python mutate.py` writes mutations.json.

The checkpoints are the oracle's (test/golden/oracle/cases), with every config file that transformers writes. For every
entry of mutations.py the folder is loaded with the Auto classes and asked for pixels, logits and a greedy answer. The
outcome is `same`, `changed` (with the numbers), or `refused`; Fovea's test walks the table (test/checkpoint/keys). Made
with the newest transformers; needs torch, Pillow and safetensors too, and is never run in CI.
"""

import copy
import io
import json
import shutil
import sys
import tempfile
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import torch
import transformers
from PIL import Image

import mutations as m

HERE = Path(__file__).parent
CASES = HERE.parent / "oracle" / "cases"
TOKENS = 12
# Logits kept of a changed checkpoint, evenly spaced, and pixels.
KEPT = 24
FAR = 1e-4


class Base:
    """One checkpoint to be changed: the case it comes from and the files it gets."""

    def __init__(self, name: str, case: str, files: dict[str, dict | None], root: Path) -> None:
        self.name, self.case = name, case
        self.folder = root / name
        shutil.copytree(CASES / case, self.folder)
        for file, value in files.items():
            path = self.folder / file
            if value is None:
                path.unlink(missing_ok=True)
            else:
                path.write_text(json.dumps(value))
        self.files = {p.name: json.loads(p.read_text()) for p in self.folder.glob("*_config.json")}
        self.files["config.json"] = json.loads((self.folder / "config.json").read_text())
        facts = json.loads((self.folder / "case.json").read_text())
        self.ids = facts["input_ids"]
        self.image = Image.open(self.folder / "image.png")
        self.image_id = self.ids[facts["image_span"][0]]

    def written(self, file: str, path: list[str], value: object, root: Path) -> Path:
        folder = root / "one"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for source in self.folder.iterdir():
            if source.is_file():
                (folder / source.name).symlink_to(source)
        json_ = copy.deepcopy(self.files[file])
        inner = json_
        for key in path[:-1]:
            inner = inner[key]
        if value is m.DROP:
            inner.pop(path[-1], None)
        else:
            inner[path[-1]] = value
        (folder / file).unlink(missing_ok=True)
        (folder / file).write_text(json.dumps(json_))
        return folder


@torch.no_grad()
def numbers(base: Base, folder: Path) -> dict:
    from transformers import AutoImageProcessor, AutoModelForImageTextToText

    torch.manual_seed(0)
    processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
    made = dict(processor(base.image, return_tensors="pt"))
    model, info = AutoModelForImageTextToText.from_pretrained(
        folder, attn_implementation="eager", dtype=torch.float32, output_loading_info=True
    )
    if info["missing_keys"] or info["mismatched_keys"]:
        raise ValueError(f"weights missing: {sorted(info['missing_keys'])[:2]}")
    model.eval()
    if "image_grid_thw" in made:
        merge = model.config.vision_config.spatial_merge_size
        count = int(made["image_grid_thw"][0].prod()) // merge**2
    else:
        vision = model.config.vision_config
        count = (vision.image_size // vision.patch_size) ** 2
        count += model.config.vision_feature_select_strategy == "full"
    # The picture's placeholder is the one of the tokenizer, which does not change.
    ids = [i for one in base.ids for i in ([base.image_id] * count if one == base.image_id else [one])]
    inputs = {"input_ids": torch.tensor([ids]), "attention_mask": torch.ones(1, len(ids), dtype=torch.long), **made}
    if "image_grid_thw" in made:
        inputs["mm_token_type_ids"] = (inputs["input_ids"] == base.image_id).int()
    out = model(**inputs, use_cache=False)
    logits = out["logits"] if isinstance(out, dict) or hasattr(out, "logits") else out[0]
    # What the method asks of every checkpoint (METHOD §1): greedy, with a limit of its own.
    answer = model.generate(**inputs, do_sample=False, max_new_tokens=TOKENS)
    answer = answer if isinstance(answer, torch.Tensor) else answer["sequences"]
    return {
        "pixels": made["pixel_values"].flatten().float(),
        "logits": logits[0, -1].float(),
        "answer": answer[0, len(ids) :].tolist(),
        "grid": made["image_grid_thw"][0].tolist() if "image_grid_thw" in made else None,
    }


def far(a: torch.Tensor, b: torch.Tensor) -> bool:
    return a.shape != b.shape or float((a - b).abs().max()) > FAR * float(b.abs().max())


def evenly(values: torch.Tensor) -> dict:
    at = torch.linspace(0, len(values) - 1, min(KEPT, len(values))).long()
    kept = [float(f"{v:.7g}") for v in values[at].tolist()]
    return {"size": len(values), "at": at.tolist(), "values": kept, "largest": float(f"{values.abs().max():.7g}")}


def outcome_of(run, folder: Path, own: dict) -> dict:
    try:
        with redirect_stderr(io.StringIO()), redirect_stdout(io.StringIO()):
            got = run()
    except Exception as error:  # noqa: BLE001 - whatever stops transformers is its refusal
        words = f"{type(error).__name__}: {error}".splitlines()[0][:110]
        return {"transformers": "refused", "because": words.replace(str(folder), "FOLDER")}
    changed = [name for name in ("pixels", "logits") if far(got[name], own[name])]
    if got["answer"] != own["answer"]:
        changed.append("answer")
    if not changed:
        return {"transformers": "same"}
    kept = {name: evenly(got[name]) for name in ("pixels", "logits") if name in changed}
    return {"transformers": "changed", **kept, "answer": got["answer"]}


def filled(value: object, own: dict, half: int) -> object:
    """Values that depend on what the unchanged checkpoint answers."""
    first = own["answer"][0]
    special = {
        "FIRST_ANSWER": [first],
        "FIRST_ANSWERS": [[first]],
        "ANSWERED": own["answer"][3],
        "BIAS": [[[first], -100.0]],
        "ONES": [1.0 + 0.1 * i for i in range(half)],
    }
    if isinstance(value, str):
        return special.get(value, value)
    if isinstance(value, dict):
        return {key: filled(one, own, half) for key, one in value.items()}
    return value


def plans() -> list[tuple[str, str, list[str], list[tuple[str, object]]]]:
    """Base, file, objects around the key, and the values."""
    ropes = [(key, rope) for key in ("rope_scaling", "rope_parameters") for rope in m.ROPES]
    qwen_ropes = [(key, rope) for key in ("rope_scaling", "rope_parameters") for rope in m.QWEN_ROPES]
    kinds = [("model_type", kind) for kind in m.KINDS] + [("model_type", m.DROP)]
    return [
        ("llava-hf", "config.json", [], m.LLAVA),
        ("llava-hf", "config.json", ["text_config"], [*m.DECODER, *ropes, *kinds]),
        ("llava-hf", "config.json", ["vision_config"], m.CLIP),
        ("llava-hf", "generation_config.json", [], m.IN_GENERATION_FILE),
        ("llava-hf", "preprocessor_config.json", [], m.CLIP_PROCESSOR),
        ("llava-hf-bare", "config.json", [], [*m.GENERATION, ("eos_token_id", "ANSWERED")]),
        ("llava-hf-bare", "config.json", ["text_config"], [*m.GENERATION, ("eos_token_id", "ANSWERED")]),
        ("llava-hf-bare", "preprocessor_config.json", [], m.CLIP_UNPADDED),
        ("llava-hf-v5", "processor_config.json", ["image_processor"], m.CLIP_PROCESSOR),
        ("llava-hf-v5", "processor_config.json", [], m.LLAVA_PROCESSOR_FILE),
        ("qwen-flat", "config.json", [], [*m.QWEN_TOP, *m.DECODER, *qwen_ropes]),
        ("qwen-flat", "config.json", ["vision_config"], m.QWEN_VISION),
        ("qwen-flat", "generation_config.json", [], m.IN_GENERATION_FILE),
        ("qwen-flat", "preprocessor_config.json", [], m.QWEN_PROCESSOR),
        ("qwen-nested", "config.json", [], m.QWEN_TOP),
        ("qwen-nested", "config.json", ["text_config"], [*m.DECODER, *qwen_ropes]),
        ("qwen-nested", "config.json", ["vision_config"], m.QWEN_VISION),
        ("qwen-nested", "processor_config.json", ["image_processor"], m.QWEN_PROCESSOR),
        ("qwen-bare", "config.json", [], [*m.GENERATION, ("eos_token_id", "ANSWERED")]),
    ]


def bases(root: Path) -> dict[str, Base]:
    llava, plain = "llava-hf-plain-33", "llava-hf-v5-37"
    numbers_of = lambda case: json.loads((CASES / case / "preprocessor_config.json").read_text())  # noqa: E731
    ends = {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
    clip = transformers.models.clip.image_processing_pil_clip.CLIPImageProcessorPil
    llavas = transformers.models.llava.image_processing_pil_llava.LlavaImageProcessorPil
    qwens = transformers.models.qwen2_vl.image_processing_pil_qwen2_vl.Qwen2VLImageProcessorPil
    written = lambda kind, case: kind(**numbers_of(case)).to_dict()  # noqa: E731
    file = {"processor_class": "LlavaProcessor", "patch_size": 14, "vision_feature_select_strategy": "default",
            "num_additional_image_tokens": 1, "image_token": "<image>"}
    nested = {"preprocessor_config.json": None}
    return {
        base.name: base
        for base in [
            Base("llava-hf", llava, {"generation_config.json": ends,
                                     "preprocessor_config.json": written(llavas, llava)}, root),
            Base("llava-hf-bare", "llava-hf-plain-34", {
                "preprocessor_config.json": written(clip, "llava-hf-plain-34")}, root),
            Base("llava-hf-v5", "llava-hf-v5-36", {**nested, "generation_config.json": ends, "processor_config.json": {
                **file, "image_processor": written(llavas, "llava-hf-v5-36")}}, root),
            Base("qwen-flat", "qwen2_5-vl-windows", {
                "preprocessor_config.json": written(qwens, "qwen2_5-vl-windows") | numbers_of("qwen2_5-vl-windows")}, root),
            Base("qwen-nested", "qwen2_5-vl-enlarged", {**nested, "processor_config.json": {
                "processor_class": "Qwen2_5_VLProcessor", "image_processor": written(qwens, "qwen2_5-vl-enlarged")}}, root),
            Base("qwen-bare", "qwen2_5-vl-windows", {"generation_config.json": None}, root),
        ]
    }


def main(only: str | None) -> None:
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity(50)
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        own, every = {}, bases(root)
        facts = {}
        for base in every.values():
            own[base.name] = numbers(base, base.folder)
            facts[base.name] = {"case": base.case, "files": {
                **{name: None for name in ("preprocessor_config.json", "generation_config.json")}, **base.files},
                "answer": own[base.name]["answer"]}
            print(base.name, own[base.name]["answer"], flush=True)
        for name, file, around, values in plans():
            if only and only not in name:
                continue
            base = every[name]
            config = base.files["config.json"]
            text = config.get("text_config", config)
            half = text["hidden_size"] // text["num_attention_heads"] // 2
            for key, value in values:
                value = filled(value, own[name], half)
                stated = base.files[file]
                for inner in around:
                    stated = stated[inner]
                if (value is m.DROP and key not in stated) or (key in stated and stated[key] == value):
                    continue
                folder = base.written(file, [*around, key], value, root)
                found = outcome_of(lambda: numbers(base, folder), folder, own[name])
                where = {"base": name, "file": file, "key": ".".join([*around, key])}
                rows.append({**where, **({} if value is m.DROP else {"value": value}), **found})
                print(name, file, where["key"], "-" if value is m.DROP else json.dumps(value)[:50],
                      found["transformers"], found.get("because", "")[:90], flush=True)
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    head = json.dumps({"transformers": transformers.__version__, "bases": facts}, separators=(",", ":"))
    (HERE / "mutations.json").write_text(f'{head[:-1]},\n"rows":[\n{lines}\n]}}\n')
    print(len(rows))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
