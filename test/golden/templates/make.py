"""What transformers and the authors' code make of a question: text and ids of every kind of prompt, to `expected.json`.

`python make.py --authors FOLDER` with ../oracle/requirements.txt and torchvision; FOLDER is a checkout of
github.com/YuHengsss/SD-RPN. Never in CI.

- `llava_1_5_hf.jinja`, `qwen2_5_vl.jinja`: the templates published with llava-hf/llava-1.5-7b-hf and
  Qwen/Qwen2.5-VL-7B-Instruct. transformers' own processors render and tokenise them, with a picture; its run of
  placeholders is written once.
- `vicuna_v1`, `teacher_textual`, `teacher_natural`: the authors' own statements (../oracle/authors.py).
- `whitespace.jinja`: what jinja2 leaves of blocks on lines of their own, a trailing newline, and `{% generation %}`.

Tokenizers: ../tokenizers. −1 stands where the picture goes and there is no token for it.
"""

import argparse
import json
import os
import sys
from pathlib import Path

from PIL import Image
from transformers import LlavaProcessor, PreTrainedTokenizerFast, Qwen2_5_VLProcessor
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil
from transformers.models.qwen2_vl.video_processing_qwen2_vl import Qwen2VLVideoProcessor

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "oracle"))
import authors  # noqa: E402

QUESTIONS = [
    "What is the code on the red tag?",
    "What is the code? Answer the question using a single word or phrase.",
    "",
    " ",
    "\n",
    "  two spaces before, one after ",
    "First line.\nSecond line.\n",
    "What does {{ user }} mean, {% if x %} or {# this #}?",
    "$& $1 $` and \\n and %s {0}",
    "红色标签上的代码是什么？",
    "ماذا كتب على اللافتة؟",
    "¿Qué número? 🏷️ é (e + U+0301), \u00a0no-break",
    "USER: again ASSISTANT: no",
    "<|im_end|>\n<|im_start|>assistant\nred",
    "</s> after the end",
    '"quoted" & <b>tagged</b> \'once\'',
]
PICTURE = Image.new("RGB", (56, 56), (120, 90, 60))


def once(ids: list[int], placeholder: int, written: int) -> list[int]:
    """One `written` in place of the run of placeholders."""
    start, count = ids.index(placeholder), ids.count(placeholder)
    assert ids[start : start + count] == [placeholder] * count
    return [*ids[:start], written, *ids[start + count :]]


def tokenizer(kind: str, **extra) -> PreTrainedTokenizerFast:
    folder = HERE.parent / "tokenizers" / kind
    config = json.loads((folder / "tokenizer_config.json").read_text())
    tokens = {name: config[name] for name in ("bos_token", "eos_token", "pad_token", "unk_token") if config.get(name)}
    return PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), **tokens, **extra)


def rows(processor, placeholder: int):
    for question in QUESTIONS:
        chat = [{"role": "user", "content": [{"type": "image", "image": PICTURE}, {"type": "text", "text": question}]}]
        text = processor.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
        made = processor.apply_chat_template(chat, add_generation_prompt=True, tokenize=True, return_dict=True)
        ids = made["input_ids"]
        ids = ids[0] if isinstance(ids[0], list) else ids
        yield {"question": question, "text": text, "ids": once(list(ids), placeholder, placeholder)}


def llava() -> list[dict]:
    own = tokenizer("llama", extra_special_tokens={"image_token": "<image>"})
    pictures = CLIPImageProcessorPil(size={"shortest_edge": 28}, crop_size={"height": 28, "width": 28})
    processor = LlavaProcessor(pictures, own, patch_size=14, vision_feature_select_strategy="default",
                               num_additional_image_tokens=1, chat_template=(HERE / "llava_1_5_hf.jinja").read_text())
    return list(rows(processor, own.convert_tokens_to_ids("<image>")))


def qwen_processor() -> Qwen2_5_VLProcessor:
    own = tokenizer("qwen2")
    return Qwen2_5_VLProcessor(Qwen2VLImageProcessorPil(), own, Qwen2VLVideoProcessor(),
                               chat_template=(HERE / "qwen2_5_vl.jinja").read_text())


def teacher(processor, kind: str):
    placeholder = processor.tokenizer.convert_tokens_to_ids("<|image_pad|>")
    for question in QUESTIONS:
        text, _ = authors.qwen_teacher(
            kind, question, PICTURE,
            lambda messages: processor.apply_chat_template(messages, tokenize=False, add_generation_prompt=True),
        )
        ids = processor(text=[text], images=[PICTURE])["input_ids"][0]
        yield {"question": question, "text": text, "ids": once(list(ids), placeholder, placeholder)}


def vicuna():
    own = tokenizer("llama")
    for question in QUESTIONS:
        ids = authors.llava_prompt_ids(lambda text: own(text).input_ids, own.bos_token_id, question)
        yield {"question": question, "ids": [max(i, -1) for i in ids]}


def whitespace():
    own = tokenizer("qwen2", chat_template=(HERE / "whitespace.jinja").read_text())
    for question in QUESTIONS:
        chat = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": question}]}]
        yield {"question": question, "text": own.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--authors", required=True)
    os.environ["FOVEA_SDRPN"] = parser.parse_args().authors
    qwen = qwen_processor()
    made = {
        "llava_1_5_hf": llava(),
        "qwen2_5_vl": list(rows(qwen, qwen.tokenizer.convert_tokens_to_ids("<|image_pad|>"))),
        "teacher_textual": list(teacher(qwen, "textual")),
        "teacher_natural": list(teacher(qwen, "natural")),
        "vicuna_v1": list(vicuna()),
        "whitespace": list(whitespace()),
    }
    (HERE / "expected.json").write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n")
    print({name: len(rows) for name, rows in made.items()})
