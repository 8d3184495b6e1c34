"""Grids of Qwen2.5-VL's image processor with limits in processor_config.json and elsewhere: writes grids.json.

The limits are the published ones ({3136, 12845056}) and small ones, by either name, in either file, and contradicting.
Newest transformers.
"""

import json
import tempfile
from pathlib import Path

import transformers
from PIL import Image
from transformers import AutoImageProcessor

PUBLISHED = {"min_pixels": 3136, "max_pixels": 12845056}
SMALL = {"min_pixels": 3136, "max_pixels": 12544}
SIZED = {"size": {"shortest_edge": 3136, "longest_edge": 12544}}
KIND = {"image_processor_type": "Qwen2VLImageProcessor", "patch_size": 14, "merge_size": 2, "temporal_patch_size": 2}
FILES = [
    {"processor_config.json": {"image_processor": PUBLISHED}},
    {"processor_config.json": {"image_processor": SMALL}},
    {"processor_config.json": {"image_processor": SIZED}},
    {"preprocessor_config.json": PUBLISHED},
    {"processor_config.json": {"image_processor": SIZED}, "preprocessor_config.json": PUBLISHED},
    {"processor_config.json": {"image_processor": SIZED | PUBLISHED}},
    {"processor_config.json": {"image_processor": SIZED | {"max_pixels": 50176}}},
]
PICTURES = [(2000, 1500), (4000, 3000), (640, 480), (1234, 777)]


def main() -> None:
    rows = []
    for files in FILES:
        files = {
            name: json_ | ({"image_processor": KIND | json_["image_processor"]} if "image_processor" in json_ else KIND)
            for name, json_ in files.items()
        }
        with tempfile.TemporaryDirectory() as folder:
            for name, json_ in files.items():
                (Path(folder) / name).write_text(json.dumps(json_))
            processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
        grids = {f"{w}x{h}": processor(Image.new("RGB", (w, h)), return_tensors="pt")["image_grid_thw"][0].tolist()
                 for w, h in PICTURES}
        rows.append({"files": files, "grids": grids})
        print(files, grids)
    lines = ",\n".join(json.dumps(row) for row in rows)
    (Path(__file__).parent / "grids.json").write_text(
        f'{{"transformers": "{transformers.__version__}", "rows": [\n{lines}\n]}}\n'
    )


if __name__ == "__main__":
    main()
