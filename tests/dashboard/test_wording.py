"""Numbers, dates and states in words."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dashboard.home.first_run import PURPOSE
from dashboard.wording.numbers import (
    NBSP,
    UTC_ZONE,
    clip,
    describe_probability,
    escape_markdown,
    format_age,
    format_fraction,
    format_log_odds,
    format_moment,
    format_odds,
    format_points,
    parse_zone,
    percent_exact,
    percent_number,
    percent_whole,
    plural,
    safe_web_link,
)
from dashboard.wording.questions import (
    describe_forecast,
    describe_resolution,
    forecast_headline,
    format_answer,
    format_bound,
    format_forecast,
    format_value,
    question_status_line,
)
from forecasts.distributions.cdf import Cdf
from forecasts.distributions.distribution import Binary, Categorical
from forecasts.questions import formatting
from forecasts.questions.formatting import capitalise
from forecasts.questions.question import question_status
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
from tests.page_words import ROOT, list_texts

PROBABILITIES = st.floats(0.0, 1.0)
INSIDE = st.floats(0.0, 1.0, exclude_min=True, exclude_max=True)


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


def test_percentages_in_words() -> None:
    # A headline percentage is whole but never hides a chance.
    for p, shown in (
        (0.46, "46%"),
        (0.004, "<1%"),
        (0.0, "0%"),
        (1.0, "100%"),
        (0.996, ">99%"),
        (0.125, "13%"),
        (0.01, "1%"),
        (0.99, "99%"),
    ):
        assert plain(percent_whole(p)) == shown
    # An echoed percentage keeps a decimal near the ends.
    for p, shown in (
        (0.63, "63%"),
        (0.045, "4.5%"),
        (0.004, "0.4%"),
        (0.0004, "0.04%"),
        (0.996, "99.6%"),
        (0.00001, "<0.01%"),
        (0.99999, ">99.99%"),
    ):
        assert plain(percent_exact(p)) == shown


@given(INSIDE)
def test_only_certainty_is_written_as_0_or_100_percent(p: float) -> None:
    for words in (percent_whole(p), percent_exact(p)):
        assert plain(words) not in ("0%", "100%")


@given(INSIDE)
def test_table_percentage_is_0_or_100_for_certainty_alone(p: float) -> None:
    assert 0 < percent_number(p) < 100
    assert (percent_number(0.0), percent_number(1.0)) == (0.0, 100.0)


@given(PROBABILITIES)
def test_table_percentage_is_off_by_half_a_unit_at_most(p: float) -> None:
    assert abs(percent_number(p) - 100 * p) <= 0.5 + 1e-9


def test_odds_and_echoes() -> None:
    # A move is told in points.
    assert plain(format_points(0.06)) == "up 6 points"
    assert plain(format_points(-0.012)) == "down 1 point"
    assert format_points(0.004) == "unchanged"
    # Odds name the side they favour.
    for p, shown in (
        (0.63, "1.7 to 1 for"),
        (0.3, "2.3 to 1 against"),
        (0.5, "even"),
        (0.75, "3 to 1 for"),
        (0.001, "999 to 1 against"),
        (1.0, "certain"),
    ):
        assert format_odds(p) == shown
    # A typed probability is echoed with odds and an everyday fraction.
    assert plain(describe_probability(0.63)) == "63%, odds 1.7 to 1 for, about 5 in 8"
    assert plain(describe_probability(0.004)) == "0.4%, odds 249 to 1 against, about 1 in 250"
    assert plain(describe_probability(0.98)) == "98%, odds 49 to 1 for, about 49 in 50"
    assert "even odds" in describe_probability(0.5)
    # Certainty is echoed with a warning.
    assert "log score" in describe_probability(1.0)
    assert format_fraction(0.0) == "never"
    # Log odds carry their sign.
    assert format_log_odds(0.288) == "+0.29"
    assert format_log_odds(-0.85) == "−0.85"


@given(PROBABILITIES)
def test_every_probability_can_be_echoed(p: float) -> None:
    assert describe_probability(p)


def test_times_in_words() -> None:
    # A moment is told in the viewers zone and names it.
    assert (
        format_moment(datetime(2026, 11, 24, 13, 5, tzinfo=UTC), parse_zone("Europe/Berlin"))
        == "24 Nov 2026, 14:05 CET"
    )
    # An unknown zone falls back to utc.
    for name in (None, "", "Nowhere/Land", "../etc/passwd", "Europe"):
        assert parse_zone(name) == UTC_ZONE
    # Relative times use the largest unit that says enough.
    for length, told in (
        (timedelta(minutes=5), "5 minutes"),
        (timedelta(hours=3), "3 hours"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=400), "13 months"),
        (timedelta(days=1500), "4 years"),
    ):
        assert plain(format_age(NOW - length, NOW)) == f"{told} ago"
        assert plain(format_age(NOW + length, NOW)) == f"in {told}"
    # Relative times know now and never.
    assert format_age(NOW, NOW) == "just now"
    assert format_age(None, NOW) == "never"


def test_counts_and_status_lines() -> None:
    # Counts agree with their noun.
    assert plain(plural(1, "piece", "pieces")) == "1 piece"
    assert plain(plural(1_200, "question")) == "1,200 questions"
    # Long text is cut at a word.
    assert clip("one two three four", 12) == "one two…"
    assert clip("one  two\nthree", 40) == "one two three"
    assert len(clip("x" * 100, 20)) == 20
    # The status line says where a question stands.
    assert told(NOW) == "Open · closes 1 Jan 2027, in 6 months"
    assert (
        told(OPENS - days(10)) == "Not open yet · opens 1 Jan 2026, in 10 days · closes 1 Jan 2027"
    )
    assert told(CLOSES + days(3)) == "Closed 1 Jan 2027, 3 days ago · awaiting resolution"
    assert told(NOW, "yes") == "Resolved YES · known 1 Jul 2026"
    assert told(NOW, "annulled") == "Annulled: not scored · known 1 Jul 2026"


def told(now: datetime, answer: object = None) -> str:
    found = answer if answer is None else resolution(answer)
    return plain(
        question_status_line(
            QUESTION, question_status(QUESTION, found, now), found, (now, UTC_ZONE)
        )
    )


@given(st.text(max_size=200))
def test_inert_text_keeps_every_word_and_escapes_every_mark(text: str) -> None:
    made = escape_markdown(text)
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


def test_markdown_is_broken_up() -> None:
    for text in (
        "http://evil.example",
        "www.evil.example",
        "a@evil.example",
        ":streamlit:",
        "a -> b",
        "p >= q",
    ):
        assert "\u2060" in escape_markdown(text)


def test_web_addresses() -> None:
    # Web addresses may be offered.
    for url in ("https://example.org/a?b=1", "http://example.org"):
        assert safe_web_link(url) == url
    # Other addresses may not.
    for url in (
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
    ):
        assert safe_web_link(url) is None


# Forecasts and answers of every kind

BELOW_TOO = replace(PRICE, scale=replace(PRICE.scale, open_lower=True))


def test_forecasts_of_every_kind_in_few_words() -> None:
    # A forecast of every kind is told in a few words.
    for question, held, short in (
        (QUESTION, None, "–"),
        (QUESTION, Binary(0.63), "63%"),
        (QUESTION, Binary(0.045), "4.5%"),
        (VISIT_TO, shares(0.6, 0.1, 0.3), "Beijing 60%"),
        (VISIT_TO, VISIT_TO.prior, "each 33%"),
        (
            GRADE,
            Categorical(("20 to 30", "30 to 40", "40 to 50"), (0.2, 0.5, 0.3)),
            "30 to 40: 50%",
        ),
        (PRICE, price(10, 41, 120), "41 (10 to 120) US dollars"),
        (PRICE, price(10, 41, 120, above=0.05), "41 (10 to 120) US dollars"),
        (PRICE, Cdf((0.0, 200.0), (0.0, 0.6)), "166.7 (16.67 to above 200) US dollars"),
        (PRICE, Cdf((0.0, 200.0), (0.0, 0.2)), "above 200 80%"),
        (BELOW_TOO, Cdf((0.0, 200.0), (0.7, 1.0)), "below 0 70%"),
        (TREATY, TREATY.prior, "12 Jul 2026 (20 Jan 2026 to 1 Jan 2027)"),
        (TREATY, Cdf(TREATY.prior.x, (0.0, 0.3)), "never 70%"),
    ):
        assert plain(format_forecast(question, held)) == short
    # A headline says the rest in small.
    assert forecast_headline(QUESTION, Binary(0.63))[1] == ""
    assert plain(forecast_headline(VISIT_TO, shares(0.6, 0.1, 0.3))[1]) == "Other 30%, Minsk 10%"
    number, more = forecast_headline(PRICE, price(10, 41, 120, above=0.01))
    assert (plain(number), plain(more)) == ("41 US dollars", "90%: 10 to 120; above 200: 1%")
    never, when = forecast_headline(TREATY, Cdf(TREATY.prior.x, (0.0, 0.3)))
    assert (plain(never), plain(when)) == ("never 70%", "90%: 2 Mar 2026 to never")
    # What was understood is told in full.
    assert plain(describe_forecast(QUESTION, Binary(0.63))).startswith("63%, odds")
    assert (
        plain(describe_forecast(VISIT_TO, shares(0.6, 0.1, 0.3)))
        == "Beijing 60%, Minsk 10%, Other 30%"
    )
    assert plain(describe_forecast(PRICE, price(10, 41, 120, above=0.05))) == (
        "median 41, 50% interval 23.78 to 84.89, 90% interval 10 to 120 US dollars; above 200: 5%"
    )
    assert plain(describe_forecast(TREATY, Cdf(TREATY.prior.x, (0.0, 0.3)))) == (
        "50% interval 1 Nov 2026 to never, 90% interval 2 Mar 2026 to never; never: 70%"
    )
    assert describe_forecast(PRICE, None) == "–"


def test_answers_of_every_kind_in_words() -> None:
    # An answer of every kind is told exactly.
    for question, answer, words in (
        (QUESTION, resolution("no"), "Resolved NO"),
        (QUESTION, resolution("ambiguous"), "Ambiguous: not scored"),
        (VISIT_TO, answered(VISIT_TO, "Minsk"), "Resolved: Minsk"),
        (PRICE, answered(PRICE, "41.2575"), "Resolved: 41.2575 US dollars"),
        (PRICE, answered(PRICE, "above"), "Resolved: above 200 US dollars"),
        (BELOW_TOO, answered(BELOW_TOO, "below"), "Resolved: below 0 US dollars"),
        (TREATY, answered(TREATY, "2026-03-05"), "Resolved: 5 Mar 2026"),
        (TREATY, answered(TREATY, "never"), "Resolved: never by 1 Jan 2027"),
    ):
        assert plain(describe_resolution(question, answer)) == words
    # Dates before the window are told as such.
    early = replace(TREATY, scale=replace(TREATY.scale, open_lower=True))
    assert format_bound(early, "lower") == "before 1 Jan 2026"
    assert plain(format_bound(PRICE, "upper", unit=False)) == "above 200"
    assert format_answer(QUESTION, None) == "–"


def test_headlines() -> None:
    # A headline percentage differs from a terminals on purpose.
    assert (plain(percent_whole(0.045)), formatting.format_percent(0.045)) == (
        "5%",
        "4.5%",
    )
    assert plain(percent_exact(0.045)).replace(" ", "") == formatting.format_percent(0.045)
    # Only the first letter becomes a capital.
    assert capitalise("above 200 US dollars") == "Above 200 US dollars"
    # A headline names a few options and counts the others.
    options = tuple("abcdefgh")
    many = Categorical(options, (0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.05, 0.05))
    assert plain(forecast_headline(VISIT_TO, many)[1]) == "b 20%, c 10%, d 10%, 4 more"
    assert plain(
        forecast_headline(VISIT_TO, Categorical(options[:5], (0.3, 0.2, 0.2, 0.2, 0.1)))[1]
    ).endswith("e 10%")
    long = Categorical(("the present coalition goes on without any change", "Other"), (0.6, 0.4))
    assert plain(forecast_headline(VISIT_TO, long)[0]) == "the present coalition goes on… 60%"
    assert (
        plain(format_forecast(VISIT_TO, long))
        == "the present coalition goes on without any change 60%"
    )
    # A zero that went through a logarithm is told as zero.
    assert format_value(INCIDENTS, -7.1e-15) == "0"


def test_page_words_are_what_pages_show() -> None:
    texts = {text for _, text in list_texts(ROOT / "dashboard" / "home" / "first_run.py")}
    assert {PURPOSE, "Make a first forecast", "closes {…}"} <= texts
    assert not any("material" in text or text.startswith("Show the four") for text in texts)
