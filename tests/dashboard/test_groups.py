"""Linked questions side by side: frames, charts and words."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dashboard.question import related
from dashboard.wording.links import (
    describe_contradiction,
    describe_total_probability,
    format_link_numbers,
)
from dashboard.wording.numbers import percent_whole
from forecasts.distributions.distribution import Binary, Distribution
from forecasts.questions.links import Link, LinkId, LinkKind
from forecasts.questions.question import (
    CROWD,
    PRIOR,
    SUGGESTION,
    ForecasterId,
    Question,
)
from tests.dashboard.examples import (
    ANA,
    CLOSES,
    ME,
    NOW,
    PEOPLE,
    days,
    named_question,
    resolution,
)
from tests.dashboard.examples import summary as a_summary
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
    assert [f.id for f in related.list_speakers(alone, ME)] == [ME, SUGGESTION]
    both = two_dates({**everyone, ANA: 0.2}, everyone)
    assert [f.id for f in related.list_speakers(both, ME)] == [ME, CROWD, SUGGESTION]
    nobody = two_dates({PRIOR: 0.3}, {PRIOR: 0.4})
    assert [f.id for f in related.list_speakers(nobody, ME)] == [PRIOR]
    # What is answered stands as its answer.
    answered, later = related.list_members(a_link("dates", ANSWERED, row(LATE, {ME: 0.6})))
    assert (answered.answer, answered.p(ME), later.answer, later.p(ME)) == ("YES", 1.0, "", 0.6)


def test_group_contradictions() -> None:
    # Forecasts that fall where they must rise are told with the nearest that agree.
    group = two_dates({ME: 0.6, SUGGESTION: 0.3}, {ME: 0.45, SUGGESTION: 0.4})
    ((who, broken),) = related.list_contradictions(group, ME)
    assert who.id == ME
    said = describe_contradiction(broken)
    assert "“end of 2026” is at 60%" in said
    assert said.endswith("The nearest that agree: 53%, 53%.")
    assert related.list_contradictions(two_dates({ME: 0.4}, {ME: 0.6}), ME) == ()
    # A question that is closed contradicts nobody any more.
    closed = row(EARLY, {ME: 0.6}, status="closed")
    assert (
        related.list_contradictions(
            a_link("dates", closed, row(LATE, {ME: 0.4}), labels=("a", "b")), ME
        )
        == ()
    )
    # A small contradiction is called noise.
    ((_, broken),) = related.list_contradictions(two_dates({ME: 0.5}, {ME: 0.49}), ME)
    assert describe_contradiction(broken).endswith("Within rounding.")
    # Nobody speaks for a whole link who left one question out.
    group = a_link("negates", row(EARLY, {ME: 0.4, SUGGESTION: 0.3}), row(LATE, {SUGGESTION: 0.6}))
    assert related.probabilities_of(group, ME) is None
    assert related.probabilities_of(group, SUGGESTION) == (0.3, 0.6)
    assert related.probabilities_of(a_link("implies", ANSWERED, row(LATE, {ME: 0.6})), ME) == (
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
        assert format_link_numbers(kind, p).replace("\u00a0", " ") == said


def test_conditional_pair_adds_up() -> None:
    assert (
        describe_total_probability((0.3, 0.4, 0.2)).replace("\u00a0", " ")
        == "26% = 30% × 40% + 70% × 20%"
    )
    assert describe_total_probability((0.3, 0.4, 0.2, 0.5)).endswith("; currently 50%")


@given(st.tuples(*[st.floats(0.0, 1.0)] * 3))
def test_a_conditional_pair_never_makes_more_than_its_likelier_branch(
    p: tuple[float, float, float],
) -> None:
    total = p[0] * p[1] + (1 - p[0]) * p[2]
    assert min(p[1:]) - 1e-9 <= total <= max(p[1:]) + 1e-9
    assert describe_total_probability(p).startswith(percent_whole(total))
