"""What SciPy and statsmodels say, for test/kernels/statistics. python make.py > expected.json (pip install scipy statsmodels)."""

import json

import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

SHARES = [1e-12, 1e-4, 0.025, 0.3, 0.5, 0.8, 0.975, 0.9999]
FREEDOMS = [1, 2, 5.5, 29, 58, 598, 5998]
ANSWERS = [(3, 30), (15, 30), (27, 30), (29, 30), (30, 300), (2711, 3000)]
PAIRS = [(0, 0), (0, 1), (1, 7), (12, 12), (40, 61), (300, 411)]
CHANCES = [[0.04, 0.01, 0.03, 0.2], [0.5], [0.001, 0.001, 0.9], [0.3, 0.2, 0.1, 0.02, 0.01]]


def mid_p(a, b):
    """statsmodels' exact test less the chance of the case itself, as its docs' reference (Fagerland 2013) has it."""
    exact = mcnemar([[0, a], [b, 0]], exact=True).pvalue if a + b else 1.0
    if a == b:
        return float(min(1, 2 * stats.binom.cdf(a, a + b, 0.5) - stats.binom.pmf(a, a + b, 0.5)))
    return float(exact - stats.binom.pmf(min(a, b), a + b, 0.5))


print(
    json.dumps(
        {
            "made": {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__},
            "normal": [[p, float(stats.norm.ppf(p))] for p in SHARES],
            "beyond": [[z, float(2 * stats.norm.sf(z))] for z in [0, 0.1, 1, 1.7, 1.8, 2.5, 4, 8]],
            "student": [
                [p, df, float(stats.t.ppf(p, df)), float(2 * stats.t.sf(abs(1.7), df))]
                for p in SHARES[1:]
                for df in FREEDOMS
            ],
            "exact": [
                [k, n, *(float(end) for end in proportion_confint(k, n, method="beta"))] for k, n in ANSWERS
            ],
            "midP": [[a, b, mid_p(a, b)] for a, b in PAIRS],
            "holm": [[ps, [float(p) for p in multipletests(ps, method="holm")[1]]] for ps in CHANCES],
        },
        indent=1,
    )
)
