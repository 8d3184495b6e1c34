"""Writes prompts.json: what lmms-eval 0.7.3 asks for rows with options. Run: python3 prompts.py FOLDER, where FOLDER has the
wheel's lmms_eval/ (pip download --no-deps lmms-eval==0.7.3, unzipped). Only the functions that make prompts are run."""
import ast, json, pathlib, re, string, sys

tasks = pathlib.Path(sys.argv[1]) / 'lmms_eval' / 'tasks'
here = pathlib.Path(__file__).parent


def function(file, *names):
    tree = ast.parse((tasks / file).read_text())
    kept = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in names]
    scope = {'re': re, 'string': string, 'pd': type('pd', (), {'isna': staticmethod(lambda v: v is None)})}
    exec(compile(ast.Module(body=kept, type_ignores=[]), file, 'exec'), scope)
    return scope[names[0]]


vstar = function('vstar_bench/utils.py', 'vstar_doc_to_text')
hrbench = function('hrbench/utils.py', 'hrbench_doc_to_text', 'hrbench_doc_to_options')
mme = function('mme_realworld/utils.py', 'mme_realworld_doc_to_text')
post = "\nAnswer with the option's letter from the given choices directly."
texts = [json.loads(line)['text'] for line in (here / 'vstar/test_questions.jsonl').read_text().splitlines()]
texts += ['Which? (A) a (one) (B) b', 'No options here', 'Odd (B) two (A) one', 'Which is it?\n(A) x\n(B) y ', 'Q (E) five (A)\u00a0nbsp (B) z']
out = {
    'vstar': [{'text': text, 'prompt': vstar({'text': text}, {'pre_prompt': '', 'post_prompt': post})} for text in texts],
    'hrbench': [
        {'doc': doc, 'prompt': hrbench(doc)}
        for doc in [
            {'question': ' What color is it? ', 'A': 'red', 'B': 'blue', 'C': 'green', 'D': 'black'},
            {'question': 'Two?', 'A': 'yes', 'B': 'no', 'C': None, 'D': None},
        ]
    ],
    'mme': [
        {'doc': doc, 'prompt': mme(doc)}
        for doc in [{'question': 'How many?', 'multi-choice options': ['(A) 3', '(B) 5', '(E) none']}]
    ],
}
(here / 'prompts.json').write_text(json.dumps(out, indent=1) + '\n')
