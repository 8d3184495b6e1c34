"""Write the demo project's scenes and the held-out scenes: images/*.png + questions.jsonl.

usage: dataset.py OUT_FOLDER   (makes OUT_FOLDER/project and OUT_FOLDER/heldout)
"""
import json, os, sys
import numpy as np
from PIL import Image
from scenes import make_scene
from tokenizer import CODE_Q, FILL_WORD

PROJECT_SEED, HELDOUT_SEED = 7001, 7002  # never used in training (pools use 1, labels 3, validation 5)
LANGS = ["en", "fr", "zh"]


def ask(rng, scene, tag_index, lang):
    tag = scene.tags[tag_index]
    return str(rng.choice(CODE_Q[lang])).format(FILL_WORD[lang][tag.fill]), tag


def save_png(pixels, path):
    """Lossless; a palette when the picture has at most 256 colours."""
    colours, index = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True)
    if len(colours) <= 256:
        image = Image.fromarray(index.reshape(pixels.shape[:2]).astype(np.uint8), "P")
        image.putpalette(colours.tobytes())
    else:
        image = Image.fromarray(pixels)
    image.save(path, optimize=True)


def write(folder, seed, images, doubles, split):
    os.makedirs(f"{folder}/images", exist_ok=True)
    rng, lines = np.random.default_rng(seed), []
    for i in range(images):
        scene = make_scene([seed, i])
        name = f"images/{split}-{i:04d}.png"
        save_png(scene.pixels, f"{folder}/{name}")
        asked = rng.permutation(len(scene.tags))[: 2 if i % 3 == 1 and i // 3 < doubles else 1]
        for j, t in enumerate(asked):
            lang = LANGS[(i + j) % 3]
            text, tag = ask(rng, scene, t, lang)
            lines.append({"question_id": f"{split}-{i:04d}-{j}", "image": name, "text": text, "answer": tag.code,
                          "language": lang, "split": split, "boxes": [list(tag.box)]})
    with open(f"{folder}/questions.jsonl", "w") as f:
        for line in lines:
            f.write(json.dumps(line, ensure_ascii=False) + "\n")
    return len(lines)


if __name__ == "__main__":
    print(write(f"{sys.argv[1]}/project", PROJECT_SEED, 90, 30, "demo"), write(f"{sys.argv[1]}/heldout", HELDOUT_SEED, 300, 0, "heldout"))
