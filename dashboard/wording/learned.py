"""What an installation learned, in words."""

from typing import Final

from dashboard.wording.numbers import MINUS, percent
from forecasts.evidence.parameters import LearnedMap
from forecasts.evidence.weights import DEFAULT_MODEL

STATE: Final = {"learned": "✓ learns", "frozen": "❄ frozen", "reset": "↺ reset"}
"""The states of a learned value: a shape and a word."""

_SHOWN: Final = (0.6, 0.8, 0.95)


def borne_out(found: LearnedMap) -> str:
    """What a learned map does to a few chances: `60 % is taken for 52 %, 80 % for 69 %, 95 % for 84
    %`.
    """
    first, *others = ((percent(p), percent(found.apply(p))) for p in _SHOWN)
    return ", ".join(
        [
            f"{first[0]} is taken for {first[1]}",
            *(f"{shown} for {meant}" for shown, meant in others),
        ]
    )


def gamma_sentence(gamma: float) -> str:
    """How much evidence counts: `Evidence counts ×0.77; the default is ×0.50.`"""
    if gamma == 0.0:
        return "Evidence counts nothing: it pointed the wrong way."
    default = DEFAULT_MODEL.gamma
    told = f"Evidence counts ×{gamma:.2f}"
    return (
        f"{told}, which is the default."
        if gamma == default
        else f"{told}; the default is ×{default:.2f}."
    )


def shift_sentence(shift: float) -> str:
    """How far off base rates and time were: `Base rate and time came out 0.12 too low in
    log-odds.`
    """
    if shift == 0.0:
        return "Base rate and time stand as they are."
    side, said = ("low", f"+{shift:.2f}") if shift > 0.0 else ("high", f"{MINUS}{-shift:.2f}")
    return f"Base rate and time came out too {side}: {said} in log-odds is added."
