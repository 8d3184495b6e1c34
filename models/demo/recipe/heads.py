"""Find the grounding heads, the sink head and the thresholds of the preset on validation scenes.

usage: heads.py MODEL.pt OUT_PRESET.json [SCENES] [answer|last_prompt]
"""
import json, sys
import numpy as np
import torch
from export import load
from infer import auc
from maps import collect
from model import CELLS, GRID, HEADS, LAYERS_L

VALIDATION_SEED = 5


def mean_auc(maps, cells):
    return float(np.mean([auc(m, c) for m, c in zip(maps, cells)]))


def mean_score(maps, cells):
    """AUC and average precision in equal parts: a head should rank the tag's cells high and put its peak on them."""
    out = []
    for m, c in zip(maps, cells):
        hit = c.ravel()[np.argsort(-m.ravel(), kind="stable")]
        precision = (np.cumsum(hit) / np.arange(1, hit.size + 1))[hit].mean()
        out.append((auc(m, c) + precision) / 2)
    return float(np.mean(out))


def quantise(m):
    return m.astype(np.float16).astype(np.float32)


def choose(rows, cells, least=0.9, most=6):
    """Every head that scores at least `least` (the best one if none does): (table, heads, score of their mean map)."""
    table = {(l, h): mean_score(rows[:, l, h], cells) for l in range(LAYERS_L) for h in range(HEADS)}
    ranked = sorted(table, key=table.get, reverse=True)
    picked = [k for k in ranked if table[k] >= least][:most] or ranked[:1]
    return table, picked, mean_score(np.mean([rows[:, l, h] for l, h in picked], 0), cells)


def sink_score(rows, cells, g):
    """(score of g', layer, head, threshold) of the best sink head: cells it attends to are zeroed in g."""
    best = None
    for l in range(LAYERS_L):
        for h in range(HEADS):
            s = quantise(rows[:, l, h])
            for q in (0.8, 0.9, 0.95, 0.98, 0.99, 0.995):
                thr = float(np.quantile(s, q))
                if thr <= 0:
                    continue
                a = mean_score(np.where(s < thr, g, 0), cells)
                if best is None or a > best[0]:
                    best = (a, l, h, thr)
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
    """How good the pseudo-labels are against truth: fg precision and recall, tag cells called background, share kept."""
    tp = fp = fn = bad = bg = kept = 0
    for m, c in zip(g, cells):
        y, _, dropped = label(m.reshape(GRID, GRID), limits)
        if dropped:
            continue
        kept += 1
        tp += ((y == 1) & c).sum(); fp += ((y == 1) & ~c).sum(); fn += ((y != 1) & c).sum()
        bad += ((y == 0) & c).sum(); bg += (y == 0).sum()
    return {"precision": tp / max(1, tp + fp), "recall": tp / max(1, tp + fn), "bg_wrong": bad / max(1, tp + fn), "kept": kept / len(g)}


def main(model_path, out, count=300, use=None):
    model, _ = load(model_path)
    rows, truth = collect(model, VALIDATION_SEED, count)
    cells, result = [t["cells"] for t in truth], {}
    for name in ("answer", "last_prompt"):
        r = np.nan_to_num(rows[name])
        table, picked, best = choose(r, cells)
        print(name, "score per layer and head")
        for l in range(LAYERS_L):
            print("  ", l, [round(table[l, h], 3) for h in range(HEADS)])
        g = quantise(np.mean([r[:, l, h] for l, h in picked], 0))
        sink = sink_score(r, cells, g)
        print("  picked", picked, round(best, 4), "AUC", round(mean_auc(g, cells), 4), "sink (score of g', layer, head, thr)", sink)
        result[name] = (picked, best, sink, g, r)
    name = use or max(result, key=lambda n: result[n][1])
    picked, best, sink, g, r = result[name]
    use_sink = sink[0] > best
    if use_sink:
        g = np.where(quantise(r[:, sink[1], sink[2]]) < sink[3], g, 0)
    limits = {"binaryCoff": 0.2, "bgCoff": 0.1, "maxRatioLimit": 0.5}  # the paper's constants; others for comparison
    for b in (0.1, 0.2, 0.3, 0.4):
        print("   binaryCoff", b, {k: round(float(v), 3) for k, v in label_quality(g, cells, {**limits, "binaryCoff": b}).items()})
    grounding = [{"layer": l, "heads": sorted(h for ll, h in picked if ll == l)} for l in sorted({l for l, _ in picked})]
    preset = {
        "id": "demo", "name": "Fovea demo (LLaVA-1.5 in small)", "family": "llava", "grounding": grounding,
        "sink": [{"layer": sink[1], "heads": [sink[2]]}] if use_sink else None, "rows": name,
        "labels": {"variant": "llava", "sinkThresh": float(f"{sink[3]:.4g}"), **limits},
        "roi": {"variant": "llava", "form": "mask", "threshold": 0.3}, "rpn": {"k": 1, "t": 2}, "maxNewTokens": 16, "notes": "",
    }
    json.dump(preset, open(out, "w"), indent=2)
    print(json.dumps(preset))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.argv[1], sys.argv[2], int((sys.argv + [300])[3]), *sys.argv[4:5])
