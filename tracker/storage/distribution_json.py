"""Serialise distributions and scales as JSON that names their kind."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, assert_never

from forecasts.distributions.cdf import Cdf, Scale
from forecasts.distributions.distribution import Binary, Categorical, Distribution


def distribution_to_json(distribution: Distribution) -> dict[str, Any]:
    """Serialise a distribution."""
    match distribution:
        case Binary():
            return {"kind": "binary", "p": distribution.p}
        case Categorical():
            return {
                "kind": "categorical",
                "options": list(distribution.options),
                "p": list(distribution.p),
            }
        case Cdf():
            return {"kind": "cdf", "x": list(distribution.x), "p": list(distribution.p)}
        case _:
            assert_never(distribution)


def distribution_from_json(stored: Mapping[str, Any]) -> Distribution:
    """Deserialise a distribution."""
    match stored["kind"]:
        case "categorical":
            return Categorical(tuple(stored["options"]), tuple(stored["p"]))
        case "cdf":
            return Cdf(tuple(stored["x"]), tuple(stored["p"]))
        case _:
            return Binary(stored["p"])


def scale_to_json(scale: Scale | None) -> dict[str, Any] | None:
    """Serialise a scale."""
    return None if scale is None else asdict(scale)


def scale_from_json(stored: Mapping[str, Any] | None) -> Scale | None:
    """Deserialise a scale."""
    return None if stored is None else Scale(**stored)
