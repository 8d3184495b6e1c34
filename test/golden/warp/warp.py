"""AttWarp's weights and warps by its authors' own functions (repository dwipddalal/AttWarp).

`python warp.py --authors CHECKOUT` writes `warp.json.gz`: `revise_mask` and torchvision's ToPILImage of it (what `blend_mask` goes
on with) on made-up attention, its resize to the picture (Pillow, Lanczos), and `warp_image_by_attention` with the identity transform
on random pictures. Needs torch, numpy, OpenCV 4 (made with 4.11; 5 interpolates in floats, and the authors name no version), tqdm
and Pillow; torchvision's ToPILImage is `mul(255).byte()` for floats.
"""

import argparse
import base64
import gzip
import json
import sys
import types
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).resolve().parent


def stubs() -> None:
    for name in ["torchvision", "torchvision.transforms", "tqdm", "requests", "functions"]:
        sys.modules.setdefault(name, types.ModuleType(name))
    sys.modules["tqdm"].tqdm = lambda x, **_: x
    sys.modules["functions"].getmask = sys.modules["functions"].get_model = None
    sys.modules["torchvision"].transforms = sys.modules["torchvision.transforms"]


def text(array: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--authors", type=Path, required=True)
    folder = parser.parse_args().authors / "Attention Guided Warping"
    stubs()
    sys.path[:0] = [str(folder), str(folder / "attention_extraction")]
    import cv2
    import llava
    import new_method

    assert cv2.__version__.startswith("4."), cv2.__version__
    from PIL import Image

    new_method.set_transform_function("identity")
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(5)
    rng = np.random.default_rng(5)
    cases = []
    for grid, size, kind in [
        ((24, 24), (61, 47), "peaks"), ((24, 24), (40, 40), "flat"), ((16, 16), (33, 70), "peaks"), ((9, 17), (51, 27), "peaks"), ((12, 12), (30, 20), "flat"),
    ]:
        scores = torch.randn(grid, generator=generator) * (2.5 if kind == "peaks" else 0.3)
        attention = torch.softmax(scores.flatten(), 0).reshape(grid)
        mask = llava.revise_mask(attention.clone(), kernel_size=3, enhance_coe=10).detach()
        small = Image.fromarray(mask.mul(255).byte().numpy())
        large = np.array(small.resize(size, Image.LANCZOS))
        picture = rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
        made = new_method.warp_image_by_attention(picture, large, *size)
        cases.append({"grid": grid, "size": size, "attention": text(attention.numpy()), "weights": text(np.array(small)),
                      "large": text(large), "picture": text(picture), "warped": text(made)})
    data = json.dumps(cases, separators=(",", ":")).encode()
    (HERE / "warp.json.gz").write_bytes(gzip.compress(data, 9, mtime=0))
    print(len(cases), "cases", len(data))


if __name__ == "__main__":
    main()
