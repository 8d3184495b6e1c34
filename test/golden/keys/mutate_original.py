"""As mutate.py, for LLaVA's original layout, with the authors' own code: `python mutate_original.py FOLDER`.

FOLDER is a checkout of YuHengsss/SD-RPN (its LLaVA code is used); without one there is nothing to run. Made with
transformers 4.37.2, which their code is written for. Writes mutations-original.json.
"""

import importlib.machinery
import json
import os
import shutil
import sys
import tempfile
import warnings
from pathlib import Path
from unittest.mock import MagicMock

import torch
import transformers

import mutations as m
from mutate import CASES, HERE, TOKENS, Base, filled, outcome_of

NAME, CASE = "llava-original", "llava-original-tower"
# Modules that their files import for plots and training; nothing that is run here uses them.
UNUSED = ["matplotlib", "matplotlib.pyplot", "matplotlib.patches", "torchvision", "torchvision.transforms",
          "torchvision.transforms.functional", "cv2", "skimage", "skimage.measure", "scipy", "scipy.ndimage"]


def authors(folder: Path):
    for name in UNUSED:
        module = MagicMock(__path__=[], __version__="4.8.0")
        module.__spec__ = importlib.machinery.ModuleSpec(name, None)
        sys.modules[name] = module
    sys.path.insert(0, str(folder / "LLaVA"))
    from llava.constants import IMAGE_TOKEN_INDEX
    from llava.mm_utils import process_images
    from llava.model.language_model.llava_llama import LlavaLlamaForCausalLM

    return LlavaLlamaForCausalLM, process_images, IMAGE_TOKEN_INDEX


class Original(Base):
    def written(self, file: str, path: list[str], value: object, root: Path) -> Path:
        folder = root / "one"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        changed = json.loads(json.dumps(self.files[file]))
        if value is m.DROP:
            changed.pop(path[-1], None)
        else:
            changed[path[-1]] = value
        (folder / file).write_text(json.dumps(changed))
        return folder


@torch.no_grad()
def numbers(base: Base, folder: Path, theirs) -> dict:
    kind, process_images, image_token = theirs
    torch.manual_seed(0)
    os.chdir(folder)  # mm_vision_tower names a folder of the checkpoint
    model, info = kind.from_pretrained(folder, attn_implementation="eager", output_loading_info=True)
    if info["missing_keys"] or info["mismatched_keys"]:
        raise ValueError(f"weights missing: {sorted(info['missing_keys'])[:2]}")
    tower = model.get_vision_tower()
    tower.load_model()
    model.float().eval()
    pixels = process_images([base.image], tower.image_processor, model.config)
    ids = torch.tensor([[image_token if i < 0 else i for i in base.ids]])
    out = model(input_ids=ids, images=pixels, use_cache=False)
    logits = out["logits"] if hasattr(out, "logits") else out[0]
    answer = model.generate(ids, images=pixels, do_sample=False, max_new_tokens=TOKENS)
    answer = answer if isinstance(answer, torch.Tensor) else answer["sequences"]
    # The prompt goes in as embeddings, and 4.37 begins the ids with BOS instead.
    return {"pixels": pixels.flatten().float(), "logits": logits[0, -1].float(), "answer": answer[0, 1:].tolist()}


def main(folder: str) -> None:
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity(50)
    theirs = authors(Path(folder).resolve())
    plans = [
        ("config.json", [*m.ORIGINAL, *m.ANY_CONFIG, *m.DECODER, *m.OLD_ROPES, *m.GENERATION]),
        ("generation_config.json", m.IN_GENERATION_FILE),
        ("tower/config.json", m.CLIP),
        ("tower/preprocessor_config.json", m.CLIP_PROCESSOR),
    ]
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        config = json.loads((CASES / CASE / "config.json").read_text()) | {"mm_hidden_size": 24}
        processor = transformers.CLIPImageProcessor.from_pretrained(CASES / CASE / "tower").to_dict()
        files = {"config.json": config, "generation_config.json": {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0},
                 "tower/preprocessor_config.json": {k: v for k, v in processor.items() if not k.startswith("_")}}
        base = Original(NAME, CASE, files, root)
        base.files |= {name: json.loads((base.folder / name).read_text())
                       for name in ("tower/config.json", "tower/preprocessor_config.json")}
        own = numbers(base, base.folder, theirs)
        print(NAME, own["answer"], flush=True)
        half = config["hidden_size"] // config["num_attention_heads"] // 2
        for file, values in plans:
            for key, value in values:
                value, stated = filled(value, own, half), base.files[file]
                if (value is m.DROP and key not in stated) or (key in stated and stated[key] == value):
                    continue
                one = base.written(file, [key], value, root)
                found = outcome_of(lambda: numbers(base, one, theirs), one, own)
                rows.append({"base": NAME, "file": file, "key": key, **({} if value is m.DROP else {"value": value}), **found})
                print(file, key, "-" if value is m.DROP else json.dumps(value)[:50], found["transformers"],
                      found.get("because", "")[:90], flush=True)
        os.chdir(HERE)
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    facts = {NAME: {"case": CASE, "files": {"generation_config.json": None, **base.files}, "answer": own["answer"]}}
    head = json.dumps({"transformers": transformers.__version__, "bases": facts}, separators=(",", ":"))
    (HERE / "mutations-original.json").write_text(f'{head[:-1]},\n"rows":[\n{lines}\n]}}\n')
    print(len(rows))


if __name__ == "__main__":
    main(sys.argv[1])
