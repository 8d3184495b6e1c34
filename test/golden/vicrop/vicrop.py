"""ViCrop's maps and windows by its authors' own functions (repository saccharomycetes/mllms_know).

`python vicrop.py --authors CHECKOUT` writes `vicrop.json.gz` beside itself. `rel_attention_llava`, `rel_attention_qwen2_5` and
`bbox_from_att_image_adaptive` are imported from the checkout at run time, and its prompts' words are read from its run.py; a model
stands behind them that answers with attention which is there already: that of transformers on the oracle's checkpoints
(`../oracle/cases`), and made-up attention. Each case: `grid`, `heads`, `question` and `general` (attention of the last row at the
layer, float32, [heads, H*W], base64), `map` (theirs, float32), and windows of that map, and of the map rounded to float16, for sizes of pictures.
Needs torch, numpy, scipy, scikit-image and safetensors.
"""

import argparse
import base64
import gzip
import json
import re
import sys
import types
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).resolve().parent
CASES = HERE.parent / "oracle" / "cases"
#: Square, wide, tall, small, with odd sides, and larger than the smallest window by far.
SIZES = [[336, 336], [640, 480], [333, 1001], [1024, 683], [2048, 2048], [97, 5000], [500, 500], [4000, 3000]]


def stubs() -> None:
    """What their files import and the functions here never call."""
    for name in ["torchvision", "torchvision.transforms", "torchvision.transforms.functional", "qwen_vl_utils"]:
        sys.modules.setdefault(name, types.ModuleType(name))
    sys.modules["qwen_vl_utils"].process_vision_info = lambda messages: (None, None)


class Inputs(dict):
    def to(self, *_):
        return self


def text(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def made_up(seed: int, heads: int, cells: int, kind: str) -> torch.Tensor:
    """`plateau`: equal numbers, where only the order of sums decides."""
    generator = torch.Generator().manual_seed(seed)
    if kind == "plateau":
        return torch.full((heads, cells), 0.1)
    scores = torch.randn(heads, cells, generator=generator) * (3 if kind == "peaks" else 0.5)
    return torch.softmax(torch.cat([scores, torch.randn(heads, 40, generator=generator)], 1), 1)[:, :cells]


class Stand:
    """A processor and a model in one: whatever is asked, the attention that is there."""

    device = "cpu"

    def __init__(self, layer: int, question: torch.Tensor, general: torch.Tensor, grid, image_id: int):
        self.layer, self.rows, self.grid, self.image_id = layer, [question, general], grid, image_id
        self.calls = 0
        self.tokenizer = types.SimpleNamespace(convert_tokens_to_ids=lambda t: {"<|vision_start|>": -1, "<|vision_end|>": -2}[t])

    def __call__(self, *args, output_attentions=False, **kwargs):
        cells = self.grid[0] * self.grid[1]
        if not output_attentions:
            ids = [7, -1, *[self.image_id] * cells, -2, 9]
            return Inputs(input_ids=torch.tensor([ids]), image_grid_thw=torch.tensor([[1, 2 * self.grid[0], 2 * self.grid[1]]]))
        row = self.rows[self.calls]
        self.calls += 1
        heads = row.shape[0]
        whole = torch.rand(1, heads, 3, cells + 4)
        whole[0, :, -1, 2 : 2 + cells] = row
        return {"attentions": {self.layer: whole}}

    def apply_chat_template(self, *_, **__):
        return ""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--authors", type=Path, required=True)
    authors = parser.parse_args().authors
    stubs()
    sys.path.insert(0, str(authors))
    import llava_methods
    import qwen2_5_methods
    import utils
    from PIL import Image
    from safetensors.torch import load_file

    torch.set_num_threads(1)
    picture = Image.new("RGB", (8, 8))
    given = []
    for seed, (kind, rows, columns, heads) in enumerate(
        [("peaks", 24, 24, 8), ("flat", 24, 24, 4), ("plateau", 24, 24, 2), ("peaks", 16, 16, 4), ("peaks", 13, 21, 4), ("flat", 31, 9, 4), ("plateau", 11, 23, 2)]
    ):
        pair = [made_up(10 * seed + i, heads, rows * columns, kind) for i in range(2)]
        given.append((f"{kind}-{rows}x{columns}", [rows, columns], *pair))
    for folder in sorted(CASES.iterdir())[::3]:
        case = json.loads((folder / "case.json").read_text())
        stored = load_file(folder / "expected.safetensors")
        start, end = case["image_span"]
        attention = stored["attention"].float()
        # The last prompt token's row, and that of the first answer token for another prompt's.
        question, general = (attention[-1, :, row, start:end] for row in (0, 1))
        if general.min() > 0:
            given.append((folder.name, case["grid"], question, general))
    out = []
    for name, grid, question, general in given:
        square = grid[0] == grid[1]
        if square:
            llava_methods.NUM_IMG_TOKENS, llava_methods.NUM_PATCHES = grid[0] * grid[1], grid[0]
            stand = Stand(llava_methods.ATT_LAYER, question, general, grid, llava_methods.IMAGE_TOKEN_INDEX)
            made = llava_methods.rel_attention_llava(picture, "q", "g", stand, stand)
        else:
            stand = Stand(qwen2_5_methods.ATT_LAYER, question, general, grid, 5)
            made = qwen2_5_methods.rel_attention_qwen2_5(picture, "q", "g", stand, stand)
        side = 336 if square else 224
        rounded = made.astype(np.float16).astype(np.float32)
        windows = [
            {"size": size, "side": s, "map": [int(v) for v in utils.bbox_from_att_image_adaptive(made, size, s)],
             "rounded": [int(v) for v in utils.bbox_from_att_image_adaptive(rounded, size, s)]}
            for size in SIZES for s in (side, 128)
            # A window of no cell at all has no sum: theirs takes it and warns.
            if s >= max(size[0] / grid[1], size[1] / grid[0])
        ]
        out.append({"name": name, "grid": grid, "heads": question.shape[0], "question": text(question.numpy().astype(np.float32)),
                    "general": text(general.numpy().astype(np.float32)), "map": text(made.astype(np.float32)), "windows": windows})
    run = (authors / "run.py").read_text()
    facts = {
        "general": re.search(r"general_question = '([^']+)'", run).group(1),
        "sides": {name: int(side) for name, side in re.findall(r'model_name == "(\w+)":\s+bbox_size = (\d+)', run)},
        "layers": {"llava": llava_methods.ATT_LAYER, "qwen2_5": qwen2_5_methods.ATT_LAYER},
    }
    data = json.dumps({"facts": facts, "cases": out}, separators=(",", ":")).encode()
    (HERE / "vicrop.json.gz").write_bytes(gzip.compress(data, 9, mtime=0))
    print(len(out), "cases,", sum(len(c["windows"]) for c in out), "windows,", len(data), "bytes")


if __name__ == "__main__":
    main()
