"""Measure head sets and sinks on validation scenes; choose the preset's.

usage: heads.py MODEL.pt OUT_PRESET.json [SCENES]
"""
import json, sys
import numpy as np
import torch
from export import load
from infer import auc
from maps import collect
from model import CELLS, GRID, HEADS, LAYERS_L


NOTES = ("Chosen on validation scenes by models/demo/recipe/heads.py and table.py --tune: answer rows and every head of one layer, the layer whose denoised map "
         "is best, since nobody has picked heads for this model; the sink whose cells are best zeroed. binaryCoff and bgCoff are the paper's; the RoI threshold belongs "
         "to this 16x16 grid. Attention maps are divided by their maximum before the RoI rule, RPN logits go through the sigmoid.")
LIMITS = {"binaryCoff": 0.2, "bgCoff": 0.1, "maxRatioLimit": 0.5}  # the paper's


def mean_auc(maps, cells):
    return float(np.mean([auc(m, c) for m, c in zip(maps, cells)]))


def mean_score(maps, cells):
    """AUC and average precision in equal parts: a head should rank the sign's cells high and put its peak on them."""
    out = []
    for m, c in zip(maps, cells):
        hit = c.ravel()[np.argsort(-m.ravel(), kind="stable")]
        precision = (np.cumsum(hit) / np.arange(1, hit.size + 1))[hit].mean()
        out.append((auc(m, c) + precision) / 2)
    return float(np.mean(out))


def quantise(m):
    return m.astype(np.float16).astype(np.float32)


def mean_map(rows, heads):
    return quantise(np.mean([rows[:, l, h] for l, h in heads], 0))


def head_sets(rows, cells):
    """(score of every head, {name: heads}): the best few heads, every head of a layer, every head of two neighbouring layers."""
    table = {(l, h): mean_score(rows[:, l, h], cells) for l in range(LAYERS_L) for h in range(HEADS)}
    ranked = sorted(table, key=table.get, reverse=True)
    layer = lambda l: [(l, h) for h in range(HEADS)]
    sets = {f"best {n}": sorted(ranked[:n]) for n in (1, 2, 3, 4, 6, 8)}
    sets |= {f"layer {l}": layer(l) for l in range(LAYERS_L)}
    return table, sets | {f"layers {l}, {l + 1}": layer(l) + layer(l + 1) for l in range(LAYERS_L - 1)}


def sinks(rows):
    """{name: heads}: every head, and every layer's mean of all."""
    one = {f"head {l}.{h}": [(l, h)] for l in range(LAYERS_L) for h in range(HEADS)}
    return one | {f"layer {l}": [(l, h) for h in range(HEADS)] for l in range(LAYERS_L)}


def best_sink(rows, cells, g):
    """(score of g', name, heads, threshold) of the sink whose cells are best zeroed in g."""
    best = (mean_score(g, cells), None, None, None)
    for name, heads in sinks(rows).items():
        s = mean_map(rows, heads)
        for q in (0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99):
            threshold = float(f"{np.quantile(s, q):.3g}")
            score = mean_score(np.where(s < threshold, g, 0), cells)
            if threshold > 0 and score > best[0]:
                best = (score, name, heads, threshold)
    return best


def label(g, limits):
    """LLaVA labels of one denoised map [16,16]: (labels, box rows/cols inclusive, dropped)."""
    m = g.max()
    fg = g > limits["binaryCoff"] * m
    ys, xs = np.nonzero(fg)
    y0, x0, y1, x1 = (ys.min(), xs.min(), ys.max(), xs.max()) if len(ys) else (0, 0, GRID - 1, GRID - 1)
    out = np.full(g.shape, -100, np.int16)
    outside = np.ones(g.shape, bool)
    outside[y0:y1 + 1, x0:x1 + 1] = False
    out[outside & (g < limits["bgCoff"] * m)] = 0
    out[fg] = 1
    dropped = (y1 - y0 + 1) * (x1 - x0 + 1) >= limits["maxRatioLimit"] * g.size
    if dropped:
        out[:] = -100
    return out, (y0, x0, y1, x1), bool(dropped)


def label_quality(g, cells, limits):
    """How good the pseudo-labels are against truth: fg precision and recall, sign cells called background, share kept."""
    tp = fp = fn = bad = bg = kept = 0
    for m, c in zip(g, cells):
        y, _, dropped = label(m.reshape(GRID, GRID), limits)
        if dropped:
            continue
        kept += 1
        tp += ((y == 1) & c).sum(); fp += ((y == 1) & ~c).sum(); fn += ((y != 1) & c).sum()
        bad += ((y == 0) & c).sum(); bg += (y == 0).sum()
    return {"precision": tp / max(1, tp + fp), "recall": tp / max(1, tp + fn), "bg_wrong": bad / max(1, tp + fn), "kept": kept / len(g)}


def preset(rows, heads, sink, threshold):
    """The demo's preset file's content."""
    groups = lambda picked: [{"layer": l, "heads": sorted(h for ll, h in picked if ll == l)} for l in sorted({l for l, _ in picked})]
    return {
        "id": "demo", "name": "Fovea demo (LLaVA-1.5 in small)", "family": "llava", "grounding": groups(heads), "sink": groups(sink) if sink else None,
        "rows": rows, "labels": {"variant": "llava", "sinkThresh": threshold or 1e-3, **LIMITS},
        "roi": {"variant": "llava", "form": "mask", "threshold": 0.15}, "rpn": {"k": 1, "t": 2}, "maxNewTokens": 16, "notes": NOTES,
    }


def main(model_path, out, count=300):
    """Measures every head set with its best sink; writes the preset of the whole layer whose g' over answer rows is best."""
    model, _ = load(model_path)
    rows, cells = collect(model, count)
    chosen = None
    for name in ("answer", "last_prompt"):
        r = np.nan_to_num(rows[name])
        table, sets = head_sets(r, cells)
        print(name, "score per layer and head")
        for l in range(LAYERS_L):
            print("  ", l, [round(table[l, h], 3) for h in range(HEADS)])
        for set_name, heads in sets.items():
            g = mean_map(r, heads)
            score, sink, sink_heads, threshold = best_sink(r, cells, g)
            clean = g if sink is None else np.where(mean_map(r, sink_heads) < threshold, g, 0)
            q = [{k: round(float(v), 3) for k, v in label_quality(m, cells, LIMITS).items()} for m in (g, clean)]
            print(f"  {set_name}: raw {mean_score(g, cells):.4f} AUC {mean_auc(g, cells):.4f} -> {sink} < {threshold}: {score:.4f} AUC {mean_auc(clean, cells):.4f}", q, flush=True)
            if name == "answer" and set_name.startswith("layer ") and (chosen is None or score > chosen[0]):
                chosen = (score, preset(name, heads, sink_heads, threshold))
    with open(out, "w") as f:
        json.dump(chosen[1], f, indent=2)
        f.write("\n")


if __name__ == "__main__":
    torch.set_num_threads(2)
    main(sys.argv[1], sys.argv[2], *(int(v) for v in sys.argv[3:4]))
