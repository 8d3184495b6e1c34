"""Pre-rendered training views on disk: per scene one full view and two crops, with dense truth.

views.npy uint8 [scenes*3, 224, 224, 3] · labels.npy uint8 [scenes*3, 256, 7] · meta.json (tags, crop targets, boxes)
"""
import json, sys, os
from multiprocessing import Pool
import numpy as np
from scenes import make_scene, make_sheet, Scene, full_view, crop_view, random_crop_box, patch_labels, square_region

VIEWS = 3


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
        labels[i * VIEWS] = patch_labels(scene, square_region(scene))
        crops = []
        for j, t in enumerate(rng.permutation(len(scene.tags))[:VIEWS - 1]):
            box = random_crop_box(rng, scene, scene.tags[t])
            views[i * VIEWS + 1 + j] = crop_view(image, box)
            labels[i * VIEWS + 1 + j] = patch_labels(scene, box)
            crops.append({"tag": int(t), "box": box})
        meta.append({"size": image.size, "crops": crops,
                     "tags": [{"fill": t.fill, "border": t.border, "code": t.code, "box": t.box} for t in scene.tags]})
    return meta


def build(folder, seed, scenes, workers=2):
    os.makedirs(folder, exist_ok=True)
    for name, shape in (("views", (scenes * VIEWS, 224, 224, 3)), ("labels", (scenes * VIEWS, 256, 7))):
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
        w, h = int(rng.integers(56, 150)), int(rng.integers(44, 150))
        x, y = int(rng.integers(0, 448 - w)), int(rng.integers(0, 448 - h))
        box = (x, y, x + w, y + h)
        near = [t for t in sheet.tags if t.box[0] < x + w and t.box[2] > x and t.box[1] < y + h and t.box[3] > y]
        views.append(crop_view(image, box))
        labels.append(patch_labels(Scene(sheet.pixels, near), box))
    return np.stack(views), np.stack(labels)


def build_sheets(folder, seed, sheets, each=25, workers=2):
    """sheet_views.npy, sheet_labels.npy: zooms into pictures packed with tags."""
    with Pool(workers) as p:
        parts = p.map(_sheet_views, [(seed, i, each) for i in range(sheets)])
    np.save(f"{folder}/sheet_views.npy", np.concatenate([v for v, _ in parts]))
    np.save(f"{folder}/sheet_labels.npy", np.concatenate([l for _, l in parts]))


if __name__ == "__main__":
    folder, seed, scenes, sheets = sys.argv[1], *(int(v) for v in sys.argv[2:5])
    if scenes:
        build(folder, seed, scenes)
    if sheets:
        build_sheets(folder, seed + 1000, sheets)
