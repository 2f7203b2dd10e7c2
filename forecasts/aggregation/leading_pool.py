"""The way of pooling that leads, by the evidence of bets among the crowds."""

from collections.abc import Iterable, Mapping, Sequence

from forecasts.questions.question import CROWD, ForecasterId
from forecasts.scoring.comparison import Comparison


def find_leading_pool(comparisons: Sequence[Comparison]) -> Comparison | None:
    """Find the comparison in which a crowd that learns beats the plain one; None while none does.

    `comparisons` have the crowd that learns more as A. Of two that beat the plain crowd the one
    leads that also beats the other, and without such evidence the simpler.
    """
    verdicts = {(pair.a, pair.b): pair.verdict for pair in comparisons}
    ahead = [pair for pair in comparisons if pair.b == CROWD and pair.verdict == "better"]
    for pair in ahead:
        if any(verdicts.get((pair.a, other.a)) == "better" for other in ahead):
            return pair
    return ahead[0] if ahead else None


def find_offered_pool(
    pools: Iterable[Sequence[Comparison]], shown: ForecasterId
) -> ForecasterId | None:
    """Find the pool to offer as the crowd: the first leader that is not `shown`; None without.

    `pools` are the comparisons under each rule, that of most questions first.
    """
    leaders = [leading.a for rows in pools if (leading := find_leading_pool(rows)) is not None]
    return None if shown in leaders else next(iter(leaders), None)


def describe_leading_pool(
    comparisons: Sequence[Comparison], names: Mapping[ForecasterId, str]
) -> str:
    """State which way of pooling leads, and on what evidence; empty before any was compared."""
    compared = [p for p in comparisons if p.b == CROWD and p.advantage is not None]
    if not compared:
        return ""
    leading = find_leading_pool(comparisons)
    if leading is not None:
        pair = leading.describe(names[leading.a], names[leading.b])
        return f"{names[leading.a]} leads. {pair}"
    best = max(compared, key=lambda pair: pair.advantage or 0.0)
    pair = best.describe(names[best.a], names[best.b])
    return f"No way of pooling has been shown to beat the plain crowd, the median. {pair}"
