"""Which keys a version of transformers writes into which config file: `python written.py` adds its own to written.json.

Run once with every version (4.37.2, 4.49.0, 4.57.6, 5.0.0, 5.5.4, 5.6.2, 5.24.0); each key keeps the values that the
classes give it by default. `test/checkpoint/keys/tables.test.ts` holds Fovea's tables against it.
"""

import json
import tempfile
import warnings
from pathlib import Path

import transformers
from transformers import AutoTokenizer, CLIPConfig, CLIPVisionConfig, GenerationConfig, LlamaConfig, LlavaConfig

HERE = Path(__file__).parent
CASES = HERE.parent / "oracle" / "cases"
# Values that say nothing of a model: a table has rules for keys, and for these values only the key counts.
LENGTH = 200


def without(config: dict, *names: str) -> dict:
    return {key: value for key, value in config.items() if key not in names}


def found() -> dict[str, list[dict]]:
    """Objects by the table of Fovea's that they belong to."""
    llava = LlavaConfig().to_dict()
    out = {
        "llava": [without(llava, "text_config", "vision_config"), LlavaConfig().to_diff_dict()],
        "llava.text_config": [llava["text_config"], LlamaConfig().to_dict()],
        "llava.vision_config": [llava["vision_config"], CLIPVisionConfig().to_dict()],
        "llava-original": [LlamaConfig().to_dict()],
        "tower": [CLIPVisionConfig().to_dict()],
        "clip": [without(CLIPConfig().to_dict(), "vision_config")],
        "generation": [GenerationConfig().to_dict()],
    }
    classes = ["CLIPImageProcessor", "LlavaImageProcessor", "CLIPImageProcessorFast", "LlavaImageProcessorFast"]
    out["clip-processor"] = [one for name in classes if (one := of_class(name)) is not None]
    qwen = ["Qwen2VLImageProcessor", "Qwen2VLImageProcessorFast"]
    out["qwen-processor"] = [one for name in qwen if (one := of_class(name)) is not None]
    if hasattr(transformers, "Qwen2_5_VLConfig"):
        config = transformers.Qwen2_5_VLConfig().to_dict()
        flat = "text_config" not in config
        out["qwen-flat" if flat else "qwen"] = [without(config, "text_config", "vision_config")]
        out["qwen.vision_config"] = [config["vision_config"]]
        if not flat:
            out["qwen.text_config"] = [config["text_config"]]
    for table, case in (("llava-tokenizer", "llava-hf-plain-33"), ("qwen-tokenizer", "qwen2_5-vl-windows")):
        files = saved(lambda: AutoTokenizer.from_pretrained(CASES / case), "tokenizer_config.json")
        if files:
            out[table] = [files]
    for table, name, case, numbers in (
        ("llava-processor-file", "LlavaProcessor", "llava-hf-plain-33", ["LlavaImageProcessor", "CLIPImageProcessor"]),
        ("qwen-processor-file", "Qwen2_5_VLProcessor", "qwen2_5-vl-windows", ["Qwen2VLImageProcessor"]),
    ):
        files = saved(lambda: processor(name, case, numbers), "processor_config.json")
        if files:
            out[table] = [without(files, "image_processor", "video_processor")]
    return out


def of_class(name: str) -> dict | None:
    try:
        return getattr(transformers, name)().to_dict()
    except Exception:  # noqa: BLE001 - this version has none, or needs what is not installed
        return None


def processor(name: str, case: str, numbers: list[str]):
    image = next(getattr(transformers, one)() for one in numbers if of_class(one) is not None)
    tokenizer = AutoTokenizer.from_pretrained(CASES / case)
    kind = getattr(transformers, name)
    if name == "LlavaProcessor":
        try:
            return kind(image, tokenizer, patch_size=14, vision_feature_select_strategy="default",
                        num_additional_image_tokens=1)
        except TypeError:
            return kind(image, tokenizer)
    return kind(image, tokenizer)


def saved(make, file: str) -> dict | None:
    try:
        with tempfile.TemporaryDirectory() as folder:
            make().save_pretrained(folder)
            path = Path(folder) / file
            return json.loads(path.read_text()) if path.exists() else None
    except Exception as error:  # noqa: BLE001
        print(transformers.__version__, "writes no", file, type(error).__name__, str(error)[:100])
        return None


def main() -> None:
    warnings.filterwarnings("ignore")
    path = HERE / "written.json"
    known = json.loads(path.read_text()) if path.exists() else {"versions": [], "tables": {}}
    known["versions"] = sorted({*known["versions"], transformers.__version__})
    for table, objects in found().items():
        keys = known["tables"].setdefault(table, {})
        for written in objects:
            for key, value in json.loads(json.dumps(written, default=str)).items():
                values = keys.setdefault(key, [])
                if key != "transformers_version" and value not in values and len(json.dumps(value)) < LENGTH:
                    values.append(value)
    tables = ",\n".join(
        f"{json.dumps(table)}: {{\n"
        + ",\n".join(f" {json.dumps(key)}: {json.dumps(values)}" for key, values in sorted(keys.items()))
        + "\n}"
        for table, keys in sorted(known["tables"].items())
    )
    path.write_text(f'{{"versions": {json.dumps(known["versions"])},\n"tables": {{\n{tables}\n}}}}\n')


if __name__ == "__main__":
    main()
