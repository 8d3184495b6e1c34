"""S²'s features by its authors' own `forward` (repository bfshi/scaling_on_scales).

`python two_scales.py --authors CHECKOUT` writes `two_scales.json.gz`. What it calls a model is here the mean square of each channel
over patches of 7 pixels, so that whoever compares can make the same: pictures `[3, 2s, 2s]`, scales 0.5 and 1, split at s. Needs
torch, numpy and einops.
"""

import argparse
import base64
import gzip
import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

HERE = Path(__file__).resolve().parent
PATCH = 7


def model(x: torch.Tensor) -> torch.Tensor:
    return F.avg_pool2d(x**2, PATCH).flatten(2).transpose(1, 2)


def text(array: torch.Tensor) -> str:
    return base64.b64encode(np.ascontiguousarray(array.numpy()).tobytes()).decode()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--authors", type=Path, required=True)
    sys.path.insert(0, str(parser.parse_args().authors))
    from s2wrapper import forward

    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(3)
    cases = []
    for cells in (2, 3, 4):
        side = cells * PATCH
        x = torch.randn(1, 3, 2 * side, 2 * side, generator=generator)
        out = forward(model, x, scales=[0.5, 1], max_split_size=side)
        half = F.interpolate(x, size=side, mode="bicubic")
        cases.append({"patch": PATCH, "cells": cells, "pixels": text(x), "halved": text(half), "features": text(out)})
    data = json.dumps(cases, separators=(",", ":")).encode()
    (HERE / "two_scales.json.gz").write_bytes(gzip.compress(data, 9, mtime=0))
    print(len(cases), "cases", len(data))


if __name__ == "__main__":
    main()
