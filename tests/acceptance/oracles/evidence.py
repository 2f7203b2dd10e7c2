"""Cases of what evidence weighs, and of what time does to a base rate."""

from collections.abc import Callable, Mapping
from typing import Any

from forecasts.distributions.distribution import Binary
from forecasts.evidence import likelihood_ratios
from forecasts.evidence.evidence import effective_likelihood_ratio
from forecasts.questions.question import HorizonShape
from forecasts.statistics import intervals
from forecasts.statistics.recalibration import CLIP, fit_recalibration
from forecasts.suggestion.binary import decay_prior
from tests.acceptance.oracles.cases import is_list

Given = Mapping[str, Any]


def each(value: Any, found: Callable[[Any], Any]) -> Any:
    """The result for one value, or a list of them for a list."""
    return [found(entry) for entry in value] if is_list(value) else found(value)


def moved(given: Given, p0: float, shape: HorizonShape) -> Any:
    """A base rate after some of its time; after all of it nothing more moves."""
    held, total = Binary(p0).p, given["total_days"]
    return each(
        given["elapsed"],
        lambda days: decay_prior(held, shape, min(max(1.0 - days / total, 0.0), 1.0)),
    )


def lr_reliability(given: Given) -> Any:
    """Ratios weakened by doubt in their source, one or many."""
    ratio, reliability = given["lr"], given["reliability"]
    if is_list(ratio) and is_list(reliability):
        return list(map(effective_likelihood_ratio, ratio, reliability))
    if is_list(ratio):
        return each(ratio, lambda each_ratio: effective_likelihood_ratio(each_ratio, reliability))
    return each(reliability, lambda share: effective_likelihood_ratio(ratio, share))


def half_life(given: Given) -> Any:
    """What is left of a weight at each age."""
    fades = given["half_life_days"]
    return each(
        given["age_days"], lambda age: likelihood_ratios.decay_weight(given["ln_lr"], age, fades)
    )


def lr_from_words(given: Given) -> Any:
    """A ratio for each pair of words."""
    midpoints = given.get("midpoints", likelihood_ratios.ICD_203)
    return [
        likelihood_ratios.ratio_from_words(if_yes, if_no, midpoints)
        for if_yes, if_no in given["pairs"]
    ]


def recalibrate(given: Given) -> Any:
    """Shift and slope of the recalibration."""
    low, high = given.get("clip", CLIP)
    priors = {name: given[name] for name in ("sd_a", "sd_b") if name in given}
    return fit_recalibration(given["p"], given["outcomes"], clip=(low, high), **priors)


FUNCTIONS = {
    "hazard_decay": lambda given: moved(given, given["p0"], "event_by"),
    "hazard_survival": lambda given: moved(given, given["p0_holds"], "holds_until"),
    "lr_reliability": lr_reliability,
    "half_life": half_life,
    "lr_from_words": lr_from_words,
    "base_rate": lambda given: intervals.jeffreys_base_rate(
        given["k"], given["n"], given.get("level", 0.9)
    ),
    "recalibrate": recalibrate,
}
