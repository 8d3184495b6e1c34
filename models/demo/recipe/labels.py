"""Pseudo-labels for the RPN from the model's own attention on the pool's full views (no truth is used).

usage: labels.py MODEL.pt K OUT.pt POOL COUNT
OUT.pt: state float16 [n, S, D] (hidden_states[K]), last int64 [n], answer / last_prompt float16 [n, L, H, 256] (attention rows, so that
labels of any preset follow without another pass), cells bool [n, 256] (truth, for measuring only)
"""
import json, sys, time
import numpy as np
import torch
from export import load
from heads import label, quantise
from dataset import LANGS, ask
from maps import after_image, rows
from model import GRID
from pool import VIEWS
from scenes import sign_cells

LABEL_SEED = 3


def pick(r, groups):
    return quantise(np.mean([r[:, g["layer"], h] for g in groups for h in g["heads"]], 0))


def denoised(r, preset):
    """g' of attention rows [n, L, H, 256] under the preset, from float16-quantised maps."""
    g = pick(r, preset["grounding"])
    if preset["sink"]:
        g = np.where(pick(r, preset["sink"]) < preset["labels"]["sinkThresh"], g, 0)
    return g


def assign(data, preset):
    """(labels int8 [n, 256], number of dropped samples) by METHOD's LLaVA rule."""
    out, dropped = [], 0
    for g in denoised(data[preset["rows"]].float().numpy(), preset).reshape(-1, GRID, GRID):
        if np.isfinite(g).all():
            y, _, drop = label(g, preset["labels"])
        else:  # an immediate </s> gives no answer rows
            y, drop = np.full((GRID, GRID), -100), True
        dropped += drop
        out.append(y.reshape(-1))
    return torch.tensor(np.array(out), dtype=torch.int8), dropped


def collect(model, k, pool, count, batch=50):
    """`count` questions about the pool's full views, scene after scene, round after round."""
    views, meta, parts, cells = np.load(f"{pool}/views.npy", mmap_mode="r"), json.load(open(f"{pool}/meta.json")), [], []
    for i in range(0, count, batch):
        pictures, after = [], []
        for j in range(i, i + batch):
            m, rng = meta[j % len(meta)], np.random.default_rng([LABEL_SEED, j])
            at = int(rng.integers(0, len(m["signs"])))
            pictures.append(views[j % len(meta) * VIEWS])
            after.append(after_image(ask(rng, m, at, LANGS[j % 3])))
            cells.append(sign_cells(m["size"], m["signs"][at]["box"]).reshape(-1))
        r = rows(model, np.stack(pictures), after, k)
        parts.append({"state": r["state"], "last": r["last"], "answer": r["answer"].half(), "last_prompt": r["last_prompt"].half()})
    out = {name: torch.cat([p[name] for p in parts]) for name in parts[0]}
    return {**out, "cells": torch.tensor(np.array(cells))}


if __name__ == "__main__":
    torch.set_num_threads(2)
    torch.set_flush_denormal(True)
    start = time.time()
    model, _ = load(sys.argv[1])
    torch.save(collect(model, int(sys.argv[2]), sys.argv[4], int(sys.argv[5])), sys.argv[3])
    print(f"{sys.argv[5]} samples, {time.time() - start:.0f}s")
