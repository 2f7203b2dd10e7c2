"""Groups: questions on one chart, such as one event by several dates, or one question of several countries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forecasts.cdf import Cdf
from forecasts.distribution import Distribution, p_yes
from forecasts.links import Link
from forecasts.question import QuestionId

GROUP_LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
"""The levels at which a number or a date is drawn in the chart of a group."""


@dataclass(frozen=True, slots=True)
class GroupPoint:
    """One question of a group in a chart: `p` of a yes/no question, or `quantiles` of a number or a date.

    The quantiles are at `GROUP_LEVELS`; one is None beyond the range (of a date: never). Both are empty where nothing
    is held, or shares of options are.
    """

    question_id: QuestionId
    label: str
    p: float | None = None
    quantiles: tuple[float | None, ...] = ()


def group_points(
    link: Link, held: Mapping[QuestionId, Distribution], labels: Sequence[str] = ()
) -> tuple[GroupPoint, ...]:
    """What is held on each question of a link, for one chart, in the link's order.

    `labels` name them, one each (another number raises `ValueError`); without any the link's own do, or else the
    questions' ids.

    >>> from forecasts.distribution import Binary
    >>> link = Link("ceasefire", "dates", ("near", "far"), "Ceasefire", ("by 2027", "by 2028"))
    >>> [(point.label, point.p) for point in group_points(link, {"near": Binary(0.3)})]
    [('by 2027', 0.3), ('by 2028', None)]
    """
    names = labels or link.labels or link.question_ids
    return tuple(_point(q, name, held.get(q)) for q, name in zip(link.question_ids, names, strict=True))


def _point(question_id: QuestionId, label: str, held: Distribution | None) -> GroupPoint:
    if isinstance(held, Cdf):
        return GroupPoint(question_id, label, quantiles=tuple(map(held.quantile, GROUP_LEVELS)))
    return GroupPoint(question_id, label, p_yes(held))
