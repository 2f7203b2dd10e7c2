"""Functions of reference cases that the product no longer has, and what took their place."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from tests.acceptance.oracles.cases import Case

RETIRED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "dm_test": "verdicts come from bets, the test for one look flips signs",
        "cluster_bootstrap_ci": "intervals come from bets, or from the scatter of families",
        "skill_score": "opponents are compared on common time",
        "bayes_logodds": "the lines of a suggestion add up in log-odds",
        "count_llr": "reports are counted over time, against two rates",
        "hawkes_neff": "stories within three days count once",
        "ledger": "reports are counted against what is usual",
        "novelty_discount": "reports are counted against what is usual",
        "silence_llr": "both rates are uncertain",
        "skill_vs_climatology": "opponents are compared on common time",
        "cwm": "weights come from skill that is adjusted for difficulty and shrunken",
        "geomean": "peer points take the geometric mean over time themselves",
        "n_eff": "intervals count families of questions",
        "rate_to_probability": "no base rate is typed as a count over years",
    }
)
"""Cases of these are skipped and counted."""

RETIRED_RESULTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "aggregate": frozenset(
            ("mean", "median", "geo_mean_odds", "extremised_2_5", "geo_mean_odds_neyman")
        ),
        "repair_sum_to_one": frozenset(("brier", "normalise")),
    }
)
"""Results of functions that stay, of which cases may expect more: the crowd is the plain median,
weighted by skill, or extremised by a learned exponent; a set is repaired by the log rule alone."""


def drop_retired_results(case: Case) -> Case | None:
    """Return the case without results that the product no longer has; None if none is left."""
    if case.function in RETIRED:
        return None
    retired = RETIRED_RESULTS.get(case.function)
    if retired is None or not isinstance(case.expected, Mapping):
        return case
    left = {name: value for name, value in case.expected.items() if name not in retired}
    return replace(case, expected=left) if left else None
