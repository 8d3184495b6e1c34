"""Reads exports of `main.ts` back with readers that are not Fovea. One function a check; an assertion that fails says what."""

import csv as csv_reader
import glob
import json
import os
import sys


def main():
    check, place, report = sys.argv[1:4]
    with open(report) as file:
        globals()[check](place, json.load(file))


def csv(place, report):
    import duckdb
    import pandas

    with open(place, newline="", encoding="utf-8") as file:
        rows = list(csv_reader.DictReader(file))
    assert len(rows) == report["done"]
    for row in rows:
        for cell in row.values():
            assert not cell.lstrip().startswith(tuple("=+@＝＋－＠")), cell
    assert {row["reason"] for row in rows} == {"", "'@blurred"}
    assert {row["reviewer"] for row in rows} == {"'+ada"}
    assert {row["question"] for row in rows} == {'\'=1+1, "what"\n答案?', "''quoted"}
    frame = pandas.read_csv(place, keep_default_na=False)
    assert list(frame["question"]) == [row["question"] for row in rows]
    assert {tuple(json.loads(tags)) for tags in frame["tags"]} == {(), ("=tag", "b,c")}
    found = duckdb.sql(f"SELECT count(*), count(DISTINCT image) FROM read_csv('{place}')").fetchall()[0]
    assert found[0] == len(rows), found
    import polars

    assert polars.read_csv(place).height == len(rows)


def jsonl_audit(place, report):
    import pandas

    frame = pandas.read_json(place, lines=True)
    assert len(frame) == report["done"] and set(frame["schema"]) == {"fovea.audit/1"}
    assert set(frame["state"]) == {"accepted", "rejected"}
    assert frame[frame["state"] == "rejected"]["label"].isna().all()
    assert all(len(revisions) == 1 for revisions in frame["revisions"])


def coco(place, report):
    from pycocotools.coco import COCO

    truth = COCO(place)
    assert min(truth.anns) == 1, "annotation 0 is a truth that nobody can match"
    names = [image["file_name"] for image in truth.imgs.values()]
    assert len(names) == len(set(names))
    for annotation in truth.anns.values():
        mask = truth.annToMask(annotation)
        assert mask.sum() == annotation["area"], annotation["id"]
        x, y, width, height = annotation["bbox"]
        assert mask[int(y) : int(y + height), int(x) : int(x + width)].sum() == annotation["area"]


def parquet(place, report, pictures=True):
    import datasets
    import duckdb
    import polars
    import pyarrow.parquet

    shards = sorted(glob.glob(os.path.join(place, "data", "*.parquet")))
    table = pyarrow.parquet.read_table(shards[0])
    assert [field.name for field in table.schema.field("image").type] == ["bytes", "path"]
    rows = 0
    for shard in shards:
        assert b"huggingface" in pyarrow.parquet.read_schema(shard).metadata
        rows += pyarrow.parquet.read_metadata(shard).num_rows
        assert polars.read_parquet(shard).height == pyarrow.parquet.read_metadata(shard).num_rows
    assert rows == report["done"]
    found = duckdb.sql(f"SELECT count(*), sum(len(label)) FROM '{place}/data/*.parquet'").fetchall()[0]
    assert found == (rows, 24 * rows), found
    data = datasets.load_dataset(place)
    assert sum(len(split) for split in data.values()) == rows
    assert set(data) == {"train", "dev_1", "test"}, set(data)
    for split in data.values():
        assert isinstance(split.features["image"], datasets.Image), split.features["image"]
        for row in split:
            image = row["image"]
            assert image.size in ((60, 40), (40, 60)), image.size
            assert (row["image_width"], row["image_height"]) == (60, 40)
            assert len(row["label"]) == 24 and row["grid"] == [4, 6] and set(row["label"]) <= {0, 1, -100}
            assert row["label_box"] is None or len(row["label_box"]) == 4
            assert row["question"] in ('=1+1, "what"\n答案?', "'quoted")
            assert row["tags"] in ([], ["=tag", "b,c"]) and row["truth_boxes"] in ([], [[0, 0, 10.5, 20]])
    # Without the card too: the shards carry their features.
    plain = datasets.load_dataset("parquet", data_files=shards, split="train")
    assert plain.features["image"] == datasets.Image(), plain.features["image"]
    if pictures:
        stored = {row["image"]["path"] for row in plain.cast_column("image", datasets.Image(decode=False))}
        assert stored == {row["image_name"] for row in plain.remove_columns("image")}


def parquet_named(place, report):
    parquet(place, report, pictures=False)


def coco_polygons(place, report):
    import numpy
    from pycocotools.coco import COCO

    polygons = COCO(place)
    runs = COCO(os.path.join(os.path.dirname(place), "coco.coco.json"))
    for one, other in zip(polygons.anns.values(), runs.anns.values()):
        assert numpy.array_equal(polygons.annToMask(one), runs.annToMask(other)), one["id"]


def masks(place, report):
    import numpy
    from PIL import Image

    with open(os.path.join(place, "samples.jsonl"), encoding="utf-8") as file:
        head, *lines = map(json.loads, file)
    assert head["values"] == {"background": 0, "foreground": 1, "ignore": 255}
    assert len(lines) == report["done"]
    for line in lines:
        mask = Image.open(os.path.join(place, line["mask"]))
        assert mask.mode == "L" and list(mask.size) == line["image_size_wh"]
        assert set(numpy.unique(mask)) <= {0, 1, 255}
        Image.open(os.path.join(place, line["file"])).load()


def webdataset_tars(place, report):
    import datasets
    import webdataset

    shards = sorted(glob.glob(os.path.join(place, "*.tar")))
    seen = 0
    for shard in shards:
        for picture, about in webdataset.WebDataset(shard, shardshuffle=False).decode("pil").to_tuple("jpg", "json"):
            assert picture.size in ((60, 40), (40, 60)) and about["width"] == 60
            json.loads(about["tags"])
            seen += 1
    assert seen == report["done"], (seen, report["done"])
    data = datasets.load_dataset("webdataset", data_files={"train": shards}, split="train")
    assert isinstance(data.features["jpg"], datasets.Image) and len(data) == seen
    for row in data:
        assert row["jpg"].size in ((60, 40), (40, 60)) and len(row["json"]["label"]) == 24


def qzoom(place, report):
    with open(place, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    assert len({line["uid"] for line in lines}) == len(lines) == report["done"]
    keys = ["uid", "question_id", "dataset", "image", "text", "mode", "short_prompt", "max_new_tokens"]
    assert all(list(line) == keys for line in lines)


def yolo_segment(place, report, task="segment"):
    import cv2
    import numpy
    from ultralytics.data.dataset import YOLODataset
    from ultralytics.data.utils import check_det_dataset
    from pycocotools.coco import COCO

    with open(os.path.join(place, "samples.jsonl"), encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    truth = COCO(os.path.join(os.path.dirname(place), "coco.coco.json"))
    data = check_det_dataset(os.path.join(place, "data.yaml"), autodownload=False)
    assert data["names"] == {0: "roi"}
    counted = 0
    for split in sorted(set(line["file"].split("/")[1] for line in lines)):
        found = YOLODataset(img_path=os.path.join(place, "images", split), data=data, task=task, augment=False)
        for label in found.labels:
            file = os.path.relpath(label["im_file"], place)
            names = [line["image"] for line in lines if line["file"] == file]
            masks = [
                truth.annToMask(annotation)
                for annotation in truth.anns.values()
                if truth.imgs[annotation["image_id"]]["file_name"] == names[0]
                and annotation["question_id"] in [line["question_id"] for line in lines if line["file"] == file]
            ]
            height, width = cv2.imread(label["im_file"]).shape[:2]
            assert tuple(label["shape"]) == (height, width), (names, label["shape"])
            if (width, height) == (40, 60):
                masks = [numpy.rot90(mask, -1) for mask in masks]
            boxes = label["bboxes"] * [width, height, width, height]
            distinct = {mask.tobytes(): mask for mask in masks}.values()
            assert len(boxes) == len(distinct), (names, len(boxes), len(distinct))
            for mask in distinct:
                ys, xs = numpy.nonzero(mask)
                box = [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]
                middle = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, box[2] - box[0], box[3] - box[1]]
                assert min(abs(boxes - middle).max(axis=1)) < 1e-3, (names, boxes, middle)
                counted += 1
            if task == "segment":
                areas = sorted(area(segment * [width, height]) for segment in label["segments"])
                assert numpy.allclose(areas, sorted(mask.sum() for mask in distinct), atol=0.1), (names, areas)
    assert counted > 0


def area(line):
    import numpy

    x, y = line[:, 0], line[:, 1]
    return abs(numpy.dot(x, numpy.roll(y, -1)) - numpy.dot(y, numpy.roll(x, -1))) / 2


def yolo_detect(place, report):
    yolo_segment(place, report, task="detect")


if __name__ == "__main__":
    main()
