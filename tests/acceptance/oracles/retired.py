"""Functions of reference cases that the product no longer has, and what took their place."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

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
    }
)
"""Cases of these are skipped and counted."""
