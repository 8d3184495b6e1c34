"""Word-level tokenizer (a WordPiece model that holds only whole words) and the questions in three languages.

A number is split into single digits: "47" -> "4", "##7", and WordPiece's decoder joins them again without a space.
"""
import json
from scenes import FILL_NAMES, RIM_NAMES, SHAPE_NAMES

SPECIAL = ["<unk>", "<s>", "</s>", "<pad>", "<image>"]
UNK, BOS, EOS, PAD, IMAGE = range(5)
DIGITS = [str(d) for d in range(10)] + [f"##{d}" for d in range(10)]

FILL_WORD = {
    "en": {c: c for c in FILL_NAMES},
    "fr": {"white": ("blanc", "blanche"), "black": ("noir", "noire"), "red": ("rouge", "rouge"), "brown": ("brun", "brune"), "pink": ("rose", "rose")},
    "zh": {"white": "白", "black": "黑", "red": "红", "brown": "棕", "pink": "粉"},
}
SHAPE_WORD = {  # None: a sign of any shape; French: (article, noun)
    "en": {**{s: s for s in SHAPE_NAMES}, None: "sign"},
    "fr": {"plate": ("la", "plaque"), "disc": ("le", "disque"), "diamond": ("le", "losange"), "arrow": ("la", "flèche"), None: ("le", "panneau")},
    "zh": {"plate": "方牌", "disc": "圆牌", "diamond": "菱形牌", "arrow": "箭头牌", None: "牌子"},
}
CODE_Q = {
    "en": ["What number is on the {}?", "Which number does the {} show?", "Read the number on the {}."],
    "fr": ["Quel numéro est sur {} ?", "Quel est le numéro sur {} ?", "Lis le numéro sur {}."],
    "zh": ["{}上的数字是多少?", "请读出{}上的数字。", "{}上写着什么数字?"],
}
RIM_Q = {
    "en": ["What colour is the rim of the {}?", "Which rim has the {}?"],
    "fr": ["Quelle couleur borde {} ?", "Quel bord a {} ?"],
    "zh": ["{}的边框是什么颜色?", "{}的边框是哪种色?"],
}
SHAPE_Q = {"en": ["What shape has the {}?"], "fr": ["Quelle forme a {} ?"], "zh": ["{}是什么形状?"]}
COLOUR_Q = {"en": ["What colour is the {}?"], "fr": ["De quelle couleur est {} ?"], "zh": ["{}是什么颜色?"]}


def colour_word(lang, fill):
    return FILL_WORD[lang][fill][0] if lang == "fr" else FILL_WORD[lang][fill]


def shape_word(lang, shape):
    return SHAPE_WORD[lang][shape][1] if lang == "fr" else SHAPE_WORD[lang][shape]


def phrase(lang, fill, shape):
    """The sign of a colour, of a shape, or of both (None: not named), as the questions' {} wants it."""
    if lang == "en":
        return f"{fill} {SHAPE_WORD[lang][shape]}" if fill else SHAPE_WORD[lang][shape]
    if lang == "zh":
        return (FILL_WORD[lang][fill] + "色" if fill else "") + SHAPE_WORD[lang][shape]
    article, noun = SHAPE_WORD[lang][shape]
    return f"{article} {noun} {FILL_WORD[lang][fill][article == 'la']}" if fill else f"{article} {noun}"


def refer(rng, lang, signs, at):
    """How a question names signs[at] so that only one sign of the scene fits: by colour and shape, colour alone, or shape alone."""
    s = signs[at]
    only = lambda key: sum(o[key] == s[key] for o in signs) == 1
    short = [(f, p) for f, p, ok in ((s["fill"], None, only("fill")), (None, s["shape"], only("shape"))) if ok]
    return phrase(lang, *(short[rng.integers(0, len(short))] if short and rng.random() < 0.5 else (s["fill"], s["shape"])))


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
    for table in (CODE_Q, RIM_Q, SHAPE_Q, COLOUR_Q):
        for lang in table:
            for q in table[lang]:
                add(q.replace("{}", " "))
    for lang in FILL_WORD:
        for fill in FILL_NAMES:
            add(" ".join(FILL_WORD["fr"][fill]) if lang == "fr" else FILL_WORD[lang][fill])
        for shape in [*SHAPE_NAMES, None]:
            add(phrase(lang, None, shape))
    add("en à ? ! . , ' - 。 ， ？ ！ 、 a an the is are of on in and to le la les un une des du et dans image picture photo please "
        "answer question number text red colour color tag tag label code find look describe this show "
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
