"""Small data sets as other programs write them; read by test/importers/datasets.test.ts.

Run by hand with Python and `pip install pyarrow pandas pillow` (made with pyarrow 26.0.1, pandas 3.1.1):
    python make.py
The pictures are flat colours of 24 x 16 and 20 x 12 pixels, so that every file stays a few kilobytes.
"""
import base64, io, json, os
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
at = lambda *parts: os.path.join(HERE, *parts)


def picture(colour, size=(24, 16), kind="PNG"):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


RED, GREEN, BLUE = picture((200, 0, 0)), picture((0, 200, 0), (20, 12)), picture((0, 0, 200), kind="JPEG")
b64 = lambda data: base64.b64encode(data).decode()

# pandas: an index column, quotes, line breaks, empty cells.
pd.DataFrame({
    "qid": [11, 12, 13],
    "img_path": ["a.png", "sub/b.png", "a.png"],
    "prompt": ['What does the "sign" say, here?', "Zwei\nZeilen?", "ça, ici ?"],
    "gt": ["42", None, "x; y"],
    "bbox": ["[[1, 2, 3, 4]]", None, "[]"],
}).to_csv(at("pandas.csv"))

# VLMEvalKit: base64, a repeated picture by its index, options, a hint, missing answers.
pd.DataFrame({
    "index": [0, 1, 2, 1000000],
    "image": [b64(RED), b64(GREEN), "1", "0"],
    "question": ["Which colour?", "Which colour is it?", "How many?", "Which colour?"],
    "hint": [None, "Look at it", None, None],
    "A": ["red", "red", "one", "green"],
    "B": ["green", "green", "two", "red"],
    "C": [None, "None", None, None],
    "answer": ["A", "B", "A", "B"],
    "category": ["colour", "colour", "count", "colour"],
    "split": ["dev", "dev", "test", "dev"],
}).to_csv(at("vlmevalkit.tsv"), sep="\t", index=False)

# VLMEvalKit without options.
pd.DataFrame({
    "index": ["a", "b"], "image": [b64(BLUE), "a"], "question": ["Is it blue?", "Is it red?"], "answer": ["Yes", "No"],
}).to_csv(at("vlmevalkit-yorn.tsv"), sep="\t", index=False)

# Parquet as datasets writes it: Image columns are structs {bytes, path}, named in the metadata `huggingface`.
image = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
features = {"info": {"features": {
    "id": {"dtype": "int64", "_type": "Value"},
    "image": {"_type": "Image"},
    "question": {"dtype": "string", "_type": "Value"},
    "answer": {"dtype": "string", "_type": "Value"},
    "boxes": {"feature": {"feature": {"dtype": "float64", "_type": "Value"}, "_type": "List"}, "_type": "List"},
    "tags": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "List"},
}}}


def shard(rows):
    schema = pa.schema([
        ("id", pa.int64()), ("image", image), ("question", pa.string()), ("answer", pa.string()),
        ("boxes", pa.list_(pa.list_(pa.float64()))), ("tags", pa.list_(pa.string())),
    ], metadata={"huggingface": json.dumps(features)})
    return pa.Table.from_pylist(rows, schema=schema)


row = lambda i, data, **more: {
    "id": i, "image": {"bytes": data, "path": None}, "question": f"Question {i}?", "answer": None, "boxes": None,
    "tags": None, **more}
os.makedirs(at("hub", "data"), exist_ok=True)
with open(at("hub", "README.md"), "w") as card:
    card.write("---\nlicense: cc0-1.0\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n"
               "    path: data/train-*\n  - split: validation\n    path: data/validation-*\n---\n\n# Colours\n")
pq.write_table(shard([row(2**53 + 1, RED, answer="red", boxes=[[1.0, 2.0, 3.5, 4.0]], tags=["t", "ü"]), row(2, GREEN)]),
               at("hub", "data", "train-00000-of-00002.parquet"), compression="snappy", row_group_size=1)
pq.write_table(shard([row(3, RED, tags=[])]), at("hub", "data", "train-00001-of-00002.parquet"), compression="zstd")
pq.write_table(shard([row(4, BLUE, boxes=[])]), at("hub", "data", "validation-00000-of-00001.parquet"), compression="gzip")

# One table in each codec and both page versions; the picture is a binary column.
table = pa.table({
    "question_id": pa.array([1, 2, 3], pa.int64()),
    "image": pa.array([RED, GREEN, RED], pa.binary()),
    "text": ["one?", None, "three?"],
    "answer": pa.array([None, None, None], pa.string()),
    "score": pa.array([0.5, None, 1.5], pa.float32()),
    "split": pa.array(["dev", "dev", "test"]).dictionary_encode(),
})
for codec in ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]:
    for version in ["1.0", "2.0"]:
        pq.write_table(table, at(f"codec-{codec}-{version[0]}.parquet"), compression=codec, data_page_version=version)

# LLaVA's conversations as columns.
talk = pa.list_(pa.struct([("from", pa.string()), ("value", pa.string())]))
pq.write_table(pa.table({
    "id": ["c1", "c2"],
    "image": pa.array([{"bytes": RED, "path": "x.png"}, {"bytes": None, "path": "sub/b.png"}], image),
    "conversations": pa.array([
        [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": "Red."}, {"from": "human", "value": "Sure?"}],
        [{"from": "human", "value": "Who?"}],
    ], talk),
}), at("llava.parquet"))

# Many rows on several small pages of one row group: lists that go on from page to page.
pq.write_table(pa.table({
    "question_id": pa.array(range(5000), pa.int32()),
    "image": ["a.png"] * 5000,
    "text": [f"q{i}" for i in range(5000)],
    "tags": pa.array([[f"t{j}" for j in range(i % 4)] or None for i in range(5000)], pa.list_(pa.string())),
}), at("pages.parquet"), data_page_size=2048, write_batch_size=100, use_dictionary=False, compression="zstd")
