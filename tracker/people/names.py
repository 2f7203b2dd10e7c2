"""Names of people, and the identities of forecasters made from them."""

from collections.abc import Container
from itertools import chain, count
from typing import Final

from forecasts.questions.question import Forecaster, ForecasterId, is_computed
from tracker.errors import Refused
from tracker.model.accounts import slug_name

MAX_NAME_LENGTH: Final = 80


def make_identity(name: str) -> tuple[str, ForecasterId]:
    """Return a name as shown and the identity made from it; raises `Refused`."""
    shown = " ".join(name.split())
    identity = slug_name(name)
    if not identity or len(shown) > MAX_NAME_LENGTH:
        raise Refused(
            f"a name takes 1 to {MAX_NAME_LENGTH} characters, some of them letters a to z or digits"
        )
    return shown, ForecasterId(identity)


def name_newcomer(name: str, existing: Container[ForecasterId]) -> Forecaster:
    """Return a new forecaster whom nobody takes for another: a taken name gets a number.

    >>> name_newcomer("Ada", {"ada"})
    Forecaster(id='ada-2', name='Ada 2', kind='person'...)
    """
    clean = "".join(c if c.isprintable() else " " for c in name)
    shown = " ".join(clean.split())[: MAX_NAME_LENGTH - 6].strip() or "Somebody"
    slug = slug_name(shown) or "somebody"
    pairs = chain([(slug, shown)], ((f"{slug}-{n}", f"{shown} {n}") for n in count(2)))
    forecasters = (Forecaster(ForecasterId(slug), shown, "person") for slug, shown in pairs)
    return next(f for f in forecasters if f.id not in existing and not is_computed(f.id))
