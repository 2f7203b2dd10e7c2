"""Linked questions side by side: frames, charts and words."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import wording
from dashboard.charts.scenarios import ANSWER_LINE, by_date_chart, by_label_chart, label_fan_chart
from dashboard.question import groups_data
from forecasts.distributions.cdf import curve_from_quantiles
from forecasts.distributions.distribution import Binary, Distribution
from forecasts.questions.links import Link, LinkId, LinkKind
from forecasts.questions.question import (
    CROWD,
    PRIOR,
    SUGGESTION,
    ForecasterId,
    Question,
    QuestionId,
)
from tests.dashboard.examples import (
    ANA,
    CLOSES,
    ME,
    NOW,
    PEOPLE,
    PRICE,
    TREATY,
    days,
    named_question,
    price,
    resolution,
)
from tests.dashboard.examples import summary as a_summary
from tracker.model.chart_style import LineStyle
from tracker.model.read_models import CurrentForecast, QuestionSummary
from tracker.model.scenarios import LinkGroup

EARLY = named_question("early")
LATE = named_question("late", closes_at=CLOSES + days(365), resolves_at=CLOSES + days(372))


def row(
    question: Question, held: Mapping[ForecasterId, float | Distribution], **more: Any
) -> QuestionSummary:
    standings = {
        who: CurrentForecast(PEOPLE[who], Binary(said) if isinstance(said, float) else said, NOW)
        for who, said in held.items()
    }
    return a_summary(None, more.pop("status", "open"), question, standings=standings, **more)


def a_link(kind: LinkKind, *rows: QuestionSummary, labels: tuple[str, ...] = ()) -> LinkGroup:
    ids = tuple(r.question.id for r in rows)
    return LinkGroup(Link(LinkId("a-link"), kind, ids, "A link", labels, "Because."), rows)


def two_dates(
    first: Mapping[ForecasterId, float], second: Mapping[ForecasterId, float]
) -> LinkGroup:
    return a_link(
        "dates", row(EARLY, first), row(LATE, second), labels=("end of 2026", "end of 2027")
    )


ANSWERED = row(EARLY, {ME: 0.4}, status="resolved", resolution=resolution("yes"))

# Frames


def test_group_speakers_and_dates() -> None:
    # Me the crowd and the suggestion speak and the crowd only where it is more than me.
    everyone = {PRIOR: 0.3, SUGGESTION: 0.4, CROWD: 0.5, ME: 0.6}
    alone = two_dates(everyone, everyone)
    assert [f.id for f in groups_data.list_speakers(alone, ME)] == [ME, SUGGESTION]
    both = two_dates({**everyone, ANA: 0.2}, everyone)
    assert [f.id for f in groups_data.list_speakers(both, ME)] == [ME, CROWD, SUGGESTION]
    nobody = two_dates({PRIOR: 0.3}, {PRIOR: 0.4})
    assert [f.id for f in groups_data.list_speakers(nobody, ME)] == [PRIOR]
    # Chances stand at their dates under their labels.
    frame = groups_data.member_probabilities_frame(
        two_dates({ME: 0.4, SUGGESTION: 0.3}, {ME: 0.6}), ME
    )
    rows = [tuple(r) for r in frame[["label", "rank", "p", "forecaster"]].itertuples(index=False)]
    assert rows == [
        ("end of 2026", 0, 0.4, "You"),
        ("end of 2026", 0, 0.3, "Estimate"),
        ("end of 2027", 1, 0.6, "You"),
    ]
    assert list(frame["at"]) == [pd.Timestamp(CLOSES)] * 2 + [pd.Timestamp(CLOSES + days(365))]
    # What is answered stands as its answer and nobody speaks there.
    group = a_link("dates", ANSWERED, row(LATE, {ME: 0.6}), labels=("a", "b"))
    frame = groups_data.member_probabilities_frame(group, ME)
    assert list(zip(frame["label"], frame["forecaster"], frame["p"], strict=True)) == [
        ("a", "Answer", 1.0),
        ("b", "You", 0.6),
    ]
    annulled = row(EARLY, {ME: 0.4}, status="annulled", resolution=resolution("annulled"))
    assert list(
        groups_data.member_probabilities_frame(a_link("dates", annulled, row(LATE, {ME: 0.6})), ME)[
            "p"
        ]
    ) == [0.6]


def test_group_members_and_fans() -> None:
    # Members are drawn with the likeliest first.
    group = a_link(
        "members", row(EARLY, {ME: 0.2}), row(LATE, {ME: 0.7}), labels=("Spain", "Italy")
    )
    assert groups_data.sort_labels_by_probability(
        groups_data.member_probabilities_frame(group, ME)
    ) == (
        "Italy",
        "Spain",
    )
    # Numbers are drawn as a fan and what lies beyond the range at its bound.
    other = replace(PRICE, id=QuestionId("other"))
    assert PRICE.scale is not None
    open_ended = curve_from_quantiles({0.25: 60.0, 0.5: 110.0}, PRICE.scale, above=0.2)
    group = a_link(
        "members",
        row(PRICE, {ME: price(50, 100, 150)}),
        row(other, {ME: open_ended}),
        labels=("a", "b"),
    )
    frame = groups_data.label_fan_frame(group, ME)
    assert list(frame["label"]) == ["a", "b"]
    assert frame["middle"][0] == pytest.approx(100)
    assert frame["high80"][1] == 200.0
    assert (
        frame[["low80", "low50", "middle", "high50", "high80"]].diff(axis=1).iloc[:, 1:] >= 0
    ).all(axis=None)
    # Dates are drawn as times.
    frame = groups_data.label_fan_frame(
        a_link("members", row(TREATY, {PRIOR: TREATY.prior}), labels=("a",)), PRIOR
    )
    assert str(frame["middle"].dtype).startswith("datetime64")
    assert groups_data.label_fan_frame(a_link("members", row(TREATY, {})), ME).empty


def test_group_contradictions() -> None:
    # Forecasts that fall where they must rise are told with the nearest that agree.
    group = two_dates({ME: 0.6, SUGGESTION: 0.3}, {ME: 0.45, SUGGESTION: 0.4})
    ((who, broken),) = groups_data.list_contradictions(group, ME)
    assert who.id == ME
    said = wording.describe_contradiction(broken)
    assert "“end of 2026” is at 60%" in said
    assert said.endswith("The nearest that agree: 53%, 53%.")
    assert groups_data.list_contradictions(two_dates({ME: 0.4}, {ME: 0.6}), ME) == ()
    # A question that is closed contradicts nobody any more.
    closed = row(EARLY, {ME: 0.6}, status="closed")
    assert (
        groups_data.list_contradictions(
            a_link("dates", closed, row(LATE, {ME: 0.4}), labels=("a", "b")), ME
        )
        == ()
    )
    # A small contradiction is called noise.
    ((_, broken),) = groups_data.list_contradictions(two_dates({ME: 0.5}, {ME: 0.49}), ME)
    assert wording.describe_contradiction(broken).endswith("It is small enough to be noise.")
    # Nobody speaks for a whole link who left one question out.
    group = a_link("negates", row(EARLY, {ME: 0.4, SUGGESTION: 0.3}), row(LATE, {SUGGESTION: 0.6}))
    assert groups_data.probabilities_of(group, ME) is None
    assert groups_data.probabilities_of(group, SUGGESTION) == (0.3, 0.6)
    assert groups_data.probabilities_of(a_link("implies", ANSWERED, row(LATE, {ME: 0.6})), ME) == (
        1.0,
        0.6,
    )


# Words


def test_link_in_numbers() -> None:
    for kind, p, said in (
        ("implies", (0.4, 0.55), "40%, and 55% for what follows from it"),
        ("negates", (0.4, 0.55), "40% + 55% = 95%"),
        ("one of", (0.5, 0.4, 0.15), "50% + 40% + 15% = 105%"),
        ("conjunction", (0.8, 0.5, 0.4), "80% and 50%, both 40%: from 30% to 50% is possible"),
        ("dates", (0.4, 0.5), ""),
    ):
        assert wording.format_link_numbers(kind, p).replace("\u00a0", " ") == said


def test_conditional_pair_adds_up() -> None:
    assert (
        wording.describe_total_probability((0.3, 0.4, 0.2)).replace("\u00a0", " ")
        == "26% = 30% × 40% + 70% × 20%"
    )
    assert wording.describe_total_probability((0.3, 0.4, 0.2, 0.5)).endswith("; held is 50%")


@given(st.tuples(*[st.floats(0.0, 1.0)] * 3))
def test_a_conditional_pair_never_makes_more_than_its_likelier_branch(
    p: tuple[float, float, float],
) -> None:
    total = p[0] * p[1] + (1 - p[0]) * p[2]
    assert min(p[1:]) - 1e-9 <= total <= max(p[1:]) + 1e-9
    assert wording.describe_total_probability(p).startswith(wording.percent_whole(total))


# Charts


def test_group_charts() -> None:
    # A chart over dates names each date by its label.
    first, second = (
        int(datetime(year, 1, 1, tzinfo=UTC).timestamp() * 1000) for year in (2027, 2028)
    )
    spec = by_date_chart(
        (LineStyle("You", "#0072B2"),), ((first, "end of “2026”"), (second, "end of 2027"))
    )
    axis = spec["layer"][0]["encoding"]["x"]["axis"]
    assert axis["values"] == {"expr": f"[{first}, {second}]"}
    assert str(first) in axis["labelExpr"]
    # Who says what is told by shape as well as colour.
    spec = by_label_chart(
        (LineStyle("You", "#000"), LineStyle("Estimate", "#111"), ANSWER_LINE), ("Italy", "Spain")
    )
    shape, colour = spec["encoding"]["shape"]["scale"], spec["encoding"]["color"]["scale"]
    assert shape["domain"] == colour["domain"] == ["You", "Estimate", "Answer"]
    assert len(set(shape["range"])) == 3
    assert spec["encoding"]["y"]["sort"] == ["Italy", "Spain"]

    # A fan has an axis of its kind.
    def axis(**how: bool) -> Any:
        return label_fan_chart(("a", "b"), **{"dates": False, **how})["layer"][0]["encoding"]["x"]

    assert axis(dates=True)["type"] == "temporal"
    assert axis()["scale"]["type"] == "linear"
    assert axis(log=True)["scale"]["type"] == "log"
