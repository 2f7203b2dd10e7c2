"""How good are stories on a file that says which items report one event, beside two baselines?"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from forecasts.errors import ForecastsError
from tests.acceptance.evaluation import baselines
from tests.acceptance.evaluation.labelled import Reported
from tests.acceptance.evaluation.ranking import Agreement, Pairs, b_cubed, pairs

Cluster = Callable[[Sequence[tuple[str, str, datetime]]], Sequence[int]]
"""Puts items (title, summary, time; in the order of time) into stories: one number an item."""

ALL = "all"
BETWEEN = "between languages"


@dataclass(frozen=True, slots=True)
class StoryFigures:
    """How one `way` to cluster does `among` some of the items.

    `among` is a language, `ALL`, or `BETWEEN`: the pairs of items in different languages, which
    have no B³ and no clusters of their own, so that `events`, `stories` and `b_cubed` are None.
    """

    way: str
    among: str
    n: int
    events: int | None
    stories: int | None
    b_cubed: Agreement | None
    pairs: Pairs
    pairwise: Agreement


def evaluate_stories(cluster: Cluster, reports: Sequence[Reported]) -> tuple[StoryFigures, ...]:
    """Cluster the items in the order of time, and compare with their events: ours, then each
    baseline; by language.

    The matcher never sees an item before those that came earlier. Raises `ForecastsError` when it
    does not give every item a story.
    """
    ordered = sorted(reports, key=lambda report: report.at)
    found = cluster([(report.title, report.summary, report.at) for report in ordered])
    if len(found) != len(ordered):
        raise ForecastsError(
            f"{len(found)} items were put into stories, and there are {len(ordered)}"
        )
    titles = [report.title or report.summary for report in ordered]
    ways = {
        "ours": found,
        "exact title": baselines.exact_title(titles),
        "every item alone": baselines.everything_alone(titles),
    }
    return tuple(
        figures for way, stories in ways.items() for figures in _by_language(way, ordered, stories)
    )


def _by_language(
    way: str, reports: Sequence[Reported], stories: Sequence[int]
) -> Iterator[StoryFigures]:
    """All together first, then each language, the commonest first, then what is left: pairs between
    languages.
    """
    whole = _figures(way, ALL, reports, stories)
    yield whole
    named = [report.lang for report in reports]
    languages = sorted({*named}, key=lambda lang: (-named.count(lang), lang))
    if languages == [""]:
        return
    between = whole.pairs
    for lang in languages:
        chosen = [place for place, name in enumerate(named) if name == lang]
        part = _figures(
            way, lang or "not said", [reports[i] for i in chosen], [stories[i] for i in chosen]
        )
        between -= part.pairs
        yield part
    if len(languages) > 1:
        yield StoryFigures(way, BETWEEN, whole.n, None, None, None, between, between.agreement)


def _figures(
    way: str, among: str, reports: Sequence[Reported], stories: Sequence[int]
) -> StoryFigures:
    events = [report.event for report in reports]
    both = pairs(events, stories)
    counts = (len(reports), len({*events}), len({*stories}))
    return StoryFigures(way, among, *counts, b_cubed(events, stories), both, both.agreement)
