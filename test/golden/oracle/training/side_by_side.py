"""One run in PyTorch and the same run in Fovea: same weights, same samples in the same order, same settings.

    PYTHONPATH=<transformers 5.24> python side_by_side.py --node NODE --authors GIT_DIR [--steps N]

Writes side_by_side.json beside itself: the largest difference of the loss curves, and of each final weight tensor
‖a − b‖ ÷ ‖b‖. NODE is the Node that runs side_by_side.ts; GIT_DIR holds the authors' SD-RPN repository (for their focal
loss). Takes some minutes on one thread; never part of the tests.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
import torch.nn.functional as F
import transformers
from safetensors.torch import save_file
from torch import nn
from transformers import TrainingArguments, get_cosine_schedule_with_warmup

from branches import Branch

HERE = Path(__file__).parent
parser = argparse.ArgumentParser()
parser.add_argument("--node", required=True)
parser.add_argument("--authors", required=True)
parser.add_argument("--steps", type=int, default=240)
options = parser.parse_args()
torch.set_num_threads(1)

BATCH, EXAMPLES = 4, 32
CASES = {
    "llava": dict(family="llava", loss="bce", hidden=128, inner=352, heads=4, kv_heads=4, t=3, grid=(8, 8), label=(8, 8), lr=1e-3, beta2=0.98, wd=0.0),
    "llava-focal": dict(family="llava", loss="focal", hidden=96, inner=256, heads=4, kv_heads=4, t=2, grid=(8, 8), label=(8, 8), lr=1e-3, beta2=0.98, wd=0.01),
    "qwen": dict(family="qwen", loss="bce", hidden=128, inner=352, heads=8, kv_heads=2, t=3, grid=(7, 9), label=(8, 8), lr=1e-3, beta2=0.999, wd=0.0),
}


def authors_focal():
    source = subprocess.run(
        ["git", f"--git-dir={options.authors}", "show", "HEAD:LLaVA/llava/llm_src/visual_processing.py"],
        capture_output=True, text=True, check=True,
    ).stdout
    body = source[source.index("class FocalLoss") :]
    end = body.find("\ndef ")
    space = dict(nn=nn, F=F, torch=torch)
    exec(body if end < 0 else body[:end], space)
    return space["FocalLoss"](gamma=2.0, reduction="mean")


def examples_of(case, generator):
    """Random states; those of RoI cells lie a little along one direction, the query along another."""
    d, (rows, columns) = case["hidden"], case["grid"]
    direction = torch.randn(d, generator=generator)
    out = []
    for i in range(EXAMPLES):
        start = 5 + i % 4
        count = rows * columns
        length = start + count + 9 + i % 5
        hidden = torch.randn(length, d, generator=generator)
        centre = torch.rand(2, generator=generator)
        place = lambda grid: torch.stack(
            torch.meshgrid(*[(torch.arange(n) + 0.5) / n for n in grid], indexing="ij"), -1
        )
        hidden[start : start + count] += 0.6 * direction * ((place(case["grid"]) - centre).norm(dim=-1) < 0.3).flatten()[:, None]
        away = (place(case["label"]) - centre).norm(dim=-1).flatten()
        labels = torch.where(away < 0.3, 1, torch.where(away < 0.4, -100, 0))
        # One in ten is wrong, so that there is something to learn until the end.
        wrong = (torch.rand(labels.shape, generator=generator) < 0.1) & (labels >= 0)
        labels = torch.where(wrong, 1 - labels, labels)
        out.append(SimpleNamespace(hidden=hidden.contiguous(), length=length, visual=(start, start + count), labels=labels))
    return out


def run(name, case, folder):
    generator = torch.Generator().manual_seed(sum(map(ord, name)))
    shape = {k: case[k] for k in ("hidden", "inner", "heads", "kv_heads", "t")}
    branch = Branch(case["family"], shape)
    for key, parameter in branch.named_parameters():
        with torch.no_grad():
            random = torch.randn(parameter.shape, generator=generator)
            parameter.copy_(1 + 0.1 * random if "norm" in key else random / (parameter.shape[-1] ** 0.5 if parameter.dim() > 1 else 10))
    samples = examples_of(case, generator)
    order = [torch.randperm(EXAMPLES, generator=generator)[:BATCH].tolist() for _ in range(options.steps)]
    decayed = [p for p in branch.parameters() if p.dim() > 1]
    others = [p for p in branch.parameters() if p.dim() == 1]
    settings = dict(lr=case["lr"], betas=(0.9, case["beta2"]), eps=1e-8)
    optimiser = torch.optim.AdamW([dict(params=decayed, weight_decay=case["wd"]), dict(params=others, weight_decay=0.0)], **settings)
    warmup = TrainingArguments.get_warmup_steps(SimpleNamespace(warmup_steps=0.03), options.steps)
    schedule = get_cosine_schedule_with_warmup(optimiser, warmup, options.steps)
    save_file({f"model.{k}": v.detach().contiguous().clone() for k, v in branch.named_parameters()}, folder / "start.safetensors")
    save_file(
        {f"{part}.{i}": getattr(s, part) if part == "hidden" else s.labels.to(torch.int8) for i, s in enumerate(samples) for part in ("hidden", "labels")},
        folder / "samples.safetensors",
    )
    loss_of = nn.BCEWithLogitsLoss() if case["loss"] == "bce" else authors_focal()
    losses, norms = [], []
    for batch in order:
        total = 0.0
        for i in batch:
            s = samples[i]
            scores = branch.scores(s.hidden, s.visual, case["grid"])
            if case["grid"] != case["label"]:
                scores = F.interpolate(scores.view(1, 1, *case["grid"]), size=case["label"], mode="bilinear", align_corners=False).flatten()
            kept = s.labels != -100
            loss = loss_of(scores[kept], s.labels[kept].float())
            (loss / BATCH).backward()
            total += loss.item()
        norms.append(float(nn.utils.clip_grad_norm_(branch.parameters(), 1.0)))
        optimiser.step()
        schedule.step()
        optimiser.zero_grad()
        losses.append(total / BATCH)
    save_file({f"model.{k}": v.detach().contiguous() for k, v in branch.named_parameters()}, folder / "end.safetensors")
    (folder / "case.json").write_text(json.dumps(dict(
        family=case["family"],
        text=branch.settings(),
        t=case["t"],
        settings=dict(loss=case["loss"], learningRate=case["lr"], betas=(0.9, case["beta2"]), epsilon=1e-8, weightDecay=case["wd"],
                      clipNorm=1, warmup=0.03, steps=options.steps, batch=BATCH, device="cpu", cpuThreads=1),
        grid=case["grid"], labelGrid=case["label"],
        samples=[dict(length=s.length, visual=s.visual) for s in samples],
        order=order, losses=losses, norms=norms,
    )))
    out = subprocess.run([options.node, str(HERE / "side_by_side.ts"), str(folder)], capture_output=True, text=True)
    if out.returncode != 0:
        raise RuntimeError(out.stderr)
    return json.loads(out.stdout)


results = {}
for name, case in CASES.items():
    with tempfile.TemporaryDirectory() as folder:
        results[name] = run(name, case, Path(folder))
        print(name, {k: v for k, v in results[name].items() if k != "tensors"}, flush=True)
made_with = dict(torch=torch.__version__, transformers=transformers.__version__)
(HERE / "side_by_side.json").write_text(json.dumps(dict(made_with=made_with, runs=results), indent=1) + "\n")
