"""Numbers, dates and states in words."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import wording
from dashboard.wording import NBSP, UTC_ZONE
from forecasts.distributions.cdf import Cdf
from forecasts.distributions.distribution import Binary, Categorical, Distribution
from forecasts.questions import format as spoken
from forecasts.questions.question import Question, Resolution, question_status
from tests.dashboard.examples import (
    CLOSES,
    GRADE,
    INCIDENTS,
    NOW,
    OPENS,
    PRICE,
    QUESTION,
    TREATY,
    VISIT_TO,
    answered,
    days,
    price,
    resolution,
    shares,
)

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
    assert plain(wording.percent_whole(p)) == shown


@given(INSIDE)
def test_only_certainty_is_written_as_0_or_100_percent(p: float) -> None:
    for words in (wording.percent_whole(p), wording.percent_exact(p)):
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
    assert plain(wording.format_points(0.06)) == "up 6 points"
    assert plain(wording.format_points(-0.012)) == "down 1 point"
    assert wording.format_points(0.004) == "unchanged"


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
    assert wording.format_odds(p) == shown


def test_a_typed_probability_is_echoed_with_odds_and_an_everyday_fraction() -> None:
    assert plain(wording.describe_probability(0.63)) == "63 %, odds 1.7 to 1 for, about 5 in 8"
    assert (
        plain(wording.describe_probability(0.004)) == "0.4 %, odds 249 to 1 against, about 1 in 250"
    )
    assert plain(wording.describe_probability(0.98)) == "98 %, odds 49 to 1 for, about 49 in 50"
    assert "even odds" in wording.describe_probability(0.5)


def test_certainty_is_echoed_with_a_warning() -> None:
    assert "log score" in wording.describe_probability(1.0)
    assert wording.format_fraction(0.0) == "never"


@given(PROBABILITIES)
def test_every_probability_can_be_echoed(p: float) -> None:
    assert wording.describe_probability(p)


def test_log_odds_carry_their_sign() -> None:
    assert wording.format_log_odds(0.288) == "+0.29"
    assert wording.format_log_odds(-0.85) == "−0.85"


def test_a_moment_is_told_in_the_viewers_zone_and_names_it() -> None:
    assert (
        wording.format_moment(
            datetime(2026, 11, 24, 13, 5, tzinfo=UTC), wording.parse_zone("Europe/Berlin")
        )
        == "24 Nov 2026, 14:05 CET"
    )


@pytest.mark.parametrize("name", [None, "", "Nowhere/Land", "../etc/passwd", "Europe"])
def test_an_unknown_zone_falls_back_to_utc(name: str | None) -> None:
    assert wording.parse_zone(name) == UTC_ZONE


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
    assert plain(wording.format_age(NOW - length, NOW)) == f"{told} ago"
    assert plain(wording.format_age(NOW + length, NOW)) == f"in {told}"


def test_relative_times_know_now_and_never() -> None:
    assert wording.format_age(NOW, NOW) == "just now"
    assert wording.format_age(None, NOW) == "never"


def test_counts_agree_with_their_noun() -> None:
    assert plain(wording.plural(1, "piece", "pieces")) == "1 piece"
    assert plain(wording.plural(1_200, "question")) == "1,200 questions"


def test_long_text_is_cut_at_a_word() -> None:
    assert wording.clip("one two three four", 12) == "one two…"
    assert wording.clip("one  two\nthree", 40) == "one two three"
    assert len(wording.clip("x" * 100, 20)) == 20


def told(now: datetime, answer: object = None) -> str:
    found = answer if answer is None else resolution(answer)
    return plain(
        wording.question_status_line(
            QUESTION, question_status(QUESTION, found, now), found, (now, UTC_ZONE)
        )
    )


def test_the_status_line_says_where_a_question_stands() -> None:
    assert told(NOW) == "Open since 1 Jan 2026, closes 1 Jan 2027 (in 6 months)"
    assert told(OPENS - days(10)) == "Opens 1 Jan 2026 (in 10 days), closes 1 Jan 2027"
    assert told(CLOSES + days(3)) == "Closed 1 Jan 2027 (3 days ago), waiting for its answer"
    assert told(NOW, "yes") == "Resolved YES, known 1 Jul 2026"
    assert told(NOW, "annulled") == "Annulled: not scored, known 1 Jul 2026"


@given(st.text(max_size=200))
def test_inert_text_keeps_every_word_and_escapes_every_mark(text: str) -> None:
    made = wording.escape_markdown(text)
    bare = made.replace("\u2060", "")
    shown = "".join(
        c
        for i, c in enumerate(bare)
        if not (c == "\\" and i + 1 < len(bare) and _is_escape(bare, i))
    )
    kept = re.sub(r"[^\S\u00a0]+", " ", text).strip()
    assert shown == kept.replace("\u2060", "")


def _is_escape(text: str, index: int) -> bool:
    run = 0
    while index - run - 1 >= 0 and text[index - run - 1] == "\\":
        run += 1
    return run % 2 == 0


@pytest.mark.parametrize(
    "text",
    [
        "http://evil.example",
        "www.evil.example",
        "a@evil.example",
        ":streamlit:",
        "a -> b",
        "p >= q",
    ],
)
def test_what_markdown_links_or_replaces_by_itself_is_broken_up(text: str) -> None:
    assert "\u2060" in wording.escape_markdown(text)


@pytest.mark.parametrize("url", ["https://example.org/a?b=1", "http://example.org"])
def test_web_addresses_may_be_offered(url: str) -> None:
    assert wording.safe_web_link(url) == url


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
    assert wording.safe_web_link(url) is None


# Forecasts and answers of every kind

BELOW_TOO = replace(PRICE, scale=replace(PRICE.scale, open_lower=True))


@pytest.mark.parametrize(
    ("question", "held", "short"),
    [
        (QUESTION, None, "–"),
        (QUESTION, Binary(0.63), "63 %"),
        (QUESTION, Binary(0.045), "4.5 %"),
        (VISIT_TO, shares(0.6, 0.1, 0.3), "Beijing 60 %"),
        (VISIT_TO, VISIT_TO.prior, "each 33 %"),
        (
            GRADE,
            Categorical(("20 to 30", "30 to 40", "40 to 50"), (0.2, 0.5, 0.3)),
            "30 to 40: 50 %",
        ),
        (PRICE, price(10, 41, 120), "41 (10 to 120) US dollars"),
        (PRICE, price(10, 41, 120, above=0.05), "41 (10 to 120) US dollars"),
        (PRICE, Cdf((0.0, 200.0), (0.0, 0.6)), "166.7 (16.67 to above 200) US dollars"),
        (PRICE, Cdf((0.0, 200.0), (0.0, 0.2)), "above 200 80 %"),
        (BELOW_TOO, Cdf((0.0, 200.0), (0.7, 1.0)), "below 0 70 %"),
        (TREATY, TREATY.prior, "12 Jul 2026 (20 Jan 2026 to 1 Jan 2027)"),
        (TREATY, Cdf(TREATY.prior.x, (0.0, 0.3)), "never 70 %"),
    ],
)
def test_a_forecast_of_every_kind_is_told_in_a_few_words(
    question: Question, held: Distribution | None, short: str
) -> None:
    assert plain(wording.format_forecast(question, held)) == short


def test_a_headline_says_the_rest_in_small() -> None:
    assert wording.forecast_headline(QUESTION, Binary(0.63))[1] == ""
    assert (
        plain(wording.forecast_headline(VISIT_TO, shares(0.6, 0.1, 0.3))[1])
        == "Other 30 %, Minsk 10 %"
    )
    number, more = wording.forecast_headline(PRICE, price(10, 41, 120, above=0.01))
    assert (plain(number), plain(more)) == ("41 US dollars", "90 %: 10 to 120; above 200: 1 %")
    never, when = wording.forecast_headline(TREATY, Cdf(TREATY.prior.x, (0.0, 0.3)))
    assert (plain(never), plain(when)) == ("never 70 %", "90 %: 2 Mar 2026 to never")


def test_what_was_understood_is_told_in_full() -> None:
    assert plain(wording.describe_forecast(QUESTION, Binary(0.63))).startswith("63 %, odds")
    assert (
        plain(wording.describe_forecast(VISIT_TO, shares(0.6, 0.1, 0.3)))
        == "Beijing 60 %, Minsk 10 %, Other 30 %"
    )
    assert plain(wording.describe_forecast(PRICE, price(10, 41, 120, above=0.05))) == (
        "middle 41, half of it 23.78 to 84.89, 90 % of it 10 to 120 US dollars; above 200: 5 %"
    )
    assert plain(wording.describe_forecast(TREATY, Cdf(TREATY.prior.x, (0.0, 0.3)))) == (
        "half of it 1 Nov 2026 to never, 90 % of it 2 Mar 2026 to never; never: 70 %"
    )
    assert wording.describe_forecast(PRICE, None) == "–"


@pytest.mark.parametrize(
    ("question", "answer", "words"),
    [
        (QUESTION, resolution("no"), "Resolved NO"),
        (QUESTION, resolution("ambiguous"), "Ambiguous: not scored"),
        (VISIT_TO, answered(VISIT_TO, "Minsk"), "Resolved: Minsk"),
        (PRICE, answered(PRICE, "41.2575"), "Resolved: 41.2575 US dollars"),
        (PRICE, answered(PRICE, "above"), "Resolved: above 200 US dollars"),
        (BELOW_TOO, answered(BELOW_TOO, "below"), "Resolved: below 0 US dollars"),
        (TREATY, answered(TREATY, "2026-03-05"), "Resolved: 5 Mar 2026"),
        (TREATY, answered(TREATY, "never"), "Resolved: never by 1 Jan 2027"),
    ],
)
def test_an_answer_of_every_kind_is_told_exactly(
    question: Question, answer: Resolution, words: str
) -> None:
    assert plain(wording.describe_resolution(question, answer)) == words


def test_dates_before_the_window_are_told_as_such() -> None:
    early = replace(TREATY, scale=replace(TREATY.scale, open_lower=True))
    assert wording.format_bound(early, "lower") == "before 1 Jan 2026"
    assert plain(wording.format_bound(PRICE, "upper", unit=False)) == "above 200"
    assert wording.format_answer(QUESTION, None) == "–"


def test_a_headline_percentage_differs_from_a_terminals_on_purpose() -> None:
    assert (plain(wording.percent_whole(0.045)), spoken.format_percent(0.045)) == ("5 %", "4.5%")
    assert plain(wording.percent_exact(0.045)).replace(" ", "") == spoken.format_percent(0.045)


def test_only_the_first_letter_becomes_a_capital() -> None:
    assert wording.capitalise("above 200 US dollars") == "Above 200 US dollars"


def test_a_headline_names_a_few_options_and_counts_the_others() -> None:
    options = tuple("abcdefgh")
    many = Categorical(options, (0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05))
    assert plain(wording.forecast_headline(VISIT_TO, many)[1]) == "b 20 %, c 10 %, d 10 %, 4 more"
    assert plain(
        wording.forecast_headline(VISIT_TO, Categorical(options[:5], (0.3, 0.2, 0.2, 0.2, 0.1)))[1]
    ).endswith("e 10 %")
    long = Categorical(("the present coalition goes on without any change", "Other"), (0.6, 0.4))
    assert (
        plain(wording.forecast_headline(VISIT_TO, long)[0]) == "the present coalition goes on… 60 %"
    )
    assert (
        plain(wording.format_forecast(VISIT_TO, long))
        == "the present coalition goes on without any change 60 %"
    )


def test_a_zero_that_went_through_a_logarithm_is_told_as_zero() -> None:
    assert wording.format_value(INCIDENTS, -7.1e-15) == "0"
