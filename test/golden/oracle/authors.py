"""The authors' own prompts and padding, run from a checkout of their repository (github.com/YuHengsss/SD-RPN).

`FOVEA_SDRPN=/path/to/checkout`, or `make.py --authors /path`. Their packages want CUDA and old libraries, so single
files are loaded: `conversation.py` as a module of its own, functions and statements by name from the others. Nothing of
theirs is typed here: a constant that we copied wrong would only agree with itself.
"""

import ast
import importlib.util
import os
from pathlib import Path
from types import ModuleType

import torch
from PIL import Image


class NoCheckout(Exception):
    """Cases that need the authors' code are skipped by name without it."""


def checkout() -> Path:
    folder = os.environ.get("FOVEA_SDRPN")
    if not folder:
        raise NoCheckout("needs the authors' code: --authors FOLDER or FOVEA_SDRPN")
    return Path(folder)


def load(path: str) -> ModuleType:
    """One file as a module, without the package around it."""
    spec = importlib.util.spec_from_file_location(f"authors_{Path(path).stem}", checkout() / path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def function(path: str, name: str, names: dict):
    """One function of a file, its globals given by `names`."""
    tree = ast.parse((checkout() / path).read_text())
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    exec(compile(ast.Module(found, []), path, "exec"), names)
    return names[name]


def llava_prompt_ids(tokenize, bos: int, question: str) -> list[int]:
    """Ids of a question about one picture, −200 in the picture's place, as their labelling and evaluation make them.

    `tokenize(text)` gives the ids of a text with BOS. The conversation is the one that their labelling script names.
    """
    script = ast.parse((checkout() / "LLaVA/make_pseduo_label.py").read_text())
    said = next(
        [item.value for item in node.value.elts]
        for node in script.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "sys.argv"
    )
    conv = load("LLaVA/llava/conversation.py").conv_templates[said[said.index("--conv-mode") + 1]].copy()
    constants = load("LLaVA/llava/constants.py")
    conv.append_message(conv.roles[0], constants.DEFAULT_IMAGE_TOKEN + "\n" + question)
    conv.append_message(conv.roles[1], None)

    class Tokens:
        bos_token_id = bos

        def __call__(self, text):
            return type("Encoded", (), {"input_ids": tokenize(text)})

    names = {"torch": torch, "IMAGE_TOKEN_INDEX": constants.IMAGE_TOKEN_INDEX}
    return function("LLaVA/llava/mm_utils.py", "tokenizer_image_token", names)(conv.get_prompt(), Tokens())


def llava_square(image: Image.Image, mean: list[float]) -> Image.Image:
    """Their padding to a square; the colour is `process_images`'s, from the processor's mean."""
    seen = []

    class Processor:
        image_mean = mean

        def preprocess(self, picture, return_tensors):
            seen.append(picture)
            return {"pixel_values": torch.zeros(1, 1)}

    path = "LLaVA/llava/mm_utils.py"
    names = {"torch": torch, "Image": Image}
    function(path, "expand2square", names)
    config = type("Config", (), {"image_aspect_ratio": "pad"})
    function(path, "process_images", names)([image], Processor(), config)
    return seen[0]


def qwen_teacher(kind: str, question: str, image: Image.Image, render) -> tuple[str, Image.Image]:
    """Text and squared picture of `make_pseudo_label_{kind}.py`: its own statements, run one after another.

    `render(messages)` is the checkpoint's chat template with the answer's opening.
    """
    path = f"Qwen2.5-VL/make_pseudo_label_{kind}.py"
    tree = ast.parse((checkout() / path).read_text())
    names = {"Image": Image}
    function("Qwen2.5-VL/qwen_src/mm_utils.py", "expand2square", names)
    opened = type("Opened", (), {"open": staticmethod(lambda _: image)})
    processor = type("Processor", (), {"apply_chat_template": staticmethod(lambda messages, **_: render(messages))})
    names |= {"line": {"text": question}, "image_file": "", "os": os, "processor": processor, "Image": Image}
    names |= {"args": type("Args", (), {"image_folder": ""}), "image": opened.open(None).convert("RGB")}
    for loop in (node for node in ast.walk(tree) if isinstance(node, ast.For)):
        wanted = [
            node
            for node in loop.body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("qs", "image", "cur_prompt", "messages", "text")
        ]
        if len(wanted) >= 5:
            exec(compile(ast.Module(wanted, []), path, "exec"), names)
            return names["text"], names["image"]
    raise RuntimeError(f"{path} no longer makes its prompt in one loop")
