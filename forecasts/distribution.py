"""Distributions over a question's outcomes, one class a kind of answer. Every number is checked in
`probability`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from forecasts.cdf import Cdf
from forecasts.errors import InvalidForecast
from forecasts.probability import logit, probabilities, summing_to_one

OTHER = "Other"
"""The option that stands for every option not named: one added later is read from it."""


@dataclass(frozen=True, slots=True)
class Binary:
    """The probability, 0 to 1, that a binary question resolves YES.

    0 and 1 are allowed: a forecaster may be certain. Anything outside, or NaN, raises
    `InvalidProbability`.

    >>> Binary(0.63).p
    0.63
    >>> Binary(1.2)
    Traceback (most recent call last):
    forecasts.errors.InvalidProbability: a probability lies between 0 and 1, not 1.2
    """

    p: float

    def __post_init__(self) -> None:
        probabilities(self.p)

    @property
    def log_odds(self) -> float:
        """ln(p / (1 − p)) in nats; ±inf at the ends."""
        return logit(self.p)


@dataclass(frozen=True, slots=True)
class Categorical:
    """Probabilities of exclusive options, in the options' order; together they are 1.

    The order means something for an ordered question only. Names are unique; fewer than two, a
    doubled one or a number of probabilities that differs from theirs raise `InvalidForecast`, a sum
    off 1 by more than a millionth `InvalidProbability`: nothing is normalised in silence.

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
        summing_to_one(self.p)

    def index(self, option: str) -> int:
        """The place of an option; of `Other` where the option was not offered when this forecast
        was made.

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
        """The probability of an option, read from `Other` where it was not offered yet."""
        return self.p[self.index(option)]

    def without(self, option: str) -> "Categorical":
        """The same forecast after an option was removed: its mass goes to `Other`.

        A forecast that never named the option, or has it and one more only, stays as it is.

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
        """The option with the most mass; the first of several."""
        return max(zip(self.options, self.p, strict=True), key=lambda pair: pair[1])[0]


Distribution = Binary | Categorical | Cdf
"""What a forecaster holds: one class for each kind of answer (ordered options are `Categorical` in
their order).
"""


def p_yes(forecast: Distribution | None) -> float | None:
    """The probability of YES where a binary forecast is held; None for nothing and for other kinds.

    >>> p_yes(Binary(0.63)), p_yes(None)
    (0.63, None)
    """
    return forecast.p if isinstance(forecast, Binary) else None


def even(options: tuple[str, ...]) -> Categorical:
    """Every option alike: what somebody who knows nothing would say.

    >>> even(("Moscow", "Beijing")).p
    (0.5, 0.5)
    """
    return Categorical(options, tuple(1.0 / len(options) for _ in options))


def from_shares(shares: Mapping[str, float], options: tuple[str, ...]) -> Categorical:
    """Probabilities by name put into the question's order; options that are not named get 0.

    A name that the question does not offer raises `InvalidForecast`.

    >>> from_shares({"Beijing": 0.7, "Moscow": 0.3}, ("Moscow", "Beijing", "Minsk")).p
    (0.3, 0.7, 0.0)
    """
    unknown = [name for name in shares if name not in options]
    if unknown:
        raise InvalidForecast(f"no option {unknown[0]!r}: the options are {', '.join(options)}")
    return Categorical(options, tuple(shares.get(option, 0.0) for option in options))
