"""Distributions over the outcomes of a question, one class for each kind of answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from forecasts.distributions.cdf import Cdf
from forecasts.distributions.probability import check_probabilities, check_sum_to_one
from forecasts.errors import InvalidForecast

OTHER = "Other"
"""Option that stands for all options not named, from which options added later are read."""


@dataclass(frozen=True, slots=True)
class Binary:
    """Probability that a binary question resolves YES.

    0 and 1 are allowed. Anything outside, or NaN, raises `InvalidProbability`.

    >>> Binary(0.63).p
    0.63
    >>> Binary(1.2)
    Traceback (most recent call last):
    forecasts.errors.InvalidProbability: a probability lies between 0 and 1, not 1.2
    """

    p: float

    def __post_init__(self) -> None:
        check_probabilities(self.p)


@dataclass(frozen=True, slots=True)
class Categorical:
    """Probabilities of exclusive options, in the options' order, with a sum of 1.

    The order is significant for ordered questions only. Names are unique; fewer than two,
    duplicates or a different number of probabilities raise `InvalidForecast`, a sum that differs
    from 1 by more than a millionth `InvalidProbability`.

    >>> Categorical(("Moscow", "Beijing", "Other"), (0.2, 0.5, 0.3)).of("Beijing")
    0.5
    """

    options: tuple[str, ...]
    p: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.options) != len(self.p) or len(self.options) < 2:
            raise InvalidForecast("give each of at least two options its probability")
        if len(set(self.options)) < len(self.options):
            raise InvalidForecast("an option is named twice: give each its probability once")
        check_sum_to_one(self.p)

    def index(self, option: str) -> int:
        """Index of an option, or of `Other` for one not offered when this forecast was made.

        Raises `InvalidForecast` when there is neither.

        >>> Categorical(("Moscow", "Other"), (0.2, 0.8)).index("Minsk")
        1
        """
        if option in self.options:
            return self.options.index(option)
        if OTHER in self.options:
            return self.options.index(OTHER)
        raise InvalidForecast(
            f"no option {option!r} here, and no {OTHER!r} to read it from: "
            f"{', '.join(self.options)}"
        )

    def of(self, option: str) -> float:
        """Probability of an option, read from `Other` where it was not offered yet."""
        return self.p[self.index(option)]

    def without(self, option: str) -> "Categorical":
        """Remove an option, moving its mass to `Other`.

        Unchanged if it does not name the option, or has only one more.

        >>> Categorical(("Moscow", "Beijing", "Other"), (0.2, 0.5, 0.3)).without("Moscow")
        Categorical(options=('Beijing', 'Other'), p=(0.5, 0.5))
        """
        if (
            option not in self.options
            or option == OTHER
            or OTHER not in self.options
            or len(self.options) == 2
        ):
            return self
        shares = dict(zip(self.options, self.p, strict=True))
        shares[OTHER] += shares.pop(option)
        return Categorical(tuple(shares), tuple(shares.values()))

    @property
    def likeliest(self) -> str:
        """Option with the most mass; the first of several."""
        return max(zip(self.options, self.p, strict=True), key=lambda pair: pair[1])[0]


Distribution = Binary | Categorical | Cdf
"""Forecast of a question: one class for each kind of answer (ordered options are `Categorical`)."""


def p_yes(forecast: Distribution | None) -> float | None:
    """Probability of YES of a binary forecast; None for no forecast and for other kinds.

    >>> p_yes(Binary(0.63)), p_yes(None)
    (0.63, None)
    """
    return forecast.p if isinstance(forecast, Binary) else None


def even_distribution(options: tuple[str, ...]) -> Categorical:
    """Equal shares of all options: the uninformed forecast.

    >>> even_distribution(("Moscow", "Beijing")).p
    (0.5, 0.5)
    """
    return Categorical(options, tuple(1.0 / len(options) for _ in options))


def distribution_from_shares(shares: Mapping[str, float], options: tuple[str, ...]) -> Categorical:
    """Order probabilities by the question's options; options that are not named get 0.

    Raises `InvalidForecast` for an unknown name.

    >>> distribution_from_shares({"Beijing": 0.7, "Moscow": 0.3}, ("Moscow", "Beijing", "Minsk")).p
    (0.3, 0.7, 0.0)
    """
    unknown = [name for name in shares if name not in options]
    if unknown:
        raise InvalidForecast(f"no option {unknown[0]!r}: the options are {', '.join(options)}")
    return Categorical(options, tuple(shares.get(option, 0.0) for option in options))
