"""Stage V: the ViT and the projector learn dense per-patch labels before any language loss.

Linear heads over the projector's output (discarded afterwards): fill, rim, digit, digit place, the sign's number, shape.
"""
import sys, time, math
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from pool import VIEWS, Progress, thin
from model import VisionModel, projector, to_patches, to_pixel_values, D

CLASSES = [6, 5, 11, 4, 12, 12, 12, 5]
WEIGHTS = [0.5, 0.3, 2.0, 0.7, 0.3, 0.3, 0.3, 0.5]


class Dense(nn.Module):
    def __init__(self):
        super().__init__()
        self.vision_model, self.mm_projector = VisionModel(), projector()
        self.heads = nn.Linear(D, sum(CLASSES))

    def forward(self, pixels, at=None):
        return self.heads(self.mm_projector(self.vision_model(pixels, at)))


def loss_and_accuracy(out, labels):
    """Weighted CE per head; digit-like heads only where a digit or sign is, plus a sample of background."""
    total, acc, parts = 0, {}, out.float().split(CLASSES, -1)
    for i, (logits, w) in enumerate(zip(parts, WEIGHTS)):
        y = labels[..., i]
        fg = (y > 0) & (y < 255)
        if i in (0, 2, 3, 7):
            valid = y < 255
            ce = F.cross_entropy(logits[valid], y[valid], reduction="none")
            scale = torch.where(fg[valid], 1.0, 0.15)
            total = total + w * (ce * scale).sum() / scale.sum()
        else:
            total = total + w * F.cross_entropy(logits[fg], y[fg])
        acc[i] = (logits[fg].argmax(-1) == y[fg]).float().mean().item()
    return total, acc


def train(pool, out_path, steps, batch=40, lr=1.5e-3, seed=0, init=None, val=150, kept=104, whole=0.94, begin=0.0):
    """begin: the part of the learning-rate curve that lies behind `init`. kept: patches of a view that stay until the fraction `whole` of the steps; it makes them 2-3 times faster."""
    torch.manual_seed(seed)
    views, labels = np.load(f"{pool}/views.npy", mmap_mode="r"), np.load(f"{pool}/labels.npy", mmap_mode="r")
    sheets, sheet_labels = np.load(f"{pool}/sheet_views.npy", mmap_mode="r"), np.load(f"{pool}/sheet_labels.npy", mmap_mode="r")
    n = len(views) - val * 3
    model = Dense()
    if init:
        model.load_state_dict(torch.load(init))
    decay = [p for p in model.parameters() if p.dim() > 1]
    rest = [p for p in model.parameters() if p.dim() <= 1]
    opt = torch.optim.AdamW([{"params": decay, "weight_decay": 0.02}, {"params": rest, "weight_decay": 0}], lr=lr, betas=(0.9, 0.98))
    rng = np.random.default_rng(seed)
    start, sums, progress = time.time(), [], Progress(out_path, model, opt, rng)
    for step in range(progress.step, steps):
        f = begin + (1 - begin) * step / steps
        for g in opt.param_groups:
            g["lr"] = lr * min(1, (step + 1) / 100) * (0.5 + 0.5 * math.cos(math.pi * f) * 0.98)
        m = batch * 2 // 5  # sheets; of the rest, one view in two is a full view
        idx, sidx = rng.integers(0, n // VIEWS, batch - m) * VIEWS, rng.integers(0, len(sheets), m)
        idx += np.where(rng.random(batch - m) < 0.5, rng.integers(1, VIEWS, batch - m), 0)
        x = torch.from_numpy(np.concatenate([views[idx], sheets[sidx]]))
        y = torch.from_numpy(np.concatenate([labels[idx], sheet_labels[sidx]])).long()
        full = torch.from_numpy(idx % VIEWS == 0).nonzero()[:, 0]
        y[full, :, 2:4] = torch.where(y[full, :, 2:4] > 0, 255, 0)  # numbers are unreadable there: no noise from them
        y[full, :, 4:7] = 0
        at = None
        if f < whole:
            at = torch.from_numpy(np.stack([thin(rng, v, kept) for v in y.numpy()]))
            y = torch.gather(y, 1, at[..., None].expand(-1, -1, y.shape[-1]))
        with torch.autocast("cpu", torch.bfloat16):
            o = model(to_pixel_values(x) if at is None else to_patches(x, at), at)
        loss, acc = loss_and_accuracy(o, y)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        opt.step()
        sums.append([loss.item()] + list(acc.values()))
        if step % 50 == 49:
            print(step + 1, f"{time.time() - start:.0f}s", " ".join(f"{v:.3f}" for v in np.nanmean(sums, 0)), flush=True)
            sums = []
        if step % 500 == 499:
            progress.save(step + 1)
            evaluate(model, views[n:], labels[n:])
    torch.save(model.state_dict(), out_path)
    progress.done()
    return model


@torch.no_grad()
def evaluate(model, views, labels):
    for name, keep in (("full", slice(0, None, 3)), ("zoom", slice(1, None, 3))):
        v, l = np.ascontiguousarray(views[keep]), np.ascontiguousarray(labels[keep])
        acc = [list(loss_and_accuracy(model(to_pixel_values(torch.from_numpy(v[i:i + 50]))), torch.from_numpy(l[i:i + 50]).long())[1].values())
               for i in range(0, len(v), 50)]
        print("  val", name, "fill rim digit place c1 c2 c3 shape:", np.nanmean(acc, 0).round(3).tolist(), flush=True)


if __name__ == "__main__":
    import argparse
    p = argparse.ArgumentParser()
    p.add_argument("pool"), p.add_argument("out"), p.add_argument("steps", type=int)
    for name, kind, default in (("threads", int, 2), ("init", str, None), ("lr", float, 1.5e-3), ("seed", int, 0), ("begin", float, 0.0)):
        p.add_argument("--" + name, type=kind, default=default)
    a = p.parse_args()
    torch.set_flush_denormal(True)
    torch.set_num_threads(a.threads)
    train(a.pool, a.out, a.steps, lr=a.lr, seed=a.seed, init=a.init, begin=a.begin)
