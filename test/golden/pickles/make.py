"""Pickles that Fovea's reader must understand, written by the NumPy that runs this.

    python make.py FOLDER

Run once with NumPy 1.26 and once with NumPy 2; each writes `np<major>-p<protocol>.pkl` for protocols 2 to 5, and
`expected.json` with what is in every one of them. Nothing here is real data.
"""

import collections
import json
import pickle
import sys
from pathlib import Path

import numpy as np

FOLDER = Path(sys.argv[1])
MAJOR = np.__version__.split(".")[0]

SHARED = np.linspace(0, 1, 16, dtype=np.float32)


def arrays():
    base = np.arange(12).reshape(3, 4)
    yield from {
        "f2": (base / 8).astype(np.float16),
        "f4": (base / 7).astype(np.float32),
        "f8": base / 3,
        "f4_fortran": np.asfortranarray((base / 7).astype(np.float32)),
        "f8_fortran_3d": np.asfortranarray(np.arange(24).reshape(2, 3, 4) / 5),
        "f4_big_endian": (base / 7).astype(">f4"),
        "f2_big_endian": (base / 8).astype(">f2"),
        "f8_every_second": (np.arange(24).reshape(3, 8) / 3)[:, ::2],
        "i1": (base - 6).astype(np.int8),
        "u1": (base * 20).astype(np.uint8),
        "i2": (base - 300).astype(np.int16),
        "u2": (base + 65000).astype(np.uint16),
        "i4": (base - 70000).astype(np.int32),
        "u4": (base + 4000000000).astype(np.uint32),
        "i8": base.astype(np.int64) - 2**40,
        "u8": base.astype(np.uint64) + 2**40,
        "bool": base % 3 == 0,
        "no_axis": np.array(2.5),
        "one": np.array([7], dtype=np.float32),
    }.items()


def records():
    yield {
        "question_id": "1",
        "prompt": "What number is on the bus?",
        "text": "42",
        "image": "street/a.jpg",
        "sink_attn": SHARED,
        "grounding_attn_o2i": np.linspace(1, 0, 16, dtype=np.float32),
    }
    # The same array again, as where two questions are about one picture.
    yield {"question_id": "2", "text": "été 日本 😀", "image": "street/a.jpg", "sink_attn": SHARED}
    yield dict(arrays())
    yield {
        "none": None,
        "yes": True,
        "no": False,
        "small": 7,
        "byte": 255,
        "word": 65535,
        "negative": -3,
        "long": 2**40,
        "longer": -(2**40),
        "longest": 2**70,
        "float": -0.1,
        "text": "",
        "long_text": "x" * 300,
        "bytes": bytes(range(256)),
        "list": [1, [2, [3, []]]],
        "tuple": (1, "two", (3.0, None)),
        "empty": (),
        "dict": {"a": {"b": 1}},
        "ordered": collections.OrderedDict([("z", 1), ("a", 2)]),
        "np_f4": np.float32(0.1),
        "np_f8": np.float64(0.1),
        "np_f2": np.float16(0.1),
        "np_i8": np.int64(-7),
        "np_bool": np.bool_(True),
    }


def plain(value):
    if isinstance(value, np.ndarray):
        return {"array": [float(x) for x in value.astype(np.float64).flatten()], "shape": list(value.shape)}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(inner) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        return {"int": str(value)}
    return value


listed = list(records())
for protocol in range(2, 6):
    with open(FOLDER / f"np{MAJOR}-p{protocol}.pkl", "wb") as file:
        pickle.dump(listed, file, protocol=protocol)
with open(FOLDER / "expected.json", "w") as file:
    json.dump([plain(record) for record in listed], file, ensure_ascii=False, indent=1)
    file.write("\n")

# More records than Python's pickler appends at a time, and a dict of records, as the gate's training data is.
if MAJOR == "2":
    with open(FOLDER / "many.pkl", "wb") as file:
        pickle.dump([{"question_id": str(i), "n": i} for i in range(2500)], file)
    with open(FOLDER / "dict.pkl", "wb") as file:
        pickle.dump({f"q{i}": {"n": i, "ms_answers": ["a", "b"]} for i in range(3)}, file)

# Records as the label makers write them. Of NumPy 1, which either NumPy loads: a test derives their labels with it.
if MAJOR == "1":

    def blob(side, top, left, size, seed):
        """Attention of an answer: a bright square on low noise, and one sink that is brighter still."""
        noise = np.random.default_rng(seed).random((side, side)) * 2e-5
        noise[top : top + size, left : left + size] = 0.02
        sink = np.full((side, side), 1e-6)
        noise[0, 5], sink[0, 5] = 0.5, 0.2
        return noise.astype(np.float32), sink.astype(np.float32)

    def labelled(i, flat, **added):
        attention, sink = blob(24, 8 + i, 6 + i, 5, i)
        shape = (-1,) if flat else (24, 24)
        return {
            "question_id": f"q{i}",
            "prompt": f"<image>\nWhat is number {i}?",
            "text": f"answer {i}",
            "image": f"{i}.png",
            "sink_attn": sink.reshape(shape),
            "grounding_attn_o2i": attention.reshape(shape),
            "grounding_attn_q2i": (attention * 0.5).reshape(shape),
            **added,
        }

    broken = labelled(3, True)
    broken["grounding_attn_o2i"][7] = np.nan
    odd = {**labelled(4, True), "image": "1.png", "grounding_attn_o2i": np.ones(575, dtype=np.float32)}
    with open(FOLDER / "llava.pkl", "wb") as file:
        pickle.dump([labelled(1, True), labelled(2, True)], file)
    with open(FOLDER / "odd.pkl", "wb") as file:
        pickle.dump([broken, odd, labelled(1, True)], file)
    with open(FOLDER / "qwen.pkl", "wb") as file:
        pickle.dump([labelled(1, False), labelled(2, False)], file)
    with open(FOLDER / "qzoom.pkl", "wb") as file:
        pickle.dump([labelled(1, False, uid="u1", dataset="textvqa", mode="natural")], file)
    gate = {"id": "g1", "image": "1.png", "prompt": "How many?", "text": "3", "res": [64, 128], "ms_answers": ["2", "3"]}
    with open(FOLDER / "gate.pkl", "wb") as file:
        pickle.dump({"g1": gate}, file)
