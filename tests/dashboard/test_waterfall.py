"""Why 46%? The lines of a suggestion as bars that begin where the one above ends."""

from math import fsum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard import charts
from dashboard.charts.revisions import DOWN, END, NONE, UP
from dashboard.question.why_data import MAX_BARS, has_bars, waterfall_frame
from forecasts.distributions.probability import sigmoid
from forecasts.evidence.log_odds import LedgerLine, LineKind, StoryEffect
from forecasts.questions.question import EvidenceId
from tests.builders import FakeClock, a_set
from tests.dashboard.examples import card, suggestion
from tests.dashboard.pages import open_page, words
from tests.test_learning import log
from tracker.app.tracker import Tracker

KINDS: tuple[LineKind, ...] = (
    "time passed",
    "evidence",
    "reports",
    "signpost",
    "doubt",
    "learned correction",
)
ADDS = st.one_of(st.floats(-4, 4), st.floats(-0.01, 0.01), st.just(0.0))


def ledger(base: float, *adds: float):  # type: ignore[no-untyped-def]
    lines = [LedgerLine("base rate", "3 of 10 years", base, sigmoid(base))]
    lines += [LedgerLine(KINDS[n % len(KINDS)], f"reason {n}", z, 0.5) for n, z in enumerate(adds)]
    return suggestion(*lines, p=sigmoid(fsum((base, *adds))))


def news(base: float, *adds: float):  # type: ignore[no-untyped-def]
    lines = [LedgerLine("evidence", f"story {n}", z, 0.5) for n, z in enumerate(adds)]
    return suggestion(
        LedgerLine("base rate", "3 of 10 years", base, sigmoid(base)),
        *lines,
        p=sigmoid(fsum((base, *adds))),
    )


@settings(deadline=None, max_examples=40)
@given(st.floats(-4, 4), st.lists(ADDS, max_size=30))
def test_bars_lead_from_base_rate_to_suggestion_without_gaps(
    base: float, adds: list[float]
) -> None:
    frame = waterfall_frame(ledger(base, *adds), [])
    assert 2 <= len(frame) <= MAX_BARS
    assert frame["start"].iloc[0] == base
    assert list(frame["start"][1:]) == pytest.approx(list(frame["end"][:-1]), abs=1e-9)
    assert frame["end"].iloc[-1] == pytest.approx(fsum((base, *adds)), abs=1e-9)
    assert frame["label"].is_unique


def test_waterfall_bars() -> None:
    # A bar says its side by word sign and triangle.
    frame = waterfall_frame(ledger(-0.85, 0.5, -0.3), [])
    assert list(frame["way"]) == [END, UP, DOWN, END]
    assert list(frame["shown"]) == ["30%", "+0.50\u00a0▲", "−0.30\u00a0▼", "34%"]
    # What is left over stands summed in one bar.
    adds = [0.01 * n for n in range(1, 21)]
    frame = waterfall_frame(news(0.0, *adds), [])
    assert len(frame) == MAX_BARS
    assert frame["label"].iloc[-2] == "… 11 smaller"
    assert frame["end"].iloc[-2] - frame["start"].iloc[-2] == pytest.approx(sum(adds[:11]))
    # What a constant did is never summed with news.
    lines = [LedgerLine("evidence", f"story {n}", 0.3, 0.5) for n in range(20)]
    correction = LedgerLine(
        "learned correction", "learned from 30 answered questions: shift +0.01", 0.01, 0.5
    )
    frame = waterfall_frame(
        suggestion(LedgerLine("base rate", "", 0.0, 0.5), *lines, correction), []
    )
    assert list(frame["label"])[-3:] == ["… 12 smaller", "Learned correction", "Estimate"]
    assert frame["shown"].iloc[-2] == "+0.01\u00a0▲"
    # Lines too small to be written share a bar.
    frame = waterfall_frame(news(0.0, 1.0, 0.004, 0.003), [])
    assert list(frame["label"])[1:] == ["story 0", "… 2 smaller", "Estimate"]
    # Stories go by their headline and equal ones are told apart.
    lines = [
        LedgerLine("evidence", f"visit {n}", 0.3, 0.5, (StoryEffect(EvidenceId(n), 0.3),))
        for n in (1, 2)
    ]
    frame = waterfall_frame(
        suggestion(LedgerLine("base rate", "", 0.0, 0.5), *lines), [card(1), card(2)]
    )
    assert list(frame["label"])[1:3] == ["Envoy travels to Kyiv", "Envoy travels to Kyiv (2)"]


def test_waterfall_without_news() -> None:
    lines = (
        LedgerLine("base rate", "", -1.7, 0.15),
        LedgerLine("learned correction", "", 0.2, 0.18),
    )
    frame = waterfall_frame(suggestion(*lines), [])
    assert list(frame["label"]) == ["Base rate", "News", "Learned correction", "Estimate"]
    assert (frame["way"].iloc[1], frame["shown"].iloc[1], frame["start"].iloc[1]) == (
        NONE,
        "no news",
        -1.7,
    )
    assert has_bars(frame)
    assert not has_bars(waterfall_frame(suggestion(LedgerLine("base rate", "", -1.7, 0.15)), []))


def test_waterfall_colours_and_axis() -> None:
    spec = charts.waterfall_chart(5)
    bars, ends, shown = spec["layer"]
    assert bars["encoding"]["color"]["scale"]["range"][:2] == [charts.BLUE, charts.VERMILLION]
    assert "exp(-datum.value)" in bars["encoding"]["x"]["axis"]["labelExpr"]
    assert ends["mark"]["shape"] == "diamond"
    assert shown["encoding"]["text"]["field"] == "shown"


def test_tab_why_draws_the_bars(tracker: Tracker, clock: FakeClock) -> None:
    # The tab why draws the bars above their exact table.
    tracker.question_sets.load(a_set())
    clock.advance(days=30)
    tracker.evidence.review(log(tracker, title="An invitation"), "confirmed")
    visit = open_page(tracker, "question", q="summit-2027", details="How it adds up")
    assert len(visit.get("vega_lite_chart")) == 2
    assert "Each bar starts where the one above it ends." in words(visit)
    assert "The lines add up to" in words(visit)
    # A base rate that nothing moved needs no bars.
    clock.time = tracker.questions.get("summit-2027").summary.question.opens_at
    assert (
        len(
            open_page(tracker, "question", q="summit-2027", details="How it adds up").get(
                "vega_lite_chart"
            )
        )
        == 1
    )
