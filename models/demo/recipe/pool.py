"""Pre-rendered training views on disk: per scene one full view and two crops, with dense truth.

views.npy uint8 [scenes*3, 224, 224, 3] · labels.npy uint8 [scenes*3, 256, 8] · meta.json (signs, crop targets, boxes)
"""
import json, sys, os
from multiprocessing import Pool
import numpy as np
import torch
from scenes import make_scene, make_sheet, Scene, full_view, crop_view, random_crop_box, patch_labels, square_region

VIEWS = 3
TIGHT = 0.35


def described(scene):
    """What questions need of a scene, as JSON."""
    plain = lambda s: {"fill": s.fill, "shape": s.shape, "rim": s.rim, "code": s.code, "box": s.box}
    return {"signs": [plain(s) for s in scene.signs], "blanks": [plain(s) for s in scene.blanks]}


class Progress:
    """A training stage on disk, so that a killed one goes on: PATH.part until it is done."""

    def __init__(self, path, model, opt, rng):
        self.path, self.model, self.opt, self.rng, self.step = path + ".part", model, opt, rng, 0
        if os.path.exists(self.path):
            state = torch.load(self.path, weights_only=False)
            model.load_state_dict(state["model"]), opt.load_state_dict(state["opt"])
            rng.bit_generator.state, self.step = state["rng"], state["step"]
            print("goes on after step", self.step, flush=True)

    def save(self, step):
        torch.save({"model": self.model.state_dict(), "opt": self.opt.state_dict(), "rng": self.rng.bit_generator.state, "step": step}, self.path + "+")
        os.replace(self.path + "+", self.path)

    def done(self):
        if os.path.exists(self.path):
            os.remove(self.path)


def thin(rng, labels, count):
    """Indices of `count` patches of one view: digits first, then signs, then random background."""
    score = rng.random(len(labels)) + np.where(labels[:, 2] % 255 > 0, 2, labels[:, 0] > 0)
    return np.sort(np.argpartition(-score, count)[:count])


def _render(args):
    folder, seed, start, stop, total = args
    views = np.lib.format.open_memmap(f"{folder}/views.npy", mode="r+")
    labels = np.lib.format.open_memmap(f"{folder}/labels.npy", mode="r+")
    meta = []
    for i in range(start, stop):
        scene = make_scene([seed, i])
        rng = np.random.default_rng([seed, i, 1])
        image = scene.image
        views[i * VIEWS] = full_view(image)
        labels[i * VIEWS] = patch_labels(scene, square_region(scene.size))
        crops = []
        for j, t in enumerate(rng.permutation(len(scene.signs))[np.arange(VIEWS - 1) % len(scene.signs)]):
            box = random_crop_box(rng, scene, scene.signs[t])
            views[i * VIEWS + 1 + j] = crop_view(image, box)
            labels[i * VIEWS + 1 + j] = patch_labels(scene, box)
            crops.append({"sign": int(t), "box": box})
        meta.append({"size": image.size, "crops": crops, **described(scene)})
    return meta


def build(folder, seed, scenes, workers=2):
    os.makedirs(folder, exist_ok=True)
    for name, shape in (("views", (scenes * VIEWS, 224, 224, 3)), ("labels", (scenes * VIEWS, 256, 8))):
        np.lib.format.open_memmap(f"{folder}/{name}.npy", mode="w+", dtype=np.uint8, shape=shape)
    step = 250
    jobs = [(folder, seed, a, min(a + step, scenes), scenes) for a in range(0, scenes, step)]
    with Pool(workers) as p:
        meta = [m for part in p.imap(_render, jobs) for m in part]
    json.dump(meta, open(f"{folder}/meta.json", "w"))


def _sheet_views(args):
    seed, i, count = args
    sheet, rng, views, labels = make_sheet([seed, i]), np.random.default_rng([seed, i, 1]), [], []
    image = sheet.image
    for _ in range(count):
        small = rng.random() < TIGHT  # as close as a sign's own box
        w, h = (int(rng.integers(36, 70)), int(rng.integers(30, 60))) if small else (int(rng.integers(64, 170)), int(rng.integers(56, 170)))
        x, y = int(rng.integers(0, 448 - w)), int(rng.integers(0, 448 - h))
        box = (x, y, x + w, y + h)
        near = [t for t in sheet.signs if t.box[0] < x + w and t.box[2] > x and t.box[1] < y + h and t.box[3] > y]
        views.append(crop_view(image, box))
        labels.append(patch_labels(Scene(sheet.pixels, near), box))
    return np.stack(views), np.stack(labels)


def build_sheets(folder, seed, sheets, each=25, workers=2):
    """sheet_views.npy, sheet_labels.npy: zooms into pictures packed with signs."""
    with Pool(workers) as p:
        parts = p.map(_sheet_views, [(seed, i, each) for i in range(sheets)])
    np.save(f"{folder}/sheet_views.npy", np.concatenate([v for v, _ in parts]))
    np.save(f"{folder}/sheet_labels.npy", np.concatenate([l for _, l in parts]))


def _crowded(args):
    scene = make_scene(args, crowded=True)
    h, w = scene.pixels.shape[:2]
    return crop_view(scene.image, (0, 0, w, h)), patch_labels(scene, (0, 0, w, h)), {"size": (w, h), **described(scene)}


def build_crowded(folder, seed, count, workers=2):
    """crowd_*.npy/json: close views of several signs, whose numbers can be read: choosing the sign matters."""
    with Pool(workers) as p:
        views, labels, meta = zip(*p.map(_crowded, [(seed, i) for i in range(count)], chunksize=50))
    np.save(f"{folder}/crowd_views.npy", np.stack(views))
    np.save(f"{folder}/crowd_labels.npy", np.stack(labels))
    json.dump(meta, open(f"{folder}/crowd_meta.json", "w"))


if __name__ == "__main__":
    folder, seed, scenes, sheets, crowded = sys.argv[1], *(int(v) for v in sys.argv[2:6])
    if scenes:
        build(folder, seed, scenes)
    if sheets:
        build_sheets(folder, seed + 1000, sheets)
    if crowded:
        build_crowded(folder, seed + 2000, crowded)
