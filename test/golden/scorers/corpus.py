"""Numbers over whole sets: the harnesses' own aggregations over rows that are drawn from a seed."""
import random
import types

import pandas as pd


def corpora(lmms, kit, seed):
    rng = random.Random(f'corpora {seed}')
    out = {'pope': [], 'hrbench': [], 'ocrbench': [], 'vstar': [], 'mme-realworld': []}
    rows = [[('Yes.', 'yes')] * 9 + [('Yes', 'yes')] + [('No', 'no')] * 10, [('yes', 'yes')] * 10 + [('yes', 'no')] * 10, [('maybe', 'yes')]]
    for _ in range(12):
        rows.append([(rng.choice(['yes', 'no', 'Yes', 'no ', 'Yes.', 'No, it is not', 'maybe']), rng.choice(['yes', 'no'])) for _ in range(rng.randint(1, 40))])
    for pairs in rows:
        pope = lmms.task['pope']
        results = [pope.pope_process_results({'answer': key, 'question_id': 0}, [said])['pope_accuracy'] for said, key in pairs]
        kit.yorn.load = lambda name: pd.DataFrame([
            {'answer': key.capitalize(), 'extracted': kit.yorn.YOrN_Extraction(said), 'score': kit.yorn.YOrN_Extraction(said) == key.capitalize(), 'category': 'random'} for said, key in pairs
        ])
        overall = kit.yorn.POPE_rating('').iloc[0]
        out['pope'].append({
            'rows': pairs,
            'lmms': {name: getattr(pope, f'pope_aggregate_{name}')(results) for name in ('accuracy', 'precision', 'recall', 'f1_score', 'yes_ratio')},
            'kit': {'f1_score': float(overall['Overall']), **{name: float(overall[name]) for name in ('acc', 'precision', 'recall')}},
        })
    for _ in range(12):
        scored = [(rng.choice('01230'), rng.choice(['single', 'cross']), rng.randint(0, 1)) for _ in range(rng.randint(4, 60))]
        results = [{'cycle_category': cycle, 'gpt_score': score} for cycle, _, score in scored]
        part = lambda kind: [r for r, (_, k, _) in zip(results, scored) if k == kind]
        mean = lambda rows: lmms.task['hrbench'].hrbench_aggregate_results(rows, None) if rows else None
        out['hrbench'].append({'rows': scored, 'average': mean(results), 'single': mean(part('single')), 'cross': mean(part('cross'))})
        out['vstar'].append({'scores': [score for *_, score in scored], 'percent': lmms.task['vstar_bench'].vstar_aggregate_results([{'category': kind, 'score': float(score)} for _, kind, score in scored])})
        ocr = lmms.task['ocrbench']
        for name in ocr.OCRBench_score:
            ocr.OCRBench_score[name] = 0
        ocr.generate_submission_file = lambda *args, **kwargs: '/dev/null'
        results = [{'question_type': rng.choice(list(ocr.OCRBench_score)), 'score': score} for *_, score in scored]
        silent = ocr.ocrbench_aggregate_accuracy.__globals__
        silent['print'] = lambda *args, **kwargs: None
        out['ocrbench'].append({'scores': [score for *_, score in scored], 'score': ocr.ocrbench_aggregate_accuracy(results, None)})
        mme = lmms.task['mme_realworld']
        results = [{'category': rng.choice(mme.TASKS), 'sub_category': rng.choice(mme.SUBTASKS), 'task_category': rng.choice('xyz'), 'pred_answer': 'A' if score else 'B', 'answer': 'A'} for *_, score in scored]
        out['mme-realworld'].append({'scores': [score for *_, score in scored], 'accuracy': mme.mme_realworld_aggregate_results(results)})
    return out
