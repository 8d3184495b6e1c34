"""What Q-Zoom's own code does with a picture, step by step: `expected.json.gz` and the pictures it was asked about.

Nothing of the method is in this file. The authors' modules are imported from a checkout of their repository and run as
their evaluator runs them (two stages on, one question at a time, slow image processor); what passes through them is
written down. The weights are those of the oracle's tiny Qwen2.5-VL checkpoints (../oracle/cases), whose config.json gets
the keys that Q-Zoom's trainer writes.
"""

import argparse
import contextlib
import gzip
import io
import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

HERE = Path(__file__).resolve().parent
WEIGHTS = HERE.parent / "oracle" / "cases"
NEW_TOKENS = 16
QUESTION = "What is the code on the red tag?"

# Name, weights, source size, pixel budget in tokens. Grids of 294, 55, 57, 270, 256 and 270 cells: above, below and at
# the corner rule's limit; less than four rows; sides shorter than a box may be; and cells larger than that.
PICTURES = [
    ("wide", "qwen2_5-vl-windows", (171, 113), (4, 400)),
    ("small", "qwen2_5-vl-windows", (90, 40), (4, 400)),
    ("narrow", "qwen2_5-vl-windows", (23, 150), (4, 400)),
    ("large", "qwen2_5-vl-windows", (700, 500), (4, 290)),
    ("square", "qwen2_5-vl-windows", (128, 128), (4, 256)),
    ("strip", "qwen2_5-vl-windows", (720, 24), (4, 400)),
    ("deep", "qwen2_5-vl-shrunk", (171, 113), (4, 400)),
    ("patch14", "qwen2_5-vl-patch14", (120, 61), (4, 64)),
]
# Shares of the blurred map's cells that a threshold leaves above it; 0: the highest cell alone.
SHARES = [0.0, 0.04, 0.3]


def draw(name: str, size: tuple[int, int]) -> Image.Image:
    """Flat rectangles: hard edges everywhere, and a small file."""
    rng = np.random.default_rng(sum(map(ord, name)))
    image = Image.new("RGB", size, tuple(int(v) for v in rng.integers(0, 256, 3)))
    pen = ImageDraw.Draw(image)
    for _ in range(24):
        x, y = (int(rng.integers(0, side)) for side in size)
        w, h = (int(rng.integers(2, max(3, side // 3))) for side in size)
        pen.rectangle((x, y, x + w, y + h), fill=tuple(int(v) for v in rng.integers(0, 256, 3)))
    return image


def folder_for(root: Path, weights: str, budget: tuple[int, int], keys: dict) -> Path:
    """The oracle's checkpoint with Q-Zoom's keys in config.json and another pixel budget."""
    folder = root / f"{weights}-{budget[1]}-{json.dumps(keys, sort_keys=True)}".replace('"', "").replace(" ", "")
    if folder.exists():
        return folder
    folder.mkdir()
    for file in (WEIGHTS / weights).iterdir():
        if file.suffix in (".json", ".safetensors") and file.stem not in ("case", "expected"):
            shutil.copy(file, folder)
    config = json.loads((folder / "config.json").read_text())
    config.pop("roi_multi_head")
    (folder / "config.json").write_text(json.dumps(config | keys))
    cell = (config["vision_config"]["patch_size"] * 2) ** 2
    stated = json.loads((folder / "preprocessor_config.json").read_text())
    stated |= {"min_pixels": budget[0] * cell, "max_pixels": budget[1] * cell}
    (folder / "preprocessor_config.json").write_text(json.dumps(stated))
    return folder


class Witness:
    """Names of the authors' modules replaced by ones that write down what goes in and out."""

    def __init__(self, modeling, mm_utils):
        self.seen: dict = {}
        self._wrap(modeling, "get_batched_sub_images_v2", self._found)
        self._wrap(modeling, "insert_sub_feat_v2", self._inserted)
        blur = mm_utils.torchvision_F.gaussian_blur

        def blurred(*args, **kwargs):
            self.seen["blurred"] = blur(*args, **kwargs)
            return self.seen["blurred"]

        mm_utils.torchvision_F = type("functional", (), {"gaussian_blur": staticmethod(blurred)})
        to_source = mm_utils.get_bbox4src

        def source(*args, **kwargs):
            self.seen["cell_box"] = args[0]
            self.seen["source_box"] = to_source(*args, **kwargs)
            return self.seen["source_box"]

        mm_utils.get_bbox4src = source

    def _wrap(self, module, name: str, note) -> None:
        original = getattr(module, name)

        def wrapped(*args, **kwargs):
            result = original(*args, **kwargs)
            note(args, result)
            return result

        setattr(module, name, wrapped)

    def _found(self, args, result) -> None:
        self.seen["rpn"] = args[0][0]
        self.seen["crop_grid"] = result[2][0]
        self.seen["cells"] = result[4][0]

    def _inserted(self, args, result) -> None:
        self.seen["ids"] = result[3]
        self.seen["positions"] = result[5]


class Runner:
    """A checkpoint as their evaluator holds it."""

    def __init__(self, authors, folder: Path):
        from transformers import AutoImageProcessor, AutoTokenizer, Qwen2_5_VLProcessor

        tokenizer = AutoTokenizer.from_pretrained(folder)
        pictures = AutoImageProcessor.from_pretrained(folder, use_fast=authors.fast)
        self.processor = Qwen2_5_VLProcessor(pictures, tokenizer, chat_template=tokenizer.chat_template)
        model = authors.modeling.Qwen2_5_VLForConditionalGeneration.from_pretrained(
            folder, torch_dtype=torch.float32, attn_implementation="eager"
        ).eval()
        model.model.enable_twig = True
        model.model.roi_enable2stage = True
        model.model.two_stage_vanilla = True
        self.model, self.witness = model, authors.witness

    @torch.no_grad()
    def ask(self, image: Image.Image, threshold: float) -> dict:
        model, processor, seen = self.model, self.processor, self.witness.seen
        seen.clear()
        message = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": QUESTION}]}]
        text = processor.apply_chat_template(message, tokenize=False, add_generation_prompt=True)
        inputs = processor(text=[text], images=[image], padding=True, return_tensors="pt")
        seen["prompt"] = inputs["input_ids"][0]
        seen["grid"] = inputs["image_grid_thw"][0]

        def layer_k(_module, args):
            seen.setdefault("layer_k", args[0][0])

        crops = []
        prepare = type(processor.image_processor).preprocess

        def preprocess(*args, **kwargs):
            made = prepare(processor.image_processor, *args, **kwargs)
            crops.append(made["pixel_values"])
            return made

        processor.image_processor.preprocess = preprocess
        hook = model.model.twig_layers[0].input_layernorm.register_forward_pre_hook(layer_k)
        model.model.roi_conf_thresh = threshold
        try:
            made = model.generate(**inputs, src_images=[image], processor=processor, do_sample=False,
                                  max_new_tokens=NEW_TOKENS, return_dict_in_generate=True, output_logits=True, pad_token_id=0)
        finally:
            hook.remove()
            del processor.image_processor.preprocess
        seen["answer"] = made.sequences[0, inputs["input_ids"].shape[1] :]
        seen["logits"] = made.logits[0][0]
        seen["crop_pixels"] = torch.as_tensor(crops[0]) if crops else None
        return dict(seen)


class Authors:
    def __init__(self, checkout: Path, fast: bool):
        self.fast = fast
        sys.path.insert(0, str(checkout))
        from qwen_src import mm_utils
        from qwen_src.qwen2_5_vl import modeling_qwen2_5_vl

        self.modeling = modeling_qwen2_5_vl
        # Their names for what another module of theirs gives (`import *` there).
        self.witness = Witness(modeling_qwen2_5_vl, mm_utils)


def thresholds(blurred: torch.Tensor) -> list[float]:
    """Between two neighbouring values far apart, so that no rounding decides on which side a cell lies."""
    values = blurred.flatten().sort(descending=True).values.tolist()
    found = []
    for share in SHARES:
        near = range(max(0, int(share * len(values)) - 3), min(len(values) - 1, int(share * len(values)) + 4))
        at = 0 if share == 0 else max(near, key=lambda i: values[i] - values[i + 1])
        found.append(float(np.float32((values[at] + values[at + 1]) / 2)))
    return found


def numbers(values, digits: int = 8) -> list:
    return [float(f"{v:.{digits}g}") for v in torch.as_tensor(values).flatten().tolist()]


# Grids around the corner rule's limit, with sides shorter than four among them, and pictures of every size beside them.
SWEEP_GRIDS = [(16, 16), (17, 16), (3, 90), (90, 3), (2, 140), (20, 20), (28, 27), (28, 28), (12, 9), (2, 2)]


def made_up(grid: tuple[int, int], turn: int) -> torch.Tensor:
    """Logits by a formula that another language follows to the bit."""
    turned = [(i * 7919 + turn * 104729) % 1013 for i in range(grid[0] * grid[1])]
    # A cell in a hundred is sure, in the corner too; the others are far below every threshold.
    return torch.tensor([4.0 if value < 10 else value / 512 - 8 for value in turned]).view(grid)


class Refuses:
    """Stands for the image processor: what comes after the box is not wanted."""

    max_pixels = min_pixels = 0

    def __call__(self, *_args, **_kwargs):
        raise ValueError("no crop is wanted")


def sweep(authors: "Authors") -> list[dict]:
    """Boxes of made-up maps on pictures of many sizes."""
    rng = np.random.default_rng(8)
    cases = []
    for turn in range(30 * len(SWEEP_GRIDS)):
        grid = SWEEP_GRIDS[turn % len(SWEEP_GRIDS)]
        size = [int(max(1, side * rng.choice([1, 3, 8, 27, 28, 29, 61]) + rng.integers(-3, 4))) for side in grid[::-1]]
        threshold = float(np.float32(rng.choice([0.02, 0.1, 0.15, 0.19])))
        seen = authors.witness.seen
        seen.clear()
        thw = torch.tensor([[1, grid[0] * 2, grid[1] * 2]])
        authors.modeling.get_batched_sub_images_v2(
            [made_up(grid, turn)], [Image.new("RGB", size)], Refuses(), None, thw, threshold)
        box = "cell_box" in seen
        cases.append({"grid": grid, "size": size, "turn": turn, "threshold": threshold,
                      "cells": seen["cell_box"][0].tolist() if box else None,
                      "box": seen["source_box"][0].tolist() if box else None})
    return cases


def look(seen: dict, threshold: float, reuse: bool) -> dict:
    grid = [int(v) for v in seen["crop_grid"][0, 1:] // 2]
    pixels = seen["crop_pixels"]
    rows = [0, len(pixels) // 2, len(pixels) - 1]
    return {
        "threshold": threshold, "reuse_src_pos": reuse,
        "cells": seen["cells"][0].tolist(), "box": seen["source_box"][0].tolist(), "crop_grid": grid,
        "crop_rows": rows, "crop_pixels": numbers(pixels[rows]),
        "positions": [numbers(axis) for axis in seen["positions"][:, 0]],
        "logits": numbers(seen["logits"]), "answer": seen["answer"].tolist(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--authors", type=Path, help="a checkout of YuHengsss/Q-Zoom")
    parser.add_argument("--gate", action="store_true", help="compare with a gate that always passes; writes nothing")
    parser.add_argument("--scores", action="store_true", help="what a gate says of each picture: writes gate.json and nothing else")
    parser.add_argument("--fast", action="store_true", help="with torchvision's image processor, as their evaluator; writes nothing")
    options = parser.parse_args()
    if options.authors is None or not (options.authors / "qwen_src" / "qwen2_5_vl").is_dir():
        print("skipped: --authors DIR is no checkout of YuHengsss/Q-Zoom (qwen_src/qwen2_5_vl is not in it)")
        return
    torch.manual_seed(0)
    torch.set_num_threads(1)
    authors = Authors(options.authors.resolve(), options.fast)
    (HERE / "pictures").mkdir(exist_ok=True)
    if options.scores:
        with tempfile.TemporaryDirectory() as temp:
            scores = gate_scores(authors, Path(temp))
        (HERE / "gate.json").write_text(json.dumps(scores, indent=2) + "\n")
        return
    with tempfile.TemporaryDirectory() as temp:
        cases = [run(authors, Path(temp), options.gate, *picture) for picture in PICTURES]
    if not options.gate and not options.fast:
        with contextlib.redirect_stdout(io.StringIO()):
            boxes = sweep(authors)
        body = json.dumps({"question": QUESTION, "pictures": cases, "sweep": boxes}, separators=(",", ":")).encode()
        (HERE / "expected.json.gz").write_bytes(gzip.compress(body, mtime=0))


def run(authors: Authors, temp: Path, gate: bool, name: str, weights: str, size, budget) -> dict:
    path = HERE / "pictures" / f"{name}.png"
    if not path.exists():
        draw(name, size).save(path, optimize=True)
    image = Image.open(path).convert("RGB")
    keys = {"enable_high_res": False, "roi_post_training": False}
    runners = {reuse: Runner(authors, folder_for(temp, weights, budget, keys | {"reuse_src_pos": reuse})) for reuse in (False, True)}
    first = runners[False].ask(image, 0.0)
    looks = []
    for threshold in thresholds(first["blurred"]):
        for reuse, runner in runners.items():
            seen = runner.ask(image, threshold)
            looks.append(look(seen, threshold, reuse))
            if gate:
                gated(authors, folder_for(temp, weights, budget, {**keys, "enable_high_res": True, "reuse_src_pos": reuse}),
                      image, threshold, seen)
    if authors.fast:
        golden = json.loads(gzip.decompress((HERE / "expected.json.gz").read_bytes()))["pictures"]
        resized_otherwise(name, looks, next(case["looks"] for case in golden if case["name"] == name))
    last = len(first["prompt"]) - 1
    rows = [0, last // 2, last]
    grid = [int(v) for v in first["grid"][1:] // 2]
    print(name, grid, [(each["cells"], each["box"], each["crop_grid"]) for each in looks[::2]])
    return {
        "name": name, "weights": weights, "budget": list(budget), "size": list(size), "grid": grid,
        "prompt": first["prompt"].tolist(), "rows": rows, "layer_k": numbers(first["layer_k"][rows]),
        "rpn": numbers(first["rpn"]), "looks": looks,
    }


def gate_weights(folder: Path) -> None:
    """Gives a folder a gate that another language makes to the bit: base layers from the last on, and a head by a formula."""
    from safetensors.torch import load_file, save_file

    path = folder / "model.safetensors"
    tensors = load_file(path)
    config = json.loads((folder / "config.json").read_text())
    for i in range(config["twig_T"]):
        source = f"model.layers.{config['num_hidden_layers'] - 1 - i}."
        tensors |= {
            name.replace(source, f"model.high_res_layers.{i}."): value.clone()
            for name, value in list(tensors.items()) if name.startswith(source)
        }
    row = [(j * 37 % 101) / 101 - 0.5 for j in range(config["hidden_size"])]
    tensors["model.high_res_head.weight"] = torch.tensor([row], dtype=torch.float32)
    tensors["model.high_res_head.bias"] = torch.tensor([0.25], dtype=torch.float32)
    save_file(tensors, path, metadata={"format": "pt"})


def gate_scores(authors: Authors, temp: Path) -> list[dict]:
    """What the authors' code makes of such a gate, of every picture: before and after its sigmoid."""
    found = []
    for name, weights, _size, budget in PICTURES:
        image = Image.open(HERE / "pictures" / f"{name}.png").convert("RGB")
        keys = {"enable_high_res": True, "roi_post_training": False, "reuse_src_pos": False, "case": name}
        folder = folder_for(temp, weights, budget, keys)
        gate_weights(folder)
        runner = Runner(authors, folder)
        model = runner.model.model
        model.high_res_thresh = -1.0
        logits = []
        hook = model.high_res_head.register_forward_hook(lambda _module, _args, made: logits.append(made))
        runner.ask(image, 0.0)
        hook.remove()
        logit = logits[0].flatten()[-1]
        found.append({"name": name, "logit": float(logit), "score": float(logit.sigmoid())})
        print(found[-1], len(logits))
    return found


def resized_otherwise(name: str, looks: list[dict], golden: list[dict]) -> None:
    """How far torchvision's resizing moves what PIL's gave."""
    for now, then in zip(looks, golden):
        logits, other = torch.tensor(now["logits"]), torch.tensor(then["logits"])
        far = ((logits - other).abs().max() / other.abs().max()).item()
        same = now["box"] == then["box"]
        print(f"  {name}: box {'equal' if same else 'other'}, second logits differ by {far:.1e} of the largest")


def gated(authors: Authors, folder: Path, image, threshold: float, plain: dict) -> None:
    """With the gate's layers (random: the files have none) and a threshold that every score passes."""
    runner = Runner(authors, folder)
    runner.model.model.high_res_thresh = -1.0
    seen = runner.ask(image, threshold)
    far = ((seen["logits"] - plain["logits"]).abs().max() / plain["logits"].abs().max()).item()
    same = seen["answer"].tolist() == plain["answer"].tolist()
    print(f"  gate: second logits differ by {far:.1e} of the largest, answers {'equal' if same else 'DIFFER'}")


if __name__ == "__main__":
    main()
