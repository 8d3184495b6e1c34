"""Every key of PEFT's LoraConfig changed by itself in the adapter `llava-patterns`: what PEFT then computes.

`python adapter_keys.py` writes `adapter_keys.safetensors` beside this file: the logits of each mutation under which they
differ, by `key=value`; and `adapter_keys.json`: for each mutation `same`, `other` or PEFT's error's class.
"""

import dataclasses
import json
import shutil
import tempfile
import warnings
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel
from safetensors.torch import load_file, save_file

import adapters

HERE = Path(__file__).parent
ADAPTER = HERE / "adapters" / "llava-patterns"

# Values that the type of a key does not suggest.
VALUES = {
    "peft_type": ["IA3", "ADALORA"],
    "base_model_name_or_path": [],
    "revision": ["v1"],
    "bias": ["all", "lora_only"],
    "init_lora_weights": [False, "gaussian", "orthogonal", "pissa", "pissa_niter_4", "olora", "eva", "corda", "loftq",
                          "lora_ga", "mica"],
    "target_modules": [["q_proj"], "all-linear"],
    "exclude_modules": [["q_proj"]],
    "modules_to_save": [["linear_2"]],
    "layers_to_transform": [[0]],
    "layers_pattern": ["layers"],
    "rank_pattern": [{}, {"fc1": 3, "down_proj": 1}],
    "alpha_pattern": [{}, {"q_proj": 5}, {".*_proj": 7}],
    "trainable_token_indices": [[1, 2]],
    "layer_replication": [[[0, 2], [1, 4]]],
    "target_parameters": [["mlp.gate_proj.weight"]],
    "alora_invocation_tokens": [[1, 2]],
    "megatron_config": [{"a": 1}],
    "megatron_core": ["other"],
    "loftq_config": [{"loftq_bits": 4}],
    "auto_mapping": [None],
    "task_type": ["CAUSAL_LM"],
    "peft_version": ["0.5.0"],
    "r": [3, 4],
    "lora_alpha": [4, 32],
    "lora_dropout": [0.1],
    "qalora_group_size": [8],
    "eva_config": [{"rho": 3.0}],
    "corda_config": [{"corda_method": "ipm"}],
    "lora_ga_config": [{"direction": "ArBr"}],
    "velora_config": [{}],
    "use_bdlora": [{}],
    "arrow_config": [{}],
    "kasa_config": [{}],
    "monteclora_config": [{}],
}


def mutations():
    for field in dataclasses.fields(LoraConfig):
        if field.name == "runtime_config":
            continue
        if field.name in VALUES:
            yield from ((field.name, value) for value in VALUES[field.name])
        elif isinstance(field.default, bool):
            yield field.name, not field.default
        else:
            raise ValueError(f"no value for {field.name}")


@torch.no_grad()
def main() -> None:
    base = adapters.BASES / json.loads((ADAPTER / "case.json").read_text())["base"]
    stated = json.loads((ADAPTER / "adapter_config.json").read_text())
    _, inputs = adapters.inputs_of(base, adapters.fresh(base))
    known = load_file(ADAPTER / "expected.safetensors")["logits"]
    found, logits = {}, {}
    for key, value in mutations():
        name = f"{key}={json.dumps(value)}"
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(ADAPTER / "adapter_model.safetensors", folder)
            (Path(folder) / "adapter_config.json").write_text(json.dumps({**stated, key: value}))
            try:
                model = PeftModel.from_pretrained(adapters.fresh(base), folder).eval()
                result = model(**inputs, use_cache=False).logits[0, -1]
            except Exception as error:
                found[name] = type(error).__name__
                continue
        same = float((result - known).abs().max() / known.abs().max()) < 1e-5
        found[name] = "same" if same else "other"
        if not same:
            logits[name] = result.clone()
    rows = [{"key": name.split("=")[0], "value": json.loads(name.split("=", 1)[1]), "peft": how}
            for name, how in found.items()]
    (HERE / "adapter_keys.json").write_text(json.dumps(rows, indent=1) + "\n")
    save_file(logits, HERE / "adapter_keys.safetensors")
    print(len(found), {how: list(found.values()).count(how) for how in set(found.values())})


if __name__ == "__main__":
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    main()
