"""Stage L: the decoder learns to find signs and to read numbers over cached visual features (vision frozen).

Several question-answer segments follow one image under a block mask; each segment's positions restart right after the
image, so they equal those at inference. Curriculum: (a) binding on full views, (b) reading in zooms, (c) everything, with
[full + crop] pairs in SD-RPN's second-stage layout (crop tokens right after the original visual tokens).
"""
import json, math, os, sys, time
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import tokenizer as T
from infer import PREFIX
from model import CELLS, Fovea, to_pixel_values
from pool import VIEWS, Progress, described, thin
from scenes import FILL_NAMES, RIM_NAMES, SHAPE_NAMES, crop_view, full_view, make_scene, square_region
from tokenizer import FILL_WORD
from vision import CLASSES

SEG = 20  # tokens kept per segment (the longest needs 19)
LANGS = ["en", "fr", "zh"]


# ---- questions -------------------------------------------------------------------------------------------------
def segment(question, answer):
    """(input ids after the image, target ids or -100), both SEG long."""
    ids = T.prompt_ids(question)
    after = ids[ids.index(T.IMAGE) + 1:]
    full = after + T.encode_words(answer) + [T.EOS]
    inputs, targets = full[:-1], [-100] * (len(after) - 1) + full[len(after):]
    assert len(inputs) <= SEG
    pad = SEG - len(inputs)
    return inputs + [T.PAD] * pad, targets + [-100] * pad


def qa(rng, meta, sign, kind):
    """(question, answer) about meta["signs"][sign]. kind: number, rim, or look (its colour or its shape, else its rim)."""
    lang, s, everything = LANGS[rng.integers(0, 3)], meta["signs"][sign], meta["signs"] + meta["blanks"]
    pick = lambda table, name: table[lang][rng.integers(0, len(table[lang]))].format(name)
    only = lambda key: sum(o[key] == s[key] for o in everything) == 1
    if kind == "number":
        return pick(T.CODE_Q, T.refer(rng, lang, everything, sign)), s["code"]
    if kind == "look" and only("fill"):
        return pick(T.SHAPE_Q, T.phrase(lang, s["fill"], None)), T.shape_word(lang, s["shape"])
    if kind == "look" and only("shape"):
        return pick(T.COLOUR_Q, T.phrase(lang, None, s["shape"])), T.colour_word(lang, s["fill"])
    return pick(T.RIM_Q, T.refer(rng, lang, everything, sign)), T.colour_word(lang, s["rim"])


# ---- features --------------------------------------------------------------------------------------------------
@torch.no_grad()
def features(vision, views, batch=64):
    """float16 [n, 256, D] of uint8 views."""
    out = []
    for i in range(0, len(views), batch):
        x = to_pixel_values(torch.tensor(np.asarray(views[i:i + batch])))
        with torch.autocast("cpu", torch.bfloat16):
            out.append(vision(x).to(torch.float16))
    return torch.cat(out)


def cached_features(vision, pool, scenes, path):
    """Features of the scenes' views, then of the crowded ones; kept on disk for a restart (delete the file with the vision model)."""
    if not os.path.exists(path):
        views = np.load(f"{pool}/views.npy", mmap_mode="r")[:scenes * VIEWS]
        torch.save(torch.cat([features(vision, views), features(vision, np.load(f"{pool}/crowd_views.npy", mmap_mode="r"))]), path)
    return torch.load(path)


# ---- one batch -------------------------------------------------------------------------------------------------
_masks = {}


def layout(images, segments, kept=None, blind=False):
    """(additive mask [segment rows, S], positions [S], prefix) for `images` x 256 visual tokens (`kept` of them) and `segments` blocks.

    blind: the segments do not see the tokens before the image."""
    key = (images, segments, kept, blind)
    if key not in _masks:
        p = PREFIX + (kept or images * CELLS)
        s = p + segments * SEG
        mask = torch.full((s - p, s), float("-inf"))
        mask[:, PREFIX if blind else 0:p] = 0
        for i in range(segments):
            mask[i * SEG:(i + 1) * SEG, p + i * SEG:p + (i + 1) * SEG].masked_fill_(torch.ones(SEG, SEG, dtype=torch.bool).tril(), 0)
        start = PREFIX + images * CELLS
        pos = torch.cat([torch.arange(p)] + [torch.arange(start, start + SEG)] * segments)
        _masks[key] = (mask, pos, p)
    return _masks[key]


def forward(llm, visual, inputs, at=None, blind=False):
    """visual: float [B, images*256, D] (before the projector); inputs [B, segments, SEG] -> hidden states of the segments.

    at [B, kept]: visual holds only these tokens of the image(s), at their true positions.
    """
    b, n, _ = inputs.shape
    if at is None:
        mask, pos, prefix = layout(visual.shape[1] // CELLS, n, None, blind)
    else:
        mask, pos, prefix = layout(1 if at.max() < CELLS else 2, n, at.shape[1], blind)
        pos = pos.repeat(b, 1)
        pos[:, PREFIX:prefix] = at + PREFIX
    head = llm.embed_tokens(torch.tensor([T.BOS] + T.encode_words("USER:"))).expand(b, -1, -1)
    x = torch.cat([head, llm.mm_projector(visual), llm.embed_tokens(inputs.view(b, -1))], 1)
    return llm.run_blocks(x, pos, prefix, mask)


BLIND = 0.5  # share of steps whose questions do not see <s> and the words before the image: what a head has no use for then goes to visual tokens, as in large models
KEEP = {"full": (80,), "zoom": (96,), "pair": (64, 96), "crowd": (120,)}  # visual tokens that stay per image in the fast part of the training


def make_batch(rng, feats, meta, kind, size, segments, scenes, labels=None):
    """(visual, inputs, targets, at); with `labels` the views are thinned to KEEP tokens, else at is None."""
    inputs, targets, rows = [], [], []
    if kind == "crowd":  # appended after the scenes' views
        for i in rng.integers(scenes, len(meta), size):
            rows.append([scenes * (VIEWS - 1) + i])
            enc = [segment(*qa(rng, meta[i], int(rng.integers(0, len(meta[i]["signs"]))), k)) for k in segments]
            inputs.append([e[0] for e in enc])
            targets.append([e[1] for e in enc])
    for i in rng.integers(0, scenes, size if kind != "crowd" else 0):
        m = meta[i]
        if kind == "full":
            rows.append([i * VIEWS])
            segs = [qa(rng, m, int(rng.integers(0, len(m["signs"]))), k) for k in segments]
        else:
            j = int(rng.integers(0, VIEWS - 1))
            rows.append([i * VIEWS + 1 + j] if kind == "zoom" else [i * VIEWS, i * VIEWS + 1 + j])
            segs = [qa(rng, m, m["crops"][j]["sign"], k) for k in segments]
        enc = [segment(*s) for s in segs]
        inputs.append([e[0] for e in enc])
        targets.append([e[1] for e in enc])
    rows, at = torch.tensor(rows), None
    if labels is None:
        visual = feats[rows].flatten(1, 2).float()
    else:
        at = torch.from_numpy(np.stack([np.concatenate([thin(rng, labels[v], k) + CELLS * j for j, (v, k) in enumerate(zip(r, KEEP[kind]))]) for r in rows.tolist()]))
        visual = feats[torch.gather(rows, 1, at // CELLS), at % CELLS].float()
    return visual, torch.tensor(inputs), torch.tensor(targets), at


# ---- training --------------------------------------------------------------------------------------------------
def words_of_classes():
    """{column of the dense heads: words that mean it, in all languages}: colours of fills and rims, digits, shapes."""
    starts = np.cumsum([0] + CLASSES)
    said = lambda c: " ".join([FILL_WORD["en"][c], *FILL_WORD["fr"][c], FILL_WORD["zh"][c]])
    classes = {starts[0] + 1 + i: said(c) for i, c in enumerate(FILL_NAMES)} | {starts[1] + 1 + i: said(c) for i, c in enumerate(RIM_NAMES)}
    classes |= {starts[7] + 1 + i: " ".join(T.phrase(lang, None, c) for lang in LANGS) for i, c in enumerate(SHAPE_NAMES)}
    ids = {column: set(T.encode_words(words)) for column, words in classes.items()}
    shapes = [i for column, found in ids.items() if column > starts[7] for i in found]
    ids = {column: [i for i in found if shapes.count(i) < 2] for column, found in ids.items()}  # not the article, not 牌
    return ids | {starts[2] + 1 + d: [T.VOCAB[str(d)], T.VOCAB[f"##{d}"]] for d in range(10)}


@torch.no_grad()
def begin_words(llm, heads, length=0.25):
    """Words begin where the projector already puts what they mean: along the directions of stage V's linear heads, so that a
    question's words and the signs they name are alike from the first step on."""
    heads = heads - heads.mean(0)
    for column, ids in words_of_classes().items():
        for table in (llm.embed_tokens.weight, llm.lm_head.weight):
            table[ids] += length * F.normalize(heads[column], dim=0)


FULL_A = ["rim", "look", "rim", "look", "rim", "look"]
FULL_W = FULL_A * 2  # with every token the picture is the dear part: twice the questions about it for a third more time
FULL_C = ["number", "rim", "number", "look", "number", "rim"]
CROWD = ["number", "number", "rim", "number", "number"]
ZOOM = ["number", "number", "rim", "number"]
PAIR = ["number", "number", "rim", "number"]


def plan(f, rng):
    """(kind, segments) at fraction f of the curriculum: binding, reading, [full + crop] pairs, choosing among readable signs, everything."""
    u = rng.random()
    if f >= 1:  # the whole part: choosing in full views above all
        return ("full", FULL_W) if u < 0.52 else ("full", FULL_C) if u < 0.56 else ("crowd", CROWD) if u < 0.82 else ("zoom", ZOOM) if u < 0.86 else ("pair", PAIR)
    if f < 0.18:
        return ("full", FULL_A)
    if f < 0.35:
        return ("zoom", ZOOM) if u < 0.65 else ("full", FULL_A)
    if f < 0.55:
        return ("full", FULL_C) if u < 0.27 else ("zoom", ZOOM) if u < 0.45 else ("pair", PAIR)
    if f < 0.8:
        return ("crowd", CROWD) if u < 0.65 else ("full", FULL_A) if u < 0.78 else ("pair", PAIR)
    return ("full", FULL_A) if u < 0.35 else ("full", FULL_C) if u < 0.4 else ("crowd", CROWD) if u < 0.65 else ("zoom", ZOOM) if u < 0.7 else ("pair", PAIR)


def train(pool, vision_path, out_path, steps, batch=16, lr=1.2e-3, seed=2, init=None, scenes=None, begin=0.0, end=1.0, whole=0.92, val_every=500):
    """begin, end: the part of the curriculum (and of the learning-rate curve) that these steps walk through.
    whole: from this fraction on every visual token is kept; before it, thinned views make steps 2-3 times faster."""
    torch.manual_seed(seed)
    meta = json.load(open(f"{pool}/meta.json"))
    scenes = scenes or len(meta)
    meta = meta[:scenes] + json.load(open(f"{pool}/crowd_meta.json"))
    model = Fovea(T.VOCAB_SIZE)
    dense = torch.load(vision_path)
    model.vision_model.load_state_dict({k[len("vision_model."):]: v for k, v in dense.items() if k.startswith("vision_model.")})
    model.model.mm_projector.load_state_dict({k[len("mm_projector."):]: v for k, v in dense.items() if k.startswith("mm_projector.")})
    begin_words(model.model, dense["heads.weight"])
    if init:
        model.load_state_dict(torch.load(init)["fovea"])
    start = time.time()
    feats = cached_features(model.vision_model, pool, scenes, out_path + ".features.pt")
    labels = np.concatenate([np.load(f"{pool}/labels.npy", mmap_mode="r")[:scenes * VIEWS], np.load(f"{pool}/crowd_labels.npy")])
    val = Validation(model.vision_model, 60)
    print("features", tuple(feats.shape), f"{time.time() - start:.0f}s", flush=True)
    llm, rng = model.model, np.random.default_rng(seed)
    groups = [{"params": [p for p in llm.parameters() if p.dim() > 1], "weight_decay": 0.02}, {"params": [p for p in llm.parameters() if p.dim() <= 1], "weight_decay": 0}]
    opt = torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.98))
    start, sums, progress = time.time(), {}, Progress(out_path, model, opt, rng)
    for step in range(progress.step, steps):
        f = begin + (end - begin) * step / steps
        fall = step / steps if begin >= 1 else max(0, (f - 0.7) / 0.3)  # the whole part has a curve of its own
        scale = min(1, (step + 1) / 100) * (0.51 + 0.49 * math.cos(math.pi * fall))
        for g in opt.param_groups:
            g["lr"] = lr * scale
        kind, segments = plan(f, rng)
        visual, inputs, targets, at = make_batch(rng, feats, meta, kind, batch, segments, scenes, labels if f < whole else None)
        with torch.autocast("cpu", torch.bfloat16):
            h = forward(llm, visual, inputs, at, rng.random() < BLIND).reshape(-1, visual.shape[-1])
            asked = (targets.view(-1) >= 0).nonzero()[:, 0]
            logits = llm.logits(h[asked]).float()
        y = targets.view(-1)[asked]
        loss = F.cross_entropy(logits, y)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(llm.parameters(), 1.0)
        opt.step()
        sums.setdefault(kind, []).append([loss.item(), (logits.argmax(-1) == y).float().mean().item()])
        if step % 50 == 49:
            print(step + 1, f"{time.time() - start:.0f}s", {k: np.mean(v, 0).round(3).tolist() for k, v in sums.items()}, flush=True)
            sums = {}
        if step % val_every == val_every - 1:
            progress.save(step + 1)
            print("  val", val.measure(llm), flush=True)
    torch.save({"fovea": model.state_dict()}, out_path)
    progress.done()
    return model


class Validation:
    """Exact-match accuracy on scenes of the validation photographs (greedy is right exactly when every teacher-forced argmax is)."""

    def __init__(self, vision, scenes, seed=5):
        rng = np.random.default_rng(seed)
        full, true, roi, segs = [], [], [], []
        for i in range(scenes):
            scene = make_scene([seed, i], "validation")
            at = int(rng.integers(0, len(scene.signs)))
            sign = scene.signs[at]
            x0, y0, x1, _ = square_region(scene.size)
            c = (x1 - x0) / 16
            box = (x0 + ((sign.box[0] - x0) // c) * c - c / 2, y0 + ((sign.box[1] - y0) // c) * c - c / 2,
                   x0 + ((sign.box[2] - x0) // c + 1.5) * c, y0 + ((sign.box[3] - y0) // c + 1.5) * c)
            h, w = scene.pixels.shape[:2]
            box = (max(0, box[0]), max(0, box[1]), min(w, box[2]), min(h, box[3]))
            full.append(full_view(scene.image))
            true.append(crop_view(scene.image, sign.box))
            roi.append(crop_view(scene.image, box))
            segs.append([segment(*qa(rng, described(scene), at, k)) for k in ("number", "rim", "look")])
        self.full, self.true, self.roi = (features(vision, v).float() for v in (full, true, roi))
        self.inputs = torch.tensor([[s[0] for s in q] for q in segs])
        self.targets = torch.tensor([[s[1] for s in q] for q in segs])

    @torch.no_grad()
    def exact(self, llm, visual):
        ok = []
        for i in range(0, len(visual), 50):
            with torch.autocast("cpu", torch.bfloat16):
                h = forward(llm, visual[i:i + 50], self.inputs[i:i + 50])
                pred = llm.logits(h).float().argmax(-1).view(-1, 3, SEG)
            y = self.targets[i:i + 50]
            ok.append(((pred == y) | (y < 0)).all(-1))
        return [round(v, 3) for v in torch.cat(ok).float().mean(0).tolist()]

    def measure(self, llm):
        return {"alone number/rim/look": self.exact(llm, self.full), "zoom": self.exact(llm, self.true)[:2],
                "true box": self.exact(llm, torch.cat([self.full, self.true], 1)), "roi-like": self.exact(llm, torch.cat([self.full, self.roi], 1))}


if __name__ == "__main__":
    import argparse
    p = argparse.ArgumentParser()
    p.add_argument("pool"), p.add_argument("vision"), p.add_argument("out"), p.add_argument("steps", type=int)
    for name, kind, default in (("threads", int, 2), ("init", str, None), ("scenes", int, None), ("begin", float, 0.0), ("end", float, 1.0), ("whole", float, 0.92), ("seed", int, 2)):
        p.add_argument("--" + name, type=kind, default=default)
    a = p.parse_args()
    torch.set_flush_denormal(True)
    torch.set_num_threads(a.threads)
    train(a.pool, a.vision, a.out, a.steps, init=a.init, scenes=a.scenes, begin=a.begin, end=a.end, whole=a.whole, seed=a.seed)
