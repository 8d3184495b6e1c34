"""Loads an exported training pickle the way a trainer does and re-derives every label with NumPy alone.

An implementation of the label rules (METHOD section 2, the trainers' constants) that shares nothing with Fovea's
kernels, so that an export is checked by something other than the code that wrote it.

Usage: rederive_labels.py FILE llava|qwen ROWS COLS WIDTHxHEIGHT...   (a size per record, used for qwen)
Prints one JSON object per record.
"""

import json
import pickle
import sys

import numpy as np


def picture_rows(side, longest, cells):
    n = max(1, int(side / longest * cells))
    return (cells - n) // 2, n + -((n - cells) // 2)


def rederive(record, variant, shape, size):
    g = record["grounding_attn_o2i"].reshape(shape).astype(np.float64)
    s = record["sink_attn"].reshape(shape)
    sinks = s >= (1e-3 if variant == "llava" else 1e-2)
    picture = np.ones(shape, bool)
    if variant == "qwen":
        picture[:] = False
        x0, x1 = picture_rows(size[0], max(size), shape[1])
        y0, y1 = picture_rows(size[1], max(size), shape[0])
        picture[y0:y1, x0:x1] = True
    for_bg = np.where(sinks, 0, g)
    for_fg = np.where(picture, for_bg, 0)
    peak = for_fg.max()
    fg = (for_fg > 0.2 * peak) & (for_fg > 0)
    labels = np.full(shape, -100)
    if not fg.any():
        return labels
    rows, cols = np.flatnonzero(fg.any(1)), np.flatnonzero(fg.any(0))
    ring = 0 if variant == "llava" else 1
    top, bottom = max(0, rows[0] - ring), min(shape[0], rows[-1] + 1 + ring)
    left, right = max(0, cols[0] - ring), min(shape[1], cols[-1] + 1 + ring)
    if (bottom - top) * (right - left) >= 0.5 * g.size or (variant == "qwen" and peak < 5e-3):
        return labels
    outside = np.ones(shape, bool)
    outside[top:bottom, left:right] = False
    labels[outside & (for_bg < 0.1 * peak)] = 0
    labels[~picture] = 0
    labels[fg] = 1
    return labels


def main():
    path, variant, rows, cols, *sizes = sys.argv[1:]
    with open(path, "rb") as file:
        records = pickle.load(file)
    assert isinstance(records, list)
    for i, record in enumerate(records):
        size = tuple(int(n) for n in sizes[i].split("x")) if sizes else (1, 1)
        labels = rederive(record, variant, (int(rows), int(cols)), size)
        for key in ("sink_attn", "grounding_attn_o2i"):
            record[key] += 0  # arrays must be writable, as those NumPy pickles are
        line = {
            "labels": labels.ravel().tolist(),
            "types": {key: type(item).__name__ for key, item in record.items()},
            "dtypes": {k: v.dtype.str for k, v in record.items() if isinstance(v, np.ndarray)},
            "shapes": {k: list(v.shape) for k, v in record.items() if isinstance(v, np.ndarray)},
            "texts": {k: v for k, v in record.items() if isinstance(v, str)},
            "first": {k: float(v.flat[0]) for k, v in record.items() if isinstance(v, np.ndarray)},
        }
        print(json.dumps(line))


main()
