"""Numbers, dates and states in words."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import wording
from dashboard.wording import NBSP, UTC_ZONE
from forecasts.evidence import Direction, Strength
from forecasts.question import status
from tests.dashboard.examples import CLOSES, NOW, OPENS, QUESTION, days, resolution

PROBABILITIES = st.floats(0.0, 1.0)
INSIDE = st.floats(0.0, 1.0, exclude_min=True, exclude_max=True)


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


@pytest.mark.parametrize(
    ("p", "shown"),
    [
        (0.46, "46 %"),
        (0.004, "<1 %"),
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.996, ">99 %"),
        (0.125, "13 %"),
        (0.01, "1 %"),
        (0.99, "99 %"),
    ],
)
def test_a_headline_percentage_is_whole_but_never_hides_a_chance(p: float, shown: str) -> None:
    assert plain(wording.percent(p)) == shown


@given(INSIDE)
def test_only_certainty_is_written_as_0_or_100_percent(p: float) -> None:
    for words in (wording.percent(p), wording.percent_exact(p)):
        assert plain(words) not in ("0 %", "100 %")


@given(INSIDE)
def test_a_percentage_for_a_table_is_0_or_100_for_certainty_alone(p: float) -> None:
    assert 0 < wording.percent_number(p) < 100
    assert (wording.percent_number(0.0), wording.percent_number(1.0)) == (0.0, 100.0)


@given(PROBABILITIES)
def test_a_percentage_for_a_table_is_off_by_half_a_unit_at_most(p: float) -> None:
    assert abs(wording.percent_number(p) - 100 * p) <= 0.5 + 1e-9


@pytest.mark.parametrize(
    ("p", "shown"),
    [
        (0.63, "63 %"),
        (0.045, "4.5 %"),
        (0.004, "0.4 %"),
        (0.0004, "0.04 %"),
        (0.996, "99.6 %"),
        (0.00001, "<0.01 %"),
        (0.99999, ">99.99 %"),
    ],
)
def test_an_echoed_percentage_keeps_a_decimal_near_the_ends(p: float, shown: str) -> None:
    assert plain(wording.percent_exact(p)) == shown


def test_a_move_is_told_in_points() -> None:
    assert plain(wording.points(0.06)) == "up 6 points"
    assert plain(wording.points(-0.012)) == "down 1 point"
    assert wording.points(0.004) == "unchanged"


@pytest.mark.parametrize(
    ("p", "shown"),
    [
        (0.63, "1.7 to 1 for"),
        (0.3, "2.3 to 1 against"),
        (0.5, "even"),
        (0.75, "3 to 1 for"),
        (0.001, "999 to 1 against"),
        (1.0, "certain"),
    ],
)
def test_odds_name_the_side_they_favour(p: float, shown: str) -> None:
    assert wording.odds(p) == shown


def test_a_typed_probability_is_echoed_with_odds_and_an_everyday_fraction() -> None:
    assert plain(wording.echo(0.63)) == "63 %, odds 1.7 to 1 for, about 5 in 8"
    assert plain(wording.echo(0.004)) == "0.4 %, odds 249 to 1 against, about 1 in 250"
    assert plain(wording.echo(0.98)) == "98 %, odds 49 to 1 for, about 49 in 50"
    assert "even odds" in wording.echo(0.5)


def test_certainty_is_echoed_with_a_warning() -> None:
    assert "log score" in wording.echo(1.0)
    assert wording.about(0.0) == "never"


@given(PROBABILITIES)
def test_every_probability_can_be_echoed(p: float) -> None:
    assert wording.echo(p)


def test_log_odds_carry_their_sign() -> None:
    assert wording.log_odds(0.288) == "+0.29"
    assert wording.log_odds(-0.85) == "−0.85"


def test_a_moment_is_told_in_the_viewers_zone_and_names_it() -> None:
    assert (
        wording.moment(datetime(2026, 11, 24, 13, 5, tzinfo=UTC), wording.zone_of("Europe/Berlin"))
        == "24 Nov 2026, 14:05 CET"
    )


@pytest.mark.parametrize("name", [None, "", "Nowhere/Land", "../etc/passwd", "Europe"])
def test_an_unknown_zone_falls_back_to_utc(name: str | None) -> None:
    assert wording.zone_of(name) == UTC_ZONE


@pytest.mark.parametrize(
    ("length", "told"),
    [
        (timedelta(minutes=5), "5 minutes"),
        (timedelta(hours=3), "3 hours"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=400), "13 months"),
        (timedelta(days=1500), "4 years"),
    ],
)
def test_relative_times_use_the_largest_unit_that_says_enough(length: timedelta, told: str) -> None:
    assert plain(wording.age(NOW - length, NOW)) == f"{told} ago"
    assert plain(wording.age(NOW + length, NOW)) == f"in {told}"


def test_relative_times_know_now_and_never() -> None:
    assert wording.age(NOW, NOW) == "just now"
    assert wording.age(None, NOW) == "never"


def test_counts_agree_with_their_noun() -> None:
    assert plain(wording.plural(1, "piece", "pieces")) == "1 piece"
    assert plain(wording.plural(1_200, "question")) == "1,200 questions"


def test_long_text_is_cut_at_a_word() -> None:
    assert wording.clipped("one two three four", 12) == "one two…"
    assert wording.clipped("one  two\nthree", 40) == "one two three"
    assert len(wording.clipped("x" * 100, 20)) == 20


def told(now: datetime, answer: object = None) -> str:
    found = answer if answer is None else resolution(answer)
    return plain(wording.status_line(QUESTION, status(QUESTION, found, now), found, (now, UTC_ZONE)))


def test_the_status_line_says_where_a_question_stands() -> None:
    assert told(NOW) == "Open since 1 Jan 2026, closes 1 Jan 2027 (in 6 months)"
    assert told(OPENS - days(10)) == "Opens 1 Jan 2026 (in 10 days), closes 1 Jan 2027"
    assert told(CLOSES + days(3)) == "Closed 1 Jan 2027 (3 days ago), waiting for its answer"
    assert told(NOW, "yes") == "Resolved YES, known 1 Jul 2026"
    assert told(NOW, "annulled") == "Annulled: not scored, known 1 Jul 2026"


def test_evidence_is_told_with_a_shape_a_side_and_a_strength() -> None:
    assert wording.bearing(Direction.YES, Strength.MODERATE) == "▲ speaks moderately for YES"
    assert wording.bearing(Direction.NO, Strength.SLIGHT) == "▼ speaks slightly for NO"
    assert wording.bearing(Direction.NEUTRAL, Strength.STRONG) == wording.bearing(Direction.YES, Strength.NONE)
    assert {wording.direction(d)[0] for d in Direction} == {"▲", "▼", "◆"}


@given(st.text(max_size=200))
def test_inert_text_keeps_every_word_and_escapes_every_mark(text: str) -> None:
    made = wording.inert(text)
    bare = made.replace("\u2060", "")
    shown = "".join(c for i, c in enumerate(bare) if not (c == "\\" and i + 1 < len(bare) and _is_escape(bare, i)))
    assert shown == " ".join(text.split()).replace("\u2060", "")


def _is_escape(text: str, index: int) -> bool:
    run = 0
    while index - run - 1 >= 0 and text[index - run - 1] == "\\":
        run += 1
    return run % 2 == 0


@pytest.mark.parametrize(
    "text", ["http://evil.example", "www.evil.example", "a@evil.example", ":streamlit:", "a -> b", "p >= q"]
)
def test_what_markdown_links_or_replaces_by_itself_is_broken_up(text: str) -> None:
    assert "\u2060" in wording.inert(text)


@pytest.mark.parametrize("url", ["https://example.org/a?b=1", "http://example.org"])
def test_web_addresses_may_be_offered(url: str) -> None:
    assert wording.web_link(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "ftp://example.org",
        "//example.org",
        "https://",
        "https://user@example.org",
        "https://exa mple.org",
        "https://example.org/\n",
        "http://[broken",
        "",
    ],
)
def test_other_addresses_may_not(url: str) -> None:
    assert wording.web_link(url) is None
