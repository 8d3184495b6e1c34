"""Pseudo-labels for the RPN from the model's own attention on fresh scenes (no truth is used).

usage: labels.py MODEL.pt K OUT.pt COUNT
OUT.pt: state float16 [n, S, D] (hidden_states[K]), last int64 [n], answer / last_prompt float16 [n, L, H, 256] (attention rows, so that
labels of any preset follow without another pass), cells bool [n, 256] (truth, for measuring only)
"""
import sys, time
import numpy as np
import torch
from export import load
from heads import label, quantise
from maps import rows, samples
from model import GRID

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


def collect(model, k, seed, count, batch=50):
    parts, cells = [], []
    for i in range(0, count, batch):
        views, after, truth = samples(seed, i, batch)
        r = rows(model, views, after, k)
        parts.append({"state": r["state"], "last": r["last"], "answer": r["answer"].half(), "last_prompt": r["last_prompt"].half()})
        cells += [t["cells"].reshape(-1) for t in truth]
    out = {name: torch.cat([p[name] for p in parts]) for name in parts[0]}
    return {**out, "cells": torch.tensor(np.array(cells))}


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    start = time.time()
    model, _ = load(sys.argv[1])
    torch.save(collect(model, int(sys.argv[2]), LABEL_SEED, int(sys.argv[4])), sys.argv[3])
    print(f"{sys.argv[4]} samples, {time.time() - start:.0f}s")
