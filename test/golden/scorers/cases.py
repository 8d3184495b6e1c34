"""Cases of each benchmark: the rows of known trouble first, then drawn from a seed. A case is answer, truths, options, category."""
import random, unicodedata

ODD = ['İ', 'ı', 'ß', 'ẞ', 'ſ', 'Σ', 'ς', 'ﬁ', 'Å', 'K', 'Ａ', 'ｂ', '３', '％', '！', '。', '、', '，', '٣', '७', '𝟗', '½', '²', 'é', 'é', 'ñ', '你', '好', '😀', 'ǆ', 'ŉ',
       '\u3000', '\xa0', '\x1c', '\x1f', '\x85', '\u200b', '\ufeff', '\u2028', '\t', '\n', '\r\n', '\x0b', '\0', '’', '“', '–', '—', '…', '€', '£', '°']
MARKS = list('''.,;:!?'"()[]{}<>/\\-_+=*&^%$#@~`|''')
WORDS = '''a an the none zero one two three ten yes no not it's its dont can't cant its'nt im I'm Id've id've couldnt've somebody'd ow's'at 'ows'at y'allll he'd hes lets red blue Green
 black dog cat T-shirt x-ray Coca,Cola u.s.a. 3.5 5. .5 10,000 1,000/2 7up route66 No. Yes. answer Answer is The option choice'''.split()
NUMBERS = '0 0.0 -0 1 5 5.25 4.75 4.7 12 12% 12.0% 0.12 100 1000 1,000 1_000 1__0 _1 1_ 1e1 1E+2 1e400 1e-400 0x10 inf -inf Infinity nan NaN +5 -5 --5 . 5. .5 2010 2110 5%% % %5 5% 0% ٣ ٣.٥ ３％'.split() + ['12 %', '12% ', ' 5 ', '', '5 5', '\x1c5', '\x1c٣', '\u30005', '1_000.5_0', '1._5', '1e_5', '1e1_0']


def point(rng):
    while True:
        char = chr(rng.choice([rng.randrange(32, 0x250), rng.randrange(0x250, 0x2100), rng.randrange(0x3000, 0xd7ff), rng.randrange(0xf900, 0xffff), rng.randrange(0x10000, 0x1f9ff)]))
        if unicodedata.category(char) not in ('Cn', 'Cs', 'Co'):
            return char


def piece(rng):
    kind = rng.random()
    if kind < 0.5:
        return rng.choice(WORDS)
    if kind < 0.65:
        return rng.choice(NUMBERS)
    if kind < 0.85:
        return rng.choice(MARKS)
    if kind < 0.95:
        return rng.choice(ODD)
    return ''.join(point(rng) for _ in range(rng.randint(1, 3)))


def text(rng, most=6):
    return ''.join(piece(rng) + rng.choice(['', ' ', ' ', '  ']) for _ in range(rng.randint(0, most)))


def mutated(rng, value):
    for _ in range(rng.choice([0, 0, 1, 1, 2, 3])):
        at = rng.randint(0, len(value))
        value = rng.choice([
            lambda: value[:at] + rng.choice(MARKS + ODD + [' ', ' ', 's', '0', ',']) + value[at:],
            lambda: value[:at] + value[at + 1:],
            lambda: value.upper(),
            lambda: value.lower(),
            lambda: value.title(),
            lambda: ' ' + value,
            lambda: value + rng.choice(['.', ' ', '\n', '!', '。']),
            lambda: value.replace(' ', rng.choice(['', '  ', '\n', '-'])),
        ])()
    return value


def case(answer, truths, options=(), category=None):
    return {'answer': answer, 'truths': list(truths), 'options': list(options), 'category': category}


def textvqa(rng):
    truth = text(rng, 3)
    answer = mutated(rng, truth)
    return case(answer, [rng.choice([truth, answer, mutated(rng, truth), text(rng, 2)]) for _ in range(rng.choice([10, 10, 10, 1, 2, 3]))])


def anls(rng):
    truth = text(rng, 4)
    return case(mutated(rng, mutated(rng, truth)), [truth] + [mutated(rng, truth) for _ in range(rng.choice([0, 0, 1, 2]))])


def chartqa(rng):
    truth = rng.choice([rng.choice(NUMBERS), str(rng.randint(-2000, 2100)), f'{rng.uniform(0, 100):.2f}', f'{rng.uniform(0, 100):.1f}%', text(rng, 2)])
    near = truth
    try:
        near = str(float(truth) * rng.choice([1, 1.04, 1.05, 0.95, 1.06, 0.01]))
    except ValueError:
        pass
    return case(rng.choice([truth, near, mutated(rng, truth), mutated(rng, near), rng.choice(NUMBERS)]), [truth])


def ocrbench(rng):
    truth = rng.choice([text(rng, 2), r'\frac { a } { B } ^ 2', 'Ａ １', 'te xt', rng.choice(NUMBERS)])
    answer = rng.choice([truth, mutated(rng, truth), text(rng, 1) + mutated(rng, truth) + text(rng, 1)])
    return case(answer, [truth] + [mutated(rng, truth) for _ in range(rng.choice([0, 0, 1]))], category=rng.choice([None, None, 'HME100k']))


LEADS = ['', '', '', 'The answer is ', 'the answer is: ', 'Answer: ', 'ANSWER\n', 'Option ', 'The correct answer is **', 'My choice:', 'choice is\t', 'Based on the picture, the answer is ', 'I think it is ',
         'correct  answer is ', 'The best answer is', 'Best option:', 'anſwer is ', 'answer ıs ', 'ANSWER İS ', '(', '**', '$\\boxed{', '<answer>', '<think>A</think><answer> ', 'It could be A or ', 'A dog is ', 'The answer ', 'Sorry, I can\'t help with images of people yet. ', 'Failed to obtain answer via API. ', 'Cannot determine the answer']
TAILS = ['', '', '', '.', ')', '**', '}$', ']', ' .', ': blue', '.\n', ' is right', '</answer>', ' because the sky is blue and the dog is on the left side of it', '\nZ', ' Z', '\u3000', '!', ';x']


def choice_answer(rng, options, letters, right):
    letter = rng.choice([right, right, rng.choice(letters)])
    option = rng.choice([options['ABCDE'.index(right)], rng.choice(options)])
    middle = rng.choice([letter, letter, letter.lower(), option, mutated(rng, option), text(rng, 2), ''])
    return rng.choice(LEADS) + middle + rng.choice(TAILS)


def options_of(rng, most):
    pool = ['red', 'blue', 'Green', 'black', 'The dog', 'dog', 'A cat', 'left', 'right', '3', '33', 'yes', 'no', '你好', '', 'straße', 'the man in a blue T-shirt']
    return [rng.choice(pool) for _ in range(most)]


def vstar(rng):
    options, right = options_of(rng, 4), rng.choice('ABCD')
    return case(choice_answer(rng, options, 'ABCDE', right), [right], options)


def mme(rng):
    options, right = options_of(rng, 5), rng.choice('ABCDE')
    return case(choice_answer(rng, options, 'ABCDEF', right), [right], options)


def pope(rng):
    answer = rng.choice(['yes', 'no', 'Yes', 'No', 'Yes.', 'no!', ' Yes\n', 'Yes, it is', 'No, there is no dog', 'yes and no', 'not', 'Yes-no', 'yes/no', 'ye s', 'nO', 'There is. Yes', 'YES，', '10,000 yes', text(rng, 2)])
    return case(mutated(rng, answer), [rng.choice(['yes', 'no'])])


def gqa(rng):
    truth = rng.choice(['yes', 'no', 't-shirt', 'T shirt', 'a dog', 'dog', text(rng, 2)])
    return case(mutated(rng, truth), [truth])


# LaTeX is left to the judge here, which the original parses.
AMOUNTS = ['5 cm','3 feet','1,000','1000','1000.0','4.99999999','1,004.99999999','1/2','0.5','.5','x = 3','ab=3','abc=3','{5}','{ 5 }','2 1/2','2+1/2','5 million','5*10^6','red and blue','red or blue','red , blue','(1, 2)','(1,2)','$5','5%','- 5','-5','1e3','inf','two days','5 days','2^10','1e300','-0.0','tfrac','dfrac1','days','inches','5 inches','5inchs^2','５','٥','1 2 3','12,345,678','1,23','A','B.','yes','Red','red','10 minutes','minutes']


def zoombench(rng):
    truth = rng.choice([rng.choice(AMOUNTS),rng.choice(NUMBERS),text(rng,2)]).replace('\\','')
    inner = rng.choice([truth,mutated(rng,truth),rng.choice(AMOUNTS),mutated(rng,rng.choice(AMOUNTS))]).replace('\\','')
    frame = rng.choice(['%s','%s','<answer>%s</answer>','I think.\n<answer> %s </answer> ok','<answer>%s','Answer: %s','so\nlong\nas\n%s','a\n\n%s\n','<answer>%s</answer> <answer>no</answer>','</answer><answer>%s'])
    return case(frame % inner, [truth])


GENERATORS = {'textvqa': textvqa, 'anls': anls, 'chartqa': chartqa, 'ocrbench': ocrbench, 'vstar': vstar, 'hrbench': vstar, 'mme-realworld': mme, 'pope': pope, 'gqa': gqa, 'zoombench': zoombench}

FOUR = ['red', 'blue', 'green', 'black']
HAND = {
    'zoombench': [case(a, [b]) for a, b in [('<answer>Red</answer>', 'red'), ('<answer>A𝟗', 'A'), ('Answer: red', 'red'), ('0.5', '1/2'), ('1,000 cm', '1000'), ('red and blue', 'red , blue'), ('x = 3', '3'), ('a\nb\nc\nd', 'b c d')]],
    'textvqa': [case(said, [said] * 10) for said in ["It's", '10,000', '1,000/2', 'x-ray', 'x-ray - y', 'coca,cola', '5.', '3.5', 'U.S.A.', 'a/b', 'the', 'None', 'Ten.', '', '.' * 40]]
    + [case('cat', ['cat'] * k + ['dog'] * (10 - k)) for k in range(11)]
    + [case(a, [b] * 10) for a, b in [("It's", "it 's"), ('1,000/2', '1000 2'), ('1,000/2', '10002'), ('x-ray', 'x ray'), ('coca,cola', 'cocacola'), ('coca,cola', 'coca cola'), ('5.', '5'), ('the', ''), ('None', '0'), ("im", "I'm"), ("somebody'd", 'somebodyd')]],
    'anls': [case(a, [b]) for a, b in [('ab', 'abcd'), ('abx', 'abcd'), ('wxyz', 'abcd'), ('wxyz' + ' ' * 10, 'abcd'), ('wxyz\n\n\n\n', 'abcd'), ('abxx   ', 'abcd'), ('strase', 'straße'), ('strasse', 'straße'), ('', ''), ('ab', '  ac  '), ('  ac  ', 'ab'), ('x', ''), ('', 'x')]],
    'chartqa': [case(a, [b]) for a, b in [('12%', '0.12'), ('12', '12%'), ('12 %', '0.12'), ('12% ', '0.12'), ('0.0', '0'), ('0%', '0'), ('2110', '2010'), ('1,000', '1000'), ('1_000', '1000'), ('٣', '3'), ('0x10', '16'), ('', '0'), ('5%%', '0.05'), ('inf', 'inf'), ('nan', 'nan'), ('Yes ', 'Yes'), ('5.25', '5'), ('5.26', '5'), ('1e1', '10'), (' 5 ', '5')]],
    'ocrbench': [case(a, [b], category=k) for a, b, k in [('4120', '12', None), ('te\r\nxt', 'te xt', None), ('te\nxt', 'te xt', None), ('x', '', None), ('ＡＢＣ', 'abc', None), ('abc', 'ＡＢＣ', None), (r'X ^ 2', 'X^2', 'HME100k'), ('x^2', 'X^2', 'HME100k'), ('X\t^2', 'X^2', 'HME100k'), ('Ａ', 'A', 'HME100k')]],
    'vstar': [case(said, [letter], FOUR) for said in ['Based on the picture, the answer is (C).', 'Because the flag is red: (A)', 'The answer is a dog, option (B)', 'Black', 'It is a cat', 'The color is blue', '$\\boxed{C}$', 'I think it is C', '**C**', 'C: blue', 'b', 'Yes', 'cab', 'Blue', '', 'E', 'ABCD'] for letter in 'ABCD'],
    'hrbench': [case(said, [letter], FOUR) for said in ['A', 'a', 'A man', 'A or B', 'red', 'Red and blue', 'Z', 'The answer is B.', 'B.', '(B)', 'b', 'none', 'B it is the one on the far left side', 'answer is because'] for letter in 'ABD'],
    'mme-realworld': [case(said, [letter], FOUR + ['none']) for said in ['A', '', '(', 'b', '(b', '(b)', 'The answer is', 'The answer is B', 'Because of it', 'e', 'E', 'f', 'one two three four five six seven eight nine ten eleven', '<answer>b</answer>', '<answer>\nc\n</answer> A'] for letter in 'ABCE'],
    'pope': [case(said, [key]) for said in ['Yes.', 'Yes', 'yes', 'No', 'no', ' no ', 'Yes, no', 'maybe', '', 'Yes!'] for key in ('yes', 'no')],
    'gqa': [case(a, [b]) for a, b in [('yes.', 'yes'), ('yes ', 'yes'), ('t-shirt', 'tshirt'), ('T shirt', 't-shirt'), ('yes。', 'yes'), ('a dog', 'dog'), ('İ', 'i'), ('i̇', 'İ'), ('yes\0', 'yes'), ('', '.')]],
}


def drawn(name, count, seed):
    rng = random.Random(f'{name} {seed}')
    return HAND[name] + [GENERATORS[name](rng) for _ in range(count - len(HAND[name]))]
