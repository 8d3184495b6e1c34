"""First rows of public data sets in the files that no editor writes: Parquet as on the Hugging Face Hub, VLMEvalKit's tables.

Run by hand with Python and `pip install pyarrow pandas pillow` (made with pyarrow 26.0.1): python make.py
Columns, their order and types are those of the cards named in README.md; the content is made up, the picture one flat colour.
"""
import base64, io, json, os
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
out = io.BytesIO()
Image.new("RGB", (24, 16), (200, 0, 0)).save(out, "PNG")
RED = out.getvalue()
IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
TEXTS = pa.list_(pa.string())
text = pa.string()


def hub(path, fields, rows, value=lambda kind: {"_type": "Value", "dtype": str(kind)}):
    """As `datasets` writes it: the features in the metadata."""
    features = {}
    for name, kind in fields:
        if kind == IMAGE:
            features[name] = {"_type": "Image"}
        elif kind == TEXTS:
            features[name] = {"_type": "List", "feature": value("string")}
        else:
            features[name] = value(kind)
    schema = pa.schema(fields, metadata={"huggingface": json.dumps({"info": {"features": features}})})
    os.makedirs(os.path.dirname(os.path.join(HERE, path)), exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), os.path.join(HERE, path))


picture = {"bytes": RED, "path": "0.png"}
hub("mme-realworld/train-00000-of-00070.parquet", [
    ("bytes", text), ("path", text), ("index", pa.int64()), ("question", text), ("multi-choice options", TEXTS),
    ("answer", text), ("category", text), ("l2-category", text),
], [{
    "bytes": base64.b64encode(RED).decode(), "path": "monitoring_images/a.png", "index": 7,
    "question": "How many cars are there in the picture?", "answer": "B",
    "multi-choice options": ["(A) 3", "(B) 5", "(C) 7", "(D) 9", "(E) This image doesn't feature the count."],
    "category": "Reasoning/Monitoring", "l2-category": "calculate",
}])
hub("docvqa-hub/validation-00000-of-00006.parquet", [
    ("questionId", text), ("question", text), ("question_types", TEXTS), ("image", IMAGE), ("docId", pa.int64()),
    ("ucsf_document_id", text), ("ucsf_document_page_no", text), ("answers", TEXTS), ("data_split", text),
], [{
    "questionId": "49153", "question": "What is the total?", "question_types": ["figure/diagram"], "image": picture,
    "docId": 14465, "ucsf_document_id": "pybv0228", "ucsf_document_page_no": "81", "answers": ["0.28", "0.280"],
    "data_split": "val",
}])
hub("chartqa-hub/test-00000-of-00001.parquet", [
    ("type", text), ("question", text), ("answer", text), ("image", IMAGE),
], [{"type": "human_test", "question": "How many bars are red?", "answer": "14", "image": picture}])
hub("pope-hub/random-00000-of-00001.parquet", [
    ("id", text), ("question_id", text), ("question", text), ("answer", text), ("image_source", text),
    ("image", IMAGE), ("category", text),
], [{
    "id": "3000", "question_id": "1", "question": "Is there a dog in the image?", "answer": "no",
    "image_source": "COCO_val2014_000000310196", "image": picture, "category": "random",
}])
hub("textvqa-hub/validation-00000-of-00003.parquet", [
    ("image_id", text), ("question_id", pa.int32()), ("question", text), ("question_tokens", TEXTS),
    ("image", IMAGE), ("image_width", pa.int32()), ("image_height", pa.int32()), ("flickr_original_url", text),
    ("flickr_300k_url", text), ("answers", TEXTS), ("image_classes", TEXTS), ("set_name", text), ("ocr_tokens", TEXTS),
], [{
    "image_id": "003a8ae2ef43b901", "question_id": 34602, "question": "what is the brand of this camera?",
    "question_tokens": ["what", "is"], "image": picture, "image_width": 24, "image_height": 16,
    "flickr_original_url": "https://example.org/o.jpg", "flickr_300k_url": "https://example.org/s.jpg",
    "answers": ["dakota"] * 6 + ["dakota digital"] * 4, "image_classes": ["Camera"], "set_name": "val",
    "ocr_tokens": ["DAKOTA"],
}])
hub("ocrbench-hub/test-00000-of-00001.parquet", [
    ("dataset", text), ("question", text), ("question_type", text), ("answer", TEXTS), ("image", IMAGE),
], [{
    "dataset": "IIIT5K", "question": "what is written in the image?", "question_type": "Regular Text Recognition",
    "answer": ["CENTRE"], "image": picture,
}])
os.makedirs(os.path.join(HERE, "vlmevalkit"), exist_ok=True)
pd.DataFrame({
    "index": [0, 1], "question": ["Is there a dog in the image?", "Is there a cat in the image?"], "answer": ["Yes", "No"],
    "category": ["adversarial", "popular,random"], "image": [base64.b64encode(RED).decode(), "0"],
}).to_csv(os.path.join(HERE, "vlmevalkit", "POPE.tsv"), sep="\t", index=False)
pd.DataFrame({
    "index": [0], "A": ["rubber"], "B": ["cotton"], "C": ["kevlar"], "D": ["leather"], "answer": ["A"],
    "category": ["direct_attributes"], "question": ["What is the material of the glove?"],
    "image": [base64.b64encode(RED).decode()],
}).to_csv(os.path.join(HERE, "vlmevalkit", "VStarBench.tsv"), sep="\t", index=False)
