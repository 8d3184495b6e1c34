"""What both families' two-stage scripts share: thresholds between the values of a map, spies, and the files of a case."""

import json
import shutil
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "versions"))
from common import picture, randomise  # noqa: E402, F401

NEW_TOKENS = 12
# Crop pixels and states are large: every so manyth value, and the states of the last prompt tokens, stand for the rest.
PIXEL_STEP = 499
LAST_ROWS = 6


class Spy:
    """Stands in for a function of a module, lets it work, and keeps what went in and came out."""

    def __init__(self, module, name: str):
        self.original, self.calls = getattr(module, name), []
        setattr(module, name, self)

    def __call__(self, *args, **kwargs):
        result = self.original(*args, **kwargs)
        self.calls.append((args, kwargs, result))
        return result


class FirstOutput:
    """What a module gives the first time it runs."""

    def __init__(self, module: torch.nn.Module):
        self.value = None
        self.handle = module.register_forward_hook(self.keep)

    def keep(self, _module, _inputs, output) -> None:
        if self.value is None:
            self.value = (output[0] if isinstance(output, tuple) else output).detach()

    def close(self) -> torch.Tensor:
        self.handle.remove()
        return self.value


class FirstInput(FirstOutput):
    """What a module is given the first time: the states entering a layer."""

    def __init__(self, module: torch.nn.Module):
        self.value = None
        self.handle = module.register_forward_pre_hook(self.seen, with_kwargs=True)

    def seen(self, _module, args, kwargs) -> None:
        if self.value is None:
            self.value = (args[0] if args else kwargs["hidden_states"]).detach()


def between(values: torch.Tensor, above: int) -> float:
    """A threshold in the middle of two neighbouring values of a map, `above` of which pass it."""
    ordered = values.flatten().double().sort(descending=True).values
    return float((ordered[above - 1] + ordered[above]) / 2)


def case_folder(root: Path, name: str) -> Path:
    folder = root / "cases" / name
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "model").mkdir(parents=True)
    return folder


def write_look(folder: Path, facts: dict, numbers: dict) -> None:
    """`facts` and arrays of one look under `folder`; a folder holds several looks at one picture with one model."""
    (folder / "case.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
    arrays = {name: (t.float() if t.is_floating_point() else t.to(torch.int64)).contiguous().clone()
              for name, t in numbers.items()}
    save_file(arrays, folder / "expected.safetensors")


def sampled(pixels: torch.Tensor) -> torch.Tensor:
    return pixels.flatten()[::PIXEL_STEP]
