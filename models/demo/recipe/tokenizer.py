"""Word-level tokenizer (a WordPiece model that holds only whole words) and the questions in three languages.

A number is split into single digits: "47" -> "4", "##7", and WordPiece's decoder joins them again without a space.
"""
import json
from scenes import FILL_NAMES, BORDER_NAMES

SPECIAL = ["<unk>", "<s>", "</s>", "<pad>", "<image>"]
UNK, BOS, EOS, PAD, IMAGE = range(5)
DIGITS = [str(d) for d in range(10)] + [f"##{d}" for d in range(10)]

FILL_WORD = {
    "en": {c: c for c in FILL_NAMES},
    "fr": {"red": "rouge", "orange": "orange", "yellow": "jaune", "green": "verte", "cyan": "cyan", "blue": "bleue",
           "purple": "violette", "pink": "rose"},
    "zh": {"red": "红", "orange": "橙", "yellow": "黄", "green": "绿", "cyan": "青", "blue": "蓝", "purple": "紫", "pink": "粉"},
}
BORDER_WORD = {
    "en": {c: c for c in BORDER_NAMES},
    "fr": {"black": "noir", "white": "blanc", "red": "rouge", "green": "vert", "blue": "bleu", "yellow": "jaune"},
    "zh": {"black": "黑", "white": "白", "red": "红", "green": "绿", "blue": "蓝", "yellow": "黄"},
}
WHERE = {  # (row, column) -> words
    "en": (("top", "bottom"), ("left", "right")),
    "fr": (("haut", "bas"), ("gauche", "droite")),
    "zh": (("上", "下"), ("左", "右")),
}
CODE_Q = {
    "en": ["What is the code on the {} tag?", "Which code is on the {} tag?", "Read the code of the {} tag."],
    "fr": ["Quel est le code sur l'étiquette {} ?", "Quel code porte l'étiquette {} ?", "Lis le code de l'étiquette {}."],
    "zh": ["{}色标签上的代码是什么?", "请读出{}色标签的代码。", "{}色标签的号码是多少?"],
}
BORDER_Q = {
    "en": ["What colour is the border of the {} tag?", "Which border has the {} tag?"],
    "fr": ["De quelle couleur est le bord de l'étiquette {} ?", "Quel bord a l'étiquette {} ?"],
    "zh": ["{}色标签的边框是什么颜色?", "{}色标签的边框是哪种色?"],
}
WHERE_Q = {
    "en": ["Where is the {} tag?"], "fr": ["Où est l'étiquette {} ?"], "zh": ["{}色标签在哪里?"],
}
TEMPLATE = "USER: <image>\n{} ASSISTANT:"
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}USER: "
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for part in message['content'] %}{% if part['type'] == 'image' %}<image>\n{% endif %}{% endfor %}"
    "{% for part in message['content'] %}{% if part['type'] == 'text' %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %} "
    "{% else %}ASSISTANT: {{ message['content'] }}{{ eos_token }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}ASSISTANT:{% endif %}"
)


def _normal(text):
    """BertNormalizer + BertPreTokenizer on the recipe's own sentences: lower case, no accents, CJK and punctuation apart."""
    import unicodedata
    text = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(c) != "Mn")
    out = ""
    for c in text:
        apart = unicodedata.category(c).startswith("P") or "\u4e00" <= c <= "\u9fff"
        out += f" {c} " if apart else c
    return out.split()


def _words():
    seen = []

    def add(text):
        for w in _normal(text):
            if w not in seen:
                seen.append(w)

    add("USER: ASSISTANT:")
    for table in (CODE_Q, BORDER_Q, WHERE_Q):
        for lang in table:
            for q in table[lang]:
                add(q.replace("{}", " "))
    for table in (FILL_WORD, BORDER_WORD):
        for lang in table:
            add(" ".join(table[lang].values()))
    for lang in WHERE:
        for pair in WHERE[lang]:
            add(" ".join(pair))
    add("en à ? ! . , ' - 。 ， ？ ！ 、 a an the is are of on in and to le la les un une des du et dans image picture photo please "
        "answer question number text red colour color tag label sign find look describe this show "
        "réponds question image décris cette nombre texte s'il vous plaît 这 张 图 片 描 述 回 答 问 题 数 字 请 个 有 和 吗 呢")
    return seen


VOCAB = {t: i for i, t in enumerate(SPECIAL + DIGITS + _words())}
VOCAB_SIZE = (len(VOCAB) + 63) // 64 * 64
NAMES = {i: t for t, i in VOCAB.items()}


def encode_words(text):
    """Ids of a piece of text without special tokens (the fast path for training; equals the stored tokenizer)."""
    ids = []
    for w in _normal(text):
        if w.isdigit():
            ids += [VOCAB[w[0]]] + [VOCAB[f"##{c}"] for c in w[1:]]
        else:
            ids.append(VOCAB.get(w, UNK))
    return ids


def prompt_ids(question):
    """<s> user : <image> question assistant :"""
    before, after = TEMPLATE.format(question).split("<image>")
    return [BOS] + encode_words(before) + [IMAGE] + encode_words(after)


def answer_text(ids):
    out = ""
    for i in ids:
        if i in (EOS, BOS, PAD):
            continue
        t = NAMES.get(int(i), "")
        out += t[2:] if t.startswith("##") else (" " if out else "") + t
    return out


def tokenizer_json():
    special = lambda i, t: {"id": i, "content": t, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [special(i, t) for i, t in enumerate(SPECIAL)],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": True, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [BOS], "tokens": ["<s>"]}},
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "<unk>", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": VOCAB},
    }


def tokenizer_config():
    return {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>",
        "add_bos_token": True, "add_eos_token": False, "clean_up_tokenization_spaces": True, "model_max_length": 2048, "padding_side": "right",
        "chat_template": CHAT_TEMPLATE,
        "added_tokens_decoder": {str(i): {"content": t, "lstrip": False, "rstrip": False, "normalized": False, "single_word": False, "special": True}
                                 for i, t in enumerate(SPECIAL)},
    }


def write(folder):
    json.dump(tokenizer_json(), open(f"{folder}/tokenizer.json", "w"), ensure_ascii=False, indent=1)
    json.dump(tokenizer_config(), open(f"{folder}/tokenizer_config.json", "w"), ensure_ascii=False, indent=2)
