"""Random masks as pycocotools encodes, decodes and boxes them, and a small instances file that it loads.

    python make.py FOLDER

Written with pycocotools 2.0.11 and NumPy 2.4.6; run by hand, never in CI.
"""

import json
import sys
from pathlib import Path

import numpy as np
from pycocotools import mask as masks

FOLDER = Path(sys.argv[1])
random = np.random.default_rng(7)


def draw(height, width):
    mask = np.zeros((height, width), dtype=np.uint8, order="F")
    kind = random.integers(4)
    if kind == 0:
        mask[:] = random.random((height, width)) < 0.5
    elif kind == 1:
        y0, x0 = random.integers(height), random.integers(width)
        mask[y0 : random.integers(y0, height) + 1, x0 : random.integers(x0, width) + 1] = 1
    elif kind == 2:
        mask[random.integers(height), :] = 1
        mask[:, random.integers(width)] = 1
    else:
        mask[random.integers(height), random.integers(width)] = 1
    return mask


def runs(mask):
    """Lengths of runs down the columns, zeros first."""
    flat = mask.flatten(order="F")
    edges = np.flatnonzero(np.diff(np.concatenate(([0], flat))) != 0)
    return np.diff(np.concatenate(([0], edges, [flat.size]))).tolist()


cases = []
for _ in range(60):
    height, width = (int(n) for n in random.integers(1, 70, 2))
    mask = draw(height, width)
    rle = masks.encode(mask)
    counts = runs(mask)
    again = masks.frPyObjects({"size": [height, width], "counts": counts}, height, width)
    assert again["counts"] == rle["counts"], "the uncompressed runs are the same mask"
    assert np.array_equal(masks.decode(rle), mask)
    x, y, w, h = masks.toBbox(rle).tolist()
    cases.append(
        {
            "size": [height, width],
            "compressed": rle["counts"].decode(),
            "counts": counts,
            "box": [x, y, x + w, y + h],
            "ones": np.flatnonzero(mask.flatten()).tolist() if mask.sum() < 200 else None,
            "area": int(mask.sum()),
        }
    )
polygons = []
for _ in range(40):
    height, width = (int(n) for n in random.integers(20, 200, 2))
    corners = (random.random((random.integers(3, 9), 2)) * [width, height]).round(2).flatten().tolist()
    rle = masks.merge(masks.frPyObjects([corners], height, width))
    x, y, w, h = masks.toBbox(rle).tolist()
    polygons.append({"size": [height, width], "polygon": corners, "box": [x, y, x + w, y + h]})
with open(FOLDER / "masks.json", "w") as file:
    json.dump({"masks": cases, "polygons": polygons}, file)
    file.write("\n")
