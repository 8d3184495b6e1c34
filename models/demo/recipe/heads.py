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


def choose(rows, cells, most=3):
    """Greedy choice of up to `most` heads whose mean map scores best."""
    table = {(l, h): mean_score(rows[:, l, h], cells) for l in range(LAYERS_L) for h in range(HEADS)}
    ranked, picked, best = sorted(table, key=table.get, reverse=True)[:8], [], 0
    while len(picked) < most:
        score, head = max((mean_score(np.mean([rows[:, l, h] for l, h in picked + [c]], 0), cells), c) for c in ranked if c not in picked)
        if score <= best + 0.002:
            break
        best, picked = score, picked + [head]
    return table, picked, best


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
    """How good the pseudo-labels are against truth: fg precision, recall, background purity, share kept."""
    tp = fp = fn = bad = bg = kept = 0
    for m, c in zip(g, cells):
        y, _, dropped = label(m.reshape(GRID, GRID), limits)
        if dropped:
            continue
        kept += 1
        tp += ((y == 1) & c).sum(); fp += ((y == 1) & ~c).sum(); fn += ((y != 1) & c).sum()
        bad += ((y == 0) & c).sum(); bg += (y == 0).sum()
    return {"precision": tp / max(1, tp + fp), "recall": tp / max(1, tp + fn), "bg_wrong": bad / max(1, bad + tp + fn), "kept": kept / len(g)}


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
    use_sink = sink[0] > best + 0.0005
    if use_sink:
        g = np.where(quantise(r[:, sink[1], sink[2]]) < sink[3], g, 0)
    options = []
    for b in (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5):
        for c in (0.02, 0.05, 0.1, 0.15, 0.2):
            if c <= b:
                limits = {"binaryCoff": b, "bgCoff": c, "maxRatioLimit": 0.5}
                q = label_quality(g, cells, limits)
                f1 = 2 * q["precision"] * q["recall"] / max(1e-9, q["precision"] + q["recall"])
                options.append((f1 * q["kept"] ** 0.3 - 0.5 * q["bg_wrong"], limits, q))
    options.sort(key=lambda o: -o[0])
    for o in options[:4]:
        print("  ", round(o[0], 3), o[1], {k: round(float(v), 3) for k, v in o[2].items()})
    limits = options[0][1]
    grounding = [{"layer": l, "heads": sorted(h for ll, h in picked if ll == l)} for l in sorted({l for l, _ in picked})]
    preset = {
        "id": "demo", "name": "Fovea demo (LLaVA-1.5 in small)", "family": "llava", "grounding": grounding,
        "sink": [{"layer": sink[1], "heads": [sink[2]]}] if use_sink else None, "rows": name,
        "labels": {"variant": "llava", "sinkThresh": float(f"{sink[3]:.4g}"), **limits},
        "roi": {"variant": "llava", "form": "mask", "threshold": 0.3}, "rpn": {"k": 4, "t": 2}, "maxNewTokens": 16, "notes": "",
    }
    json.dump(preset, open(out, "w"), indent=2)
    print(json.dumps(preset))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.argv[1], sys.argv[2], int((sys.argv + [300])[3]), *sys.argv[4:5])
