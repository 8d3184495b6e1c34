"""Self-distil the RPN: BCE on the pseudo-labels, base model frozen.

usage: rpn.py MODEL.pt PRESET.json LABELS.pt OUT.pt
"""
import json, math, sys, time
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from export import load
from infer import PREFIX, auc
from labels import assign
from model import CELLS, HEADS, HEAD_DIM, Rpn, rope_tables


def scores(rpn, x, last):
    """Logits [B, 256] for right-padded prompts; last: index of each prompt's last token."""
    cos, sin = rope_tables(torch.arange(x.shape[1]))
    for layer in rpn.twig_layers[:-1]:
        x = layer(x, cos, sin)
    end = rpn.twig_layers[-1]
    b = x.shape[0]
    q = end.self_attn.q_proj(end.input_layernorm(rpn.twig_norm(x[torch.arange(b), last]))).view(b, HEADS, 1, HEAD_DIM)
    k = end.self_attn.k_proj(end.input_layernorm(rpn.twig_norm(x[:, PREFIX:PREFIX + CELLS]))).view(b, CELLS, HEADS, HEAD_DIM).transpose(1, 2)
    return (q @ k.transpose(-1, -2) / HEAD_DIM ** 0.5).mean(1)[:, 0]


@torch.no_grad()
def measure(rpn, data, n=500):
    out = torch.cat([scores(rpn, data["state"][i:i + 50].float(), data["last"][i:i + 50]) for i in range(0, n, 50)])
    return float(np.mean([auc(p, c) for p, c in zip(out.numpy(), data["cells"][:n].numpy())]))


def train(model, preset, data, epochs=2, batch=64, lr=2e-3, seed=4, holdout=500):
    torch.manual_seed(seed)
    labels, dropped = assign(data, preset)
    on = (data["cells"] & (labels == 1)).sum() / (labels == 1).sum()
    print(f"{len(labels)} samples, {dropped} dropped, fg {(labels == 1).float().mean():.4f}, bg {(labels == 0).float().mean():.4f}, fg on the sign {on:.3f}")
    rpn = Rpn(model.model, preset["rpn"]["k"], preset["rpn"]["t"])
    keep = ((labels == 1).any(1)).nonzero()[:, 0]
    keep = keep[keep >= holdout]
    steps, start, step = epochs * (len(keep) // batch), time.time(), 0
    opt = torch.optim.AdamW(rpn.parameters(), lr=lr, betas=(0.9, 0.98), weight_decay=0)
    for _ in range(epochs):
        order = keep[torch.randperm(len(keep))]
        for i in range(0, len(order) - batch + 1, batch):
            for g in opt.param_groups:
                g["lr"] = lr * min(1, (step + 1) / (0.03 * steps)) * (0.5 + 0.5 * math.cos(math.pi * step / steps))
            idx = order[i:i + batch]
            with torch.autocast("cpu", torch.bfloat16):
                logits = scores(rpn, data["state"][idx].float(), data["last"][idx]).float()
            y = labels[idx]
            valid = y >= 0
            loss = F.binary_cross_entropy_with_logits(logits[valid], y[valid].float())
            opt.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(rpn.parameters(), 1.0)
            opt.step()
            step += 1
            if step % 100 == 0 or step == steps:
                print(step, "of", steps, f"{time.time() - start:.0f}s loss {loss.item():.4f} AUC {measure(rpn, data, 200):.4f}", flush=True)
    return rpn


if __name__ == "__main__":
    torch.set_num_threads(2)
    torch.set_flush_denormal(True)
    model, _ = load(sys.argv[1])
    preset, data = json.load(open(sys.argv[2])), torch.load(sys.argv[3])
    rpn = train(model, preset, data)
    torch.save({"fovea": model.state_dict(), "rpn": rpn.state_dict(), "k": rpn.k, "t": rpn.t}, sys.argv[4])
    print("AUC on 500 scenes kept out of the training", round(measure(rpn, data), 4))
