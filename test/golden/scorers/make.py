"""Writes scores.json.gz and prompts.json.gz: what lmms-eval 0.7.3 and VLMEvalKit e8e78f0 say. See README.md.
   python make.py LMMS VLMEVALKIT ZOOM MATHRULER [--count N] [--seed N] [--out FOLDER]"""
import argparse, gzip, json, pathlib, sys

from loguru import logger

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from cases import drawn
from corpus import corpora
from originals import LmmsEval, VlmEvalKit, ZoomBench
from prompts import prompts

arguments = argparse.ArgumentParser()
arguments.add_argument('lmms')
arguments.add_argument('kit')
arguments.add_argument('zoom')
arguments.add_argument('mathruler')
arguments.add_argument('--count', type=int, default=320)
arguments.add_argument('--seed', type=int, default=2026)
arguments.add_argument('--out', default=str(pathlib.Path(__file__).parent))
given = arguments.parse_args()

logger.remove()
lmms, kit = LmmsEval(given.lmms), VlmEvalKit(given.kit)
zoom = ZoomBench(given.zoom, given.mathruler)
SCORERS = {
    'textvqa': {'textvqa': lmms.textvqa, 'vlmevalkit/textvqa': kit.textvqa},
    'anls': {'anls': lmms.anls},
    'chartqa': {'chartqa': lmms.chartqa, 'vlmevalkit/chartqa': kit.chartqa},
    'ocrbench': {'ocrbench': lmms.ocrbench, 'vlmevalkit/ocrbench': kit.ocrbench},
    'vstar': {'vstar': lmms.vstar, 'vlmevalkit/vstar': kit.choice},
    'hrbench': {'hrbench': lmms.hrbench, 'vlmevalkit/hrbench': kit.choice},
    'mme-realworld': {'mme-realworld': lmms.mme, 'vlmevalkit/mme-realworld': kit.mme},
    'pope': {'pope': lmms.pope, 'vlmevalkit/pope': kit.pope},
    'gqa': {'gqa': lmms.gqa, 'vlmevalkit/gqa': kit.gqa},
    'zoombench': {'zoombench': zoom.score},
}


def write(name, value):
    text = json.dumps(value, ensure_ascii=True, separators=(',', ':'))
    # No time in it, so that the same numbers are the same file.
    (pathlib.Path(given.out) / name).write_bytes(gzip.compress(text.encode(), mtime=0))


scores = {}
for name, originals in SCORERS.items():
    cases = drawn(name, given.count, given.seed)
    for case in cases:
        case['scores'] = {scorer: original(dict(case)) for scorer, original in originals.items()}
    if name == 'anls':
        # VLMEvalKit is said to count alike: this is where that is checked.
        assert all(case['scores']['anls'] == kit.anls(case) for case in cases)
    scores[name] = cases
    print(name, len(cases), {s: round(sum(c['scores'][s] or 0 for c in cases) / len(cases), 3) for s in originals})
write('scores.json.gz', scores)
write('corpora.json.gz', corpora(lmms, kit, given.seed))
write('prompts.json.gz', prompts(lmms, given.seed))
