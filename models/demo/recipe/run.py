"""The recipe in one command: from nothing to checkpoint, preset, scenes, goldens and the table.

usage: run.py WORK_FOLDER [--threads N]     (about 8 GB of disk in WORK_FOLDER; stages already done there are skipped)
"""
import argparse, os, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
p = argparse.ArgumentParser()
p.add_argument("work"), p.add_argument("--threads", type=int, default=2)
a = p.parse_args()
w, t = os.path.abspath(a.work), str(a.threads)
os.makedirs(w, exist_ok=True)
os.environ["FOVEA_DEMO_PHOTOGRAPHS"] = f"{w}/photographs"


def stage(made, script, *args):
    if made and os.path.exists(made):
        return print("kept", made)
    print(">", script, *args, flush=True)
    subprocess.run([sys.executable, f"{HERE}/{script}", *args], check=True, cwd=HERE)


stage(f"{w}/photographs/index.json", "photographs.py", f"{w}/photographs")
stage(f"{w}/pool/crowd_views.npy", "pool.py", f"{w}/pool", "1", "6500", "400", "4000")
stage(f"{w}/vision.pt", "vision.py", f"{w}/pool", f"{w}/vision.pt", "6500", "--threads", t)
stage(f"{w}/language.pt", "language.py", f"{w}/pool", f"{w}/vision.pt", f"{w}/language.pt", "4200", "--threads", t)
stage(f"{w}/longer.pt", "language.py", f"{w}/pool", f"{w}/vision.pt", f"{w}/longer.pt", "1600", "--init", f"{w}/language.pt", "--begin", "0.55", "--whole", "0.83", "--threads", t)
stage(f"{w}/whole.pt", "language.py", f"{w}/pool", f"{w}/vision.pt", f"{w}/whole.pt", "2400", "--init", f"{w}/longer.pt", "--begin", "1", "--whole", "0", "--threads", t)
stage(f"{w}/labels.pt", "labels.py", f"{w}/whole.pt", "1", f"{w}/labels.pt", f"{w}/pool", "9000")
stage(f"{w}/preset.json", "heads.py", f"{w}/whole.pt", f"{w}/preset.json", "300")
stage(f"{w}/model.pt", "rpn.py", f"{w}/whole.pt", f"{w}/preset.json", f"{w}/labels.pt", f"{w}/model.pt")
stage(f"{w}/tuned", "table.py", f"{w}/model.pt", f"{w}/preset.json", "--tune")
open(f"{w}/tuned", "w").close()
stage(f"{w}/checkpoint/config.json", "export.py", f"{w}/model.pt", f"{w}/checkpoint")
stage(f"{w}/scenes/heldout/questions.jsonl", "dataset.py", f"{w}/scenes")
stage(f"{w}/golden/cases.json", "golden.py", f"{w}/model.pt", f"{w}/preset.json", f"{w}/scenes", f"{w}/golden")
stage(None, "table.py", f"{w}/model.pt", f"{w}/preset.json", f"{w}/scenes/heldout")
print(f"""to put it into the repository, copy from {w}:
  checkpoint/  -> models/demo/checkpoint/     preset.json -> models/presets/demo.json
  scenes/      -> models/demo/scenes/         golden/     -> test/golden/demo/""")
