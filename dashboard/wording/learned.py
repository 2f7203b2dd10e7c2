"""Learned parameters in words."""

from typing import Final

from dashboard.wording.numbers import MINUS, percent_whole
from forecasts.evidence.parameters import LearnedLogitMap
from forecasts.evidence.weights import DEFAULT_MODEL

PARAMETER_STATES: Final = {"learned": "✓ learns", "frozen": "❄ frozen", "reset": "↺ reset"}
"""States of a learned value: a shape and a word."""

_EXAMPLES: Final = (0.6, 0.8, 0.95)


def describe_learned_map(learned_map: LearnedLogitMap) -> str:
    """Show a learned map at a few probabilities: `60 % is taken for 52 %, 80 % for 69 %, 95 % for
    84 %`.
    """
    first, *other_pairs = (
        (percent_whole(p), percent_whole(learned_map.apply(p))) for p in _EXAMPLES
    )
    return ", ".join(
        [
            f"{first[0]} is taken for {first[1]}",
            *(f"{shown} for {mapped}" for shown, mapped in other_pairs),
        ]
    )


def gamma_sentence(gamma: float) -> str:
    """State the weight of evidence: `Evidence counts ×0.77; the default is ×0.50.`"""
    if gamma == 0.0:
        return "Evidence counts nothing: it pointed the wrong way."
    default = DEFAULT_MODEL.gamma
    sentence = f"Evidence counts ×{gamma:.2f}"
    return (
        f"{sentence}, which is the default."
        if gamma == default
        else f"{sentence}; the default is ×{default:.2f}."
    )


def shift_sentence(shift: float) -> str:
    """State the bias of base rate and time: `Base rate and time came out 0.12 too low in
    log-odds.`
    """
    if shift == 0.0:
        return "Base rate and time stand as they are."
    side, amount = ("low", f"+{shift:.2f}") if shift > 0.0 else ("high", f"{MINUS}{-shift:.2f}")
    return f"Base rate and time came out too {side}: {amount} in log-odds is added."
