"""The scorers of lmms-eval and VLMEvalKit, taken from their own files at run time without PyTorch. Nothing of a rule is
written here: packages that their files import beside the rule are put in place as empty modules."""
import ast, importlib, os, pathlib, re, string, sys, types

import numpy as np
import pandas as pd

os.environ.pop('VERBOSE', None)


def package(name, path=None, **members):
    module = types.ModuleType(name)
    if path is not None:
        module.__path__ = [str(path)]
    module.__dict__.update(members)
    sys.modules[name] = module
    return module


def taken(file, *names, **scope):
    """Functions and classes of a file, without the rest of it and without base classes."""
    kept = [node for node in ast.parse(pathlib.Path(file).read_text()).body if getattr(node, 'name', None) in names]
    for node in kept:
        if isinstance(node, ast.ClassDef):
            node.bases = []
    exec(compile(ast.Module(body=kept, type_ignores=[]), str(file), 'exec'), scope)
    return scope if len(names) > 1 else scope[names[0]]


class LmmsEval:
    def __init__(self, folder):
        root = pathlib.Path(folder) / 'lmms_eval'
        package('lmms_eval', root)
        package('lmms_eval.api', root / 'api')
        package('lmms_eval.tasks', root / 'tasks')
        package('lmms_eval.tasks._task_utils', root / 'tasks/_task_utils')
        keep = lambda *args, **kwargs: lambda function: function
        package('lmms_eval.api.registry', register_aggregation=keep, register_metric=keep)
        package('datasets', Dataset=object, load_dataset=None)
        names = ['textvqa', 'docvqa', 'infovqa', 'chartqa', 'ocrbench', 'vstar_bench', 'hrbench', 'mme_realworld', 'pope', 'gqa']
        self.task = {name: importlib.import_module(f'lmms_eval.tasks.{name}.utils') for name in names}
        self.metrics = importlib.import_module('lmms_eval.api.metrics')
        self.root = root

    def textvqa(self, c):
        return self.task['textvqa'].textvqa_process_results({'answers': list(c['truths']), 'question_id': 0}, [c['answer']])['exact_match']

    def anls(self, c):
        return self.metrics.anls(c['truths'], [c['answer']])['anls']

    def chartqa(self, c):
        doc = {'type': 'human_test', 'answer': c['truths'][0]}
        return self.task['chartqa'].chartqa_process_results(doc, [c['answer']])['relaxed_overall']

    def ocrbench(self, c):
        formula = c['category'] == 'HME100k'
        doc = {'answer': list(c['truths']), 'dataset': 'HME100k' if formula else 'IIIT5K', 'question_type': ''}
        return self.task['ocrbench'].ocrbench_process_results(doc, [c['answer']])['ocrbench_accuracy']['score']

    def vstar(self, c):
        doc = {'label': c['truths'][0], 'question_id': 0, 'text': ''}
        return self.task['vstar_bench'].vstar_process_results(doc, [c['answer']])['vstar_overall_acc']['score']

    def hrbench(self, c):
        """The score, or None where a language model is asked: no request leaves this machine."""
        module = self.task['hrbench']
        asked = []
        module.hrbench_evaluator._post_request = lambda payload: asked.append(1) or {'choices': [{'message': {'content': 'Z'}}]}
        doc = dict(zip(string.ascii_uppercase, c['options']), question='', answer=c['truths'][0], category='single', cycle_category='0', index=0)
        score = module.hrbench_process_results(doc, [c['answer']])['average']['gpt_score']
        return None if asked else score

    def mme(self, c):
        doc = {'category': 'Perception/Monitoring', 'l2-category': 'x', 'index': 0, 'answer': c['truths'][0]}
        module = self.task['mme_realworld']
        return module.mme_realworld_aggregate_results([module.mme_realworld_process_results(doc, [c['answer']])['mme_realworld_score']])

    def pope(self, c):
        doc = {'answer': c['truths'][0], 'question_id': 0}
        return self.task['pope'].pope_process_results(doc, [c['answer']])['pope_accuracy']['score']

    def gqa(self, c):
        return float(self.metrics.exact_match_fn(references=[c['truths'][0]], predictions=[c['answer']], ignore_case=True, ignore_punctuation=True)['exact_match'])

    def config(self, task, file):
        """A task's settings: functions are named in them, which YAML alone cannot read."""
        import yaml

        text = (self.root / 'tasks' / task / file).read_text()
        config = yaml.safe_load('\n'.join(line for line in text.splitlines() if '!function' not in line))
        if 'include' in config:
            config = {**self.config(task, config['include']), **config}
        return config


class VlmEvalKit:
    def __init__(self, folder):
        root = pathlib.Path(folder) / 'vlmeval'
        smp = taken(root / 'smp/misc.py', 'process_punctuation', 'istype', 'listinstr', 'cn_string')
        package('vlmeval', root)
        package('vlmeval.smp', None, d2df=None, load=None, **{name: smp[name] for name in ('process_punctuation', 'istype', 'listinstr')})
        package('vlmeval.smp.log', None, get_logger=lambda name: None)
        package('vlmeval.utils', root / 'utils')
        package('vlmeval.dataset', root / 'dataset')
        package('vlmeval.dataset.utils', root / 'dataset/utils')
        self.vqa = importlib.import_module('vlmeval.dataset.utils.vqa_eval')
        self.yorn = importlib.import_module('vlmeval.dataset.utils.yorn')
        matching = importlib.import_module('vlmeval.utils.matching_util')
        names = ('build_choices', 'extract_answer_from_item', 'eval_vanilla', 'build_prompt', 'build_prompt_cn', 'extract_characters_regex')
        self.mcq = taken(root / 'dataset/utils/multiple_choice.py', *names, string=string, pd=pd, re=re, can_infer=matching.can_infer, cn_string=smp['cn_string'], build_option_str=str)
        files = {'load': lambda name: self.table, 'dump': self.dump, 'get_intermediate_file_path': lambda *args: '', 'pd': pd}
        self.ocr = taken(root / 'dataset/image_vqa.py', 'OCRBench', tqdm=lambda rows: rows, **files)
        osp = types.SimpleNamespace(exists=lambda name: False)
        self.mme_class = taken(root / 'dataset/image_mcq.py', 'MMERealWorld', re=re, osp=osp, get_file_extension=lambda name: 'tsv', print=lambda *args: None, **files)
        tools = package('vlmeval.dataset.utils.multiple_choice', None, extract_characters_regex=self.mcq['extract_characters_regex'], get_dimension_rating=lambda name: {})
        self.mme_class.evaluate.__func__.__globals__['__package__'] = 'vlmeval.dataset'
        self.hrbench_report = importlib.import_module('vlmeval.dataset.utils.hrbench')

    def dump(self, data, name):
        if isinstance(data, pd.DataFrame):
            self.dumped = data

    def line(self, c, method):
        return self.vqa.process_line({'answer': str(list(c['truths'])), 'prediction': c['answer']}, method=method)

    def textvqa(self, c):
        return float(self.vqa.hit_calculate([self.line(c, 'vqa_score')], 'TextVQA_VAL')[0])

    def anls(self, c):
        return float(self.vqa.hit_calculate([self.line(c, 'anls')], 'DocVQA_VAL')[0])

    def chartqa(self, c):
        return float(self.vqa.hit_calculate([self.line(c, 'relaxed_accuracy')], 'ChartQA_TEST')[0])

    def gqa(self, c):
        return float(np.mean(self.line(c, 'accuracy')['match']))

    def ocrbench(self, c):
        formula = c['category'] == 'HME100k'
        category = 'Handwritten Mathematical Expression Recognition' if formula else 'Doc-oriented VQA'
        self.table = pd.DataFrame([{'prediction': c['answer'], 'answer': str(list(c['truths'])), 'category': category}])
        return self.ocr.evaluate('')['Final Score']

    def choice(self, c):
        """The score, or None where a judge is asked if there is one."""
        item = dict(zip(string.ascii_uppercase, c['options']), question='', prediction=c['answer'], GT=c['truths'][0])
        log = self.mcq['extract_answer_from_item'](None, item)['log']
        return None if log.startswith('Failed in Prefetch') else self.mcq['eval_vanilla'](None, item)['hit']

    def mme(self, c):
        self.table = pd.DataFrame([{'index': 0, 'prediction': c['answer'], 'answer': c['truths'][0]}])
        self.mme_class.evaluate('x.tsv')
        return float(self.dumped['score'].iloc[0])

    def pope(self, c):
        return float(self.yorn.YOrN_Extraction(c['answer']) == c['truths'][0].strip().capitalize())


class ZoomBench:
    """The publishers' rule up to where they ask computer algebra and a language model; None there."""
    def __init__(self, folder, mathruler):
        sys.path.insert(0, str(mathruler))
        self.grader = grader = importlib.import_module('mathruler.grader')
        grader.are_equal_under_sympy = lambda *given: False
        tree = ast.parse((pathlib.Path(folder) / 'mm-eval/judge_qwenlm.py').read_text())
        [where] = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "'<answer>' in model_answer_raw"]
        self.extract = compile(ast.Module(body=[where], type_ignores=[]), 'extract', 'exec')

    def score(self, c):
        scope = {'model_answer_raw': c['answer']}
        exec(self.extract, scope)
        try:
            same = self.grader.grade_answer(c['truths'][0], scope['extracted_answer'])
        except Exception:
            same = False
        return 1 if same else None
