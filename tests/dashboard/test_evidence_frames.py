"""Evidence and the lines of suggestions become frames whose columns mean what their docstrings
say.
"""

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.inbox.data import count_reports, flag_copies
from dashboard.question import why_data
from forecasts.evidence.evidence import Direction, SourceReport, Strength, independent_reports
from forecasts.evidence.log_odds import StoryEffect
from forecasts.suggestion.binary import LedgerLine
from forecasts.suggestion.categorical import OptionSuggestion, suggest_options
from forecasts.suggestion.explanation import MIN_NATS
from tests.dashboard.examples import (
    NOW,
    OPENS,
    VISIT_TO,
    card,
    copy,
    days,
    evidence,
    suggestion,
    syndicated,
)
from tracker.feeds.item import ItemId

# Evidence


def test_reports_and_copies_are_folded() -> None:
    # Copies are folded and one owner is one witness.
    assert count_reports(syndicated(14, reports=3)) == (3, 3, 14)
    sisters = (
        copy(1, "Envoy", feed="Daily", group="press"),
        copy(2, "Envoy in Kyiv", feed="Sunday", group="press"),
    )
    assert count_reports(sisters) == (2, 1, 0)
    assert count_reports((copy(1, "Envoy"),)) == (1, 1, 0)
    # Every report is listed with copies marked first seen first.
    flagged = flag_copies(syndicated(2, reports=2)[::-1])
    assert [is_copy for _, is_copy in flagged] == [False, False, True, True]
    assert [report.feed_title for report, _ in flagged] == [
        "Wire 1",
        "Wire 2",
        "Paper 0",
        "Paper 1",
    ]
    assert flag_copies(()) == []
    # A copy whose original is elsewhere stands for its text.
    pair = (copy(5, "Envoy", copy_of=ItemId(1)), copy(6, "Envoy", copy_of=ItemId(1)))
    assert [is_copy for _, is_copy in flag_copies(pair)] == [False, True]


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 4)), min_size=1, max_size=12))
def test_what_is_folded_is_what_reliability_counts(of: list[tuple[int, int]]) -> None:
    items = [
        copy(n, "x", group=f"g{group}", copy_of=None if text >= n else ItemId(text))
        for n, (text, group) in enumerate(of, 1)
    ]
    reports = [
        SourceReport(i.source_group, 0.8, i.item.first_seen_at, text=i.copy_of or i.item.id)
        for i in items
    ]
    counted = independent_reports(reports)
    assert count_reports(items)[:2] == (len(counted), len({r.source_group for r in counted}))


# Why


def test_why_table_ends_in_the_sum() -> None:
    effects = (StoryEffect(card(7).evidence.id, 0.7),)
    lines = (
        LedgerLine("base rate", "3 of 10", -0.847, 0.3),
        LedgerLine("evidence", "visit, moderate", 0.7, 0.46, effects),
        LedgerLine("signpost", "treaty: expected by 2026-03-01 and not seen", -0.2, 0.41),
        LedgerLine("limits", "kept between 1% and 99%", 0.0, 0.41),
    )
    frame = why_data.why_frame(suggestion(*lines, p=0.41), [card(7, "Envoy travels")])
    assert list(frame["line"]) == ["Base rate", "News: judged story", "News: signpost", "Sum"]
    assert (frame["what"].iloc[1], frame["weighed"].iloc[1]) == ("Envoy travels", "visit, moderate")
    assert frame["log_odds"].iloc[-1] == pytest.approx(-0.347)
    assert frame["after"].iloc[-1] == 41.0


@given(st.lists(st.floats(-0.02, 0.02), max_size=12))
def test_why_table_adds_up_whatever_is_too_small(weights: list[float]) -> None:
    small = [LedgerLine("evidence", "old", weight, 0.5) for weight in weights]
    lines = (
        LedgerLine("base rate", "3 of 10", -0.847, 0.3),
        *small,
        LedgerLine("evidence scale", "×0.5", 0.4, 0.5),
    )
    frame = why_data.why_frame(suggestion(*lines), [])
    left_out = sum(abs(weight) < MIN_NATS for weight in weights)
    assert len(frame) == 3 + len(weights) - left_out
    shown = frame["log_odds"].iloc[:-1].sum()
    assert shown == pytest.approx(frame["log_odds"].iloc[-1], abs=MIN_NATS * max(left_out, 1))


# Shares


def shares_after(*pieces: tuple[str, Direction]) -> OptionSuggestion:
    """What is suggested on `VISIT_TO` after confirmed evidence for or against these options."""
    found = [
        evidence(n, "confirmed", side, option=option, question_id=VISIT_TO.id, strength=Strength.STRONG,
                 reports=(SourceReport(f"wire {n}", 0.9, OPENS),))
        for n, (option, side) in enumerate(pieces, 1)
    ]  # fmt: skip
    return suggest_options(VISIT_TO, found, {}, OPENS + days(20))


def test_share_lines() -> None:
    # Suggested shares stand beside their base rates.
    frame = why_data.option_suggestion_frame(
        shares_after(("Minsk", Direction.YES)), VISIT_TO
    ).set_index("option")
    assert list(frame.index) == ["Beijing", "Minsk", "Other"]
    assert frame["suggested"].sum() == pytest.approx(100.0, abs=1.5)
    assert frame.loc["Minsk", "change"] > 0 > frame.loc["Beijing", "change"]
    assert list(frame["stories"]) == [0, 1, 0]
    # Without evidence no share has moved.
    frame = why_data.option_suggestion_frame(shares_after(), VISIT_TO)
    assert not frame["change"].any()
    assert why_data.most_changed_option(shares_after(), VISIT_TO) == "Beijing"
    # The lines shown first are of the option that moved most.
    assert why_data.most_changed_option(shares_after(("Minsk", Direction.NO)), VISIT_TO) == "Minsk"
    # The line of an option names its news.
    found = shares_after(("Minsk", Direction.YES))
    frame = why_data.option_why_frame(found, "Minsk", [card(1, "Envoy travels to Minsk")])
    row = frame[frame["line"] == "News: judged story"].iloc[0]
    assert row["what"] == "Envoy travels to Minsk"
    assert "for option Minsk" in row["weighed"]
    assert found.at < NOW
    # An option that cannot be has no lines.
    frame = why_data.option_why_frame(shares_after(), "Tehran", [])
    assert frame.empty
    assert (
        frame.dtypes.to_dict()
        == why_data.option_why_frame(shares_after(), "Minsk", []).dtypes.to_dict()
    )


@given(
    st.lists(
        st.tuples(st.sampled_from(["Beijing", "Minsk", "Other"]), st.sampled_from([-1, 1])),
        max_size=6,
    )
)
def test_the_lines_of_every_share_add_up_to_its_logarithm(pieces: list[tuple[str, int]]) -> None:
    found = shares_after(*((option, Direction(side)) for option, side in pieces))
    for option, p in zip(found.distribution.options, found.distribution.p, strict=True):
        frame = why_data.option_why_frame(found, option, [])
        assert exp(frame["log_share"].iloc[-1]) == pytest.approx(p)
        assert frame["log_share"].iloc[:-1].sum() == pytest.approx(
            frame["log_share"].iloc[-1], abs=2e-3
        )
