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


if __name__ == "__main__":
    main()
