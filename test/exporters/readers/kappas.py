"""Compares Fovea's kappas and intervals with statsmodels and scikit-learn. Started by kappas.ts; reads its cases as JSON."""

import json
import sys

import numpy as np
from scipy.stats import norm
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa, fleiss_kappa, to_table

Z = norm.ppf(0.975)
failed = False


def say(name, what, ours, theirs, relative):
    global failed
    off = abs(ours - theirs) / max(abs(theirs), 1e-9)
    held = off <= relative
    failed = failed or not held
    print(f"{'holds ' if held else 'DIFFERS'} {name}: {what} {ours:.9g}, theirs {theirs:.9g} (off by {off:.1e})")


def jackknife(units, kappa):
    """Standard error over units that are left out one at a time."""
    values = np.array([kappa(units[:i] + units[i + 1 :]) for i in range(len(units))])
    n = len(values)
    return np.sqrt((n - 1) / n * ((values - values.mean()) ** 2).sum())


def rows(units):
    return np.array([item for unit in units for item in unit])


def cohen(units):
    both = rows(units)
    return cohen_kappa_score(both[:, 0], both[:, 1])


def fleiss(k):
    def kappa(units):
        table, _ = aggregate_raters(rows(units), n_cat=k)
        return fleiss_kappa(table)

    return kappa


for case in json.load(open(sys.argv[1])):
    name, units, k, ours = case["name"], case["units"], case["categories"], case["ours"]
    two = len(units[0][0]) == 2 and case["of"] == "cohen"
    kappa = cohen if two else fleiss(k)
    say(name, "kappa", ours["value"], kappa(units), 1e-9)
    if two:
        table, _ = to_table(rows(units), bins=np.arange(k + 1) - 0.5)
        result = cohens_kappa(table)
        say(name, "kappa (statsmodels)", ours["value"], result.kappa, 1e-9)
        if all(len(unit) == 1 for unit in units):
            say(name, "low end", ours["low"], max(-1, result.kappa - Z * result.std_kappa), 1e-9)
            say(name, "high end", ours["high"], min(1, result.kappa + Z * result.std_kappa), 1e-9)
            continue
    # No library has an interval of Fleiss' kappa, or over units of many ratings: units left out in turn give it, nearly.
    if ours["high"] < 1 and ours["low"] > -1:
        say(name, "standard error (jackknife)", (ours["high"] - ours["low"]) / (2 * Z), jackknife(units, kappa), 0.05)

sys.exit(1 if failed else 0)
