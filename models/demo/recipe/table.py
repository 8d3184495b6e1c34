"""The table: alone, true box, raw-attention crop, denoised crop, RPN crop; ROC-AUC per cell. fp32, greedy decoding.

usage: table.py MODEL.pt PRESET.json SCENES_SPLIT_FOLDER [LIMIT]        measure a split written by dataset.py
       table.py MODEL.pt PRESET.json --tune                            choose the RoI threshold on validation scenes, write it there
"""
import json, sys, time
import numpy as np
import torch
import tokenizer as T
from export import load
from heads import label
from infer import Runner, auc, load_image
from maps import validation
from model import GRID
from scenes import full_view, sign_cells


def questions(folder):
    for line in open(f"{folder}/questions.jsonl"):
        q = json.loads(line)
        yield load_image(f"{folder}/{q['image']}"), q["text"], q["answer"], q["boxes"][0]


def prepare(runner, items):
    """Per item: tokens, alone answer, and the three maps."""
    out, preset = [], runner.preset
    for image, text, answer, box in items:
        tokens = runner.visual(full_view(image))[0]
        alone = runner.greedy(tokens, text)
        r = runner.attention(tokens, text, alone)[runner.preset["rows"]]
        raw, sink = runner.maps(r) if r is not None else (np.zeros((GRID, GRID), np.float32), None)
        logits = runner.rpn_logits(tokens, text).numpy().reshape(GRID, GRID)
        out.append({"image": image, "text": text, "answer": answer, "box": box, "tokens": tokens, "alone": T.answer_text(alone),
                    "cells": sign_cells(image.size, box), "raw": raw, "denoised": runner.denoise(raw, sink) if r is not None else raw,
                    "rpn": 1 / (1 + np.exp(-logits)), "seen": {}})
        out[-1]["dropped"] = label(out[-1]["denoised"], preset["labels"])[2]
    return out


def crop_answers(runner, items, name):
    """(accuracy, share of questions with a second stage); answers are remembered per box."""
    ok = made = 0
    for it in items:
        if name == "true":
            box, keep = it["box"], None
        else:
            box, keep = (None, None) if it["dropped"] and name != "rpn" else runner.roi_of_map(it[name], it["image"].size, name != "rpn")
        if box is None:
            ok += it["alone"] == it["answer"]
            continue
        made += 1
        key = (tuple(box), None if keep is None else keep.tobytes())
        if key not in it["seen"]:
            it["seen"][key] = runner.right(runner.second_stage(it["image"], it["tokens"], box, keep), it["text"], it["answer"])
        ok += it["seen"][key]
    return ok / len(items), made / len(items)


def main(model_path, preset_path, where, limit=None):
    torch.set_num_threads(1)
    model, rpn = load(model_path)
    preset = json.load(open(preset_path))
    runner, start = Runner(model, rpn, preset), time.time()
    tune = where == "--tune"
    items = prepare(runner, [(s.image, *q) for s, *q in validation(1000, 150)] if tune else list(questions(where))[: int(limit) if limit else None])
    print(f"{len(items)} questions, alone {np.mean([i['alone'] == i['answer'] for i in items]):.3f}")
    for name in ("raw", "denoised", "rpn"):
        print("AUC", name, round(float(np.mean([auc(i[name], i["cells"]) for i in items])), 4))
    best = (-1, None)
    for t in ([0.06, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4] if tune else [preset["roi"]["threshold"]]):
        preset["roi"]["threshold"] = t
        measured = {n: crop_answers(runner, items, n) for n in ("raw", "denoised", "rpn")}
        print("threshold", t, {n: [round(v, 3) for v in m] for n, m in measured.items()}, "(accuracy, share with a crop)", flush=True)
        if measured["rpn"][0] > best[0]:  # the lowest of the best: fewer questions go without a crop
            best = (measured["rpn"][0], t)
    if tune:
        preset["roi"]["threshold"] = best[1]
        with open(preset_path, "w") as f:
            json.dump(preset, f, indent=2)
            f.write("\n")
        print("chosen", best[1])
    print("true box", crop_answers(runner, items, "true")[0], f"{time.time() - start:.0f}s")


if __name__ == "__main__":
    main(*sys.argv[1:])
