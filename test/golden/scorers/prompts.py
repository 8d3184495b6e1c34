"""What lmms-eval asks, by its own doc_to_text with the settings of its own files, and how many tokens it lets a model write."""
import random

from cases import ODD, WORDS, text

TASKS = {
    'textvqa': ('textvqa', 'textvqa_val.yaml', 'textvqa_doc_to_text'),
    'docvqa': ('docvqa', 'docvqa_val.yaml', 'docvqa_doc_to_text'),
    'infovqa': ('infovqa', 'infovqa_val.yaml', 'infovqa_doc_to_text'),
    'chartqa': ('chartqa', 'chartqa.yaml', 'chartqa_doc_to_text'),
    'ocrbench': ('ocrbench', 'ocrbench.yaml', 'ocrbench_doc_to_text'),
    'pope': ('pope', 'pope.yaml', 'pope_doc_to_text'),
    'gqa': ('gqa', 'gqa.yaml', 'gqa_doc_to_text'),
    'vstar': ('vstar_bench', '_default_template_yaml', 'vstar_doc_to_text'),
    'hrbench': ('hrbench', 'hrbench4k.yaml', 'hrbench_doc_to_text'),
    'mme-realworld': ('mme_realworld', 'mme_realworld_lite.yaml', 'mme_realworld_doc_to_text'),
}
QUESTIONS = ['what is the NAME of Dr. Smith?', 'What does IBM say', '  Is there a dog?\n', 'ÉCOLE ou Lycée?', 'ǆ is what', 'ß?', 'ﬁne', 'ŉ', 'ΑΣ ΟΔΟΣ', 'İstanbul', 'ⴀ is', 'აბგ', '', '你好吗', '1. Which?']


def prompts(lmms, seed):
    rng = random.Random(f'prompts {seed}')
    out = {}
    for name, (task, file, function) in TASKS.items():
        config = lmms.config(task, file)
        given = config.get('lmms_eval_specific_kwargs', {}).get('default')
        ask = getattr(lmms.task[task], function)
        docs = []
        for question in QUESTIONS + [text(rng) for _ in range(15)]:
            options = [rng.choice(WORDS + ODD) for _ in range(4)]
            docs.append({'question': question, 'text': f'{question}\n(A) {options[0]}\n(B) {options[1]}', 'multi-choice options': [f'({l}) {o}' for l, o in zip('ABCD', options)], **dict(zip('ABCD', options))})
        out[name] = {
            'maxNewTokens': config.get('generation_kwargs', {}).get('max_new_tokens'),
            'asked': [{'question': doc['text'] if name == 'vstar' else doc['question'], 'options': [doc[l] for l in 'ABCD'], 'prompt': ask(dict(doc), given)} for doc in docs],
        }
    return out
