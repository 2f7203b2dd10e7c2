"""The linter: each code fires on what it is for, keeps silent on what only looks like it, and
nothing makes it fail.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.evidence.evidence import Direction
from forecasts.linting.context import GENERAL_FEED_WORDS
from forecasts.linting.lint import CODES, Flaw, LintContext, find_flaws
from forecasts.questions.new_question import NewQuestion, build_question
from forecasts.questions.question import ClaimId, ForecasterId, Question, Resolution, utc
from tests.forecasts.flawed_questions import (
    AROUND,
    CHOICE,
    CRITERIA,
    FLAWED,
    INDICATORS,
    MEASURED,
    NOW,
    NUMERIC,
    SOUND,
    SOUND_ONES,
    indicator,
)
from tests.forecasts.unanswerable import build_unanswerable, list_blocking_codes
from tests.tables import check_rows, read_tables
from tracker.app.question_set_files import DEFAULT_SET, load_question_set

TABLES = read_tables("forecasts/lint")

ABOUT_SURROUNDINGS = {"no-indicators", "retention", "no-feed", "shared-event"}


def made(case: str | NewQuestion) -> NewQuestion:
    return replace(SOUND, text=case) if isinstance(case, str) else case


def flaws(case: str | NewQuestion, code: str = "", **around: Any) -> list[Flaw]:
    found = find_flaws(made(case), replace(AROUND, **around))
    return [flaw for flaw in found if flaw.code == code] if code else list(found)


def codes(case: str | NewQuestion, **around: Any) -> set[str]:
    return {flaw.code for flaw in flaws(case, **around)}


def test_flawed_questions_are_flagged_and_sound_ones_not() -> None:
    # Flawed questions are flagged.
    for code, cases in FLAWED.items():
        for case in cases:
            found = flaws(case, code)
            assert found, (code, case)
            texts_said = [flaw.reason + flaw.fix for flaw in found if flaw.reason and flaw.fix]
            assert len(texts_said) == len(found), (code, case)
            assert not any("\n" in text for text in texts_said), (code, case)
    # Sound questions are not flagged.
    for code, cases in SOUND_ONES.items():
        for case in cases:
            assert flaws(case, code) == [], (code, case)


@check_rows([SOUND, MEASURED, NUMERIC, CHOICE])
def test_a_sound_question_has_no_flaw(asked: NewQuestion) -> None:
    assert flaws(asked) == []


def test_every_code_has_its_cases() -> None:
    unanswerable = [q for rows in build_unanswerable("tuned").values() for q in rows]
    caught = Counter(code for question in unanswerable for code in list_blocking_codes(question))
    assert set(CODES) - ABOUT_SURROUNDINGS == set(SOUND_ONES)
    assert all(len(FLAWED.get(code, ())) >= 10 or caught[code] >= 3 for code in SOUND_ONES)
    assert all(len(cases) >= 3 for cases in SOUND_ONES.values())


@check_rows([("tuned", 0.95), ("held_out", 0.80)])
def test_questions_that_nobody_could_answer_are_blocked(half: str, wanted: float) -> None:
    classes = build_unanswerable(half)
    found = {name: [bool(list_blocking_codes(q)) for q in rows] for name, rows in classes.items()}
    assert len(found) >= 10
    assert sum(map(len, found.values())) >= 60
    assert sum(map(sum, found.values())) >= wanted * sum(map(len, found.values())), found
    assert all(any(caught) for caught in found.values()), found


def test_opening_a_question_changes_no_flaw() -> None:
    for cases in FLAWED.values():
        for asked in cases:
            if (
                asked.sources
                and all(map(str.strip, asked.sources))
                and asked.criteria
                and asked.prior != "1"
            ):
                opened = build_question(asked)
                expected = find_flaws(replace(asked, prior_reason=opened.prior_reason), AROUND)
                assert find_flaws(opened, AROUND) == expected


def test_the_shipped_questions_can_be_resolved_by_a_stranger() -> None:
    shipped = load_question_set(DEFAULT_SET)
    feeds = tuple(f"{feed.title} {feed.theme}" for feed in shipped.feeds)
    for question in shipped.questions:
        indicators = tuple(i for i in shipped.indicators if i.question_id == question.id)
        alike = tuple(q for q in shipped.questions if set(q.claim_ids) & set(question.claim_ids))
        around = LintContext(utc("2026-11-24T12:00:00Z"), None, feeds, indicators, alike)
        blocking = [flaw for flaw in find_flaws(question, around) if flaw.severity == "blocking"]
        assert blocking == [], question.id


# What a flaw says


def test_flaws_name_words_and_are_sorted() -> None:
    # The words at fault and what to write instead are told.
    (flaw,) = flaws("Will relations improve substantially by 30 June 2027?", "vague-word")
    assert (flaw.severity, flaw.where) == ("blocking", "text")
    assert flaw.reason == "readers measure “improve”, “substantially” by different yardsticks"
    assert flaw.fix.startswith("Write a series that is published")
    # Blocking flaws come first.
    severities = [flaw.severity for flaw in flaws("Will it improve", feeds=(), indicators=())]
    assert severities == sorted(severities, key=lambda severity: severity != "blocking")
    assert {"blocking", "advice"} == set(severities)


def test_closes_on_a_named_day_are_explained() -> None:
    # A close that is taken as included is explained.
    asked = replace(
        SOUND,
        text="Will Arland sign by 31 May 2023?",
        criteria="YES if so.",
        opens_at=utc("2022-01-01"),
    )
    (flaw,) = flaws(
        replace(asked, closes_at=utc("2023-05-31"), retrospective=True), "other-deadline"
    )
    assert (
        flaw.reason == "text ends on 31 May 2023, but the last day before the close is 30 May 2023"
    )
    assert (
        flaw.fix
        == "Write 30 May 2023, or close at 2023-06-01T00:00Z: the close itself is excluded."
    )
    # A close in the morning of the day that is named is explained.
    asked = replace(
        SOUND,
        text="Will Arland sign by 31 May 2023?",
        criteria="YES if so.",
        opens_at=utc("2022-01-01"),
    )
    (flaw,) = flaws(
        replace(asked, closes_at=utc("2023-05-31T09:30Z"), retrospective=True), "other-deadline"
    )
    assert flaw.reason == "text ends on 31 May 2023, but it closes at 09:30 UTC of that day"
    assert flaw.fix == "Close at 2023-06-01T00:00Z: the close itself is excluded."


def test_definitions_and_years_soften_flaws() -> None:
    # A text that outlives its close by more than a month misses events.
    closes = {"2028-02-01": "advice", "2027-12-10": "advice", "2027-06-01": "blocking"}
    for closing, severity in closes.items():
        asked = replace(SOUND, text="Will Arland sign by 31 December 2027?", closes_at=utc(closing))
        assert flaws(asked, "other-deadline")[0].severity == severity
    # A vague word that the criteria define no longer blocks.
    asked = replace(SOUND, text="Will Arland make a major concession by 30 June 2027?")
    defined = replace(asked, criteria=f"“Major” means that troops leave the valley. {CRITERIA}")
    assert [flaw.severity for flaw in flaws(asked, "vague-word")] == ["blocking"]
    assert "blocking" not in [
        flaw.severity for flaw in flaws(defined, "vague-word") if flaw.where == "text"
    ]
    # A date does not define a vague word but a number does.
    by_date = "Will exports fall significantly by 30 June 2027?"
    by_number = "Will exports fall significantly, by 20 %, by 30 June 2027?"
    severities = [
        flaw.severity for text in (by_date, by_number) for flaw in flaws(text, "vague-word")
    ]
    assert severities == ["blocking", "advice"]


def test_contained_options_block_unless_names() -> None:
    def severity(*options: str) -> str:
        return flaws(replace(CHOICE, options=(*options, "Other")), "options-overlap")[0].severity

    assert (severity("Russia", "Russia and China"), severity("Sudan", "South Sudan")) == (
        "blocking",
        "advice",
    )


# What stands around a question


def sibling(closes: str, **given: Any) -> Question:
    asked = replace(
        SOUND,
        id=f"until-{closes}",
        closes_at=utc(closes),
        resolves_at=utc(closes),
        claim_ids=(ClaimId("C1"),),
    )
    return build_question(replace(asked, **given))


def test_only_the_first_to_close_is_uncertain() -> None:
    # Only the question that closes first has to be uncertain.
    sure = replace(SOUND, prior="99%")
    earlier, later = sibling("2027-03-01"), sibling("2027-09-01")
    assert codes(sure, sibling_questions=(later,)) == {"extreme-prior"}
    assert codes(sure, sibling_questions=(earlier, later)) == set()
    # A question does not excuse itself.
    itself = replace(build_question(SOUND), closes_at=utc("2027-02-01"))
    assert codes(replace(SOUND, prior="1%"), sibling_questions=(itself,)) == {"extreme-prior"}


@check_rows(
    [
        sibling("2026-12-01", opens_at=utc("2026-01-01")),  # closed already
        sibling("2027-03-01", retrospective=True),
        sibling("2027-03-01", kind="categorical", options=("a", "Other"), prior=""),
    ]
)
def test_a_question_that_cannot_be_compared_excuses_no_certainty(other: Question) -> None:
    assert codes(replace(SOUND, prior="1%"), sibling_questions=(other,)) == {"extreme-prior"}


@check_rows(
    [
        ({}, {}, True),
        ({"text": SOUND.text.upper().replace(" ", "  ")}, {}, True),
        ({}, {"outcome": "annulled"}, False),
        ({}, {"known_at": utc("2027-02-01")}, False),  # not yet known
        ({"text": SOUND.text.replace("Will", "Shall")}, {}, False),
        ({"opens_at": utc("2025-01-01"), "closes_at": utc("2026-01-01")}, {}, False),  # other times
        ({"id": SOUND.id}, {}, False),  # the question itself
    ],
    "other", "answer", "settled",
)  # fmt: skip
def test_what_has_its_answer_is_not_asked_again(
    other: dict[str, Any], answer: dict[str, Any], settled: bool
) -> None:
    before = sibling("2027-09-01", **other)
    day = utc("2026-12-20")
    given = Resolution(
        before.id, "yes", "https://example.org", "", day, day, day, ForecasterId("ann")
    )
    found = codes(SOUND, answered=((before, replace(given, **answer)),))
    assert ("already-settled" in found) is settled


@check_rows(
    [
        ("Will it rain in Arland by 31 March?", "“by 31 March” names no year"),
        ("Will it rain in Arland by 31 March 2027?", ""),
    ]
)
def test_a_day_needs_its_year(text: str, reason: str) -> None:
    criteria = "YES if the weather service reports rain. Annulled if it is closed."
    found = flaws(replace(SOUND, text=text, criteria=criteria), "loose-deadline")
    assert [flaw.reason for flaw in found] == [reason] * bool(reason)


@check_rows([1, 30, 90, 180])
def test_reports_have_to_be_kept_until_the_close(days: float) -> None:
    (flaw,) = flaws(SOUND, "retention", keeps_days=days)
    assert flaw.reason == f"it is open for 181 days, but reports are deleted after {days}"


@check_rows([181, 400.5, None])
def test_reports_kept_to_the_close_suffice(days: float | None) -> None:
    assert flaws(SOUND, keeps_days=days) == []


@check_rows(TABLES["without_a_fitting_feed_there_is_advice"])
def test_without_a_fitting_feed_there_is_advice(
    feeds: tuple[str, ...],
) -> None:
    if feeds == ("International Atomic Energy Agency",):
        assert (
            flaws(SOUND, "no-feed", feeds=feeds) == []
        )  # “international” stands for news of every kind
    else:
        assert [flaw.severity for flaw in flaws(SOUND, "no-feed", feeds=feeds)] == ["advice"]


@check_rows(
    [
        None,
        ("BBC News, World",),
        ("The Arland Times",),
        ("Rivers and lakes",),
        ("Knitting weekly", "Treaties of the region"),
        *((f"Daily {word}",) for word in sorted(GENERAL_FEED_WORDS)),
    ]
)
def test_a_feed_on_the_subject_or_on_everything_is_enough(feeds: tuple[str, ...] | None) -> None:
    assert flaws(SOUND, feeds=feeds) == []


def test_feeds_and_indicators_of_both_sides() -> None:
    # A feed that an indicator is about is enough.
    asked = replace(SOUND, text="Will they sign by 30 June 2027?")
    about = (indicator(Direction.YES, "Dredgers at work"), indicator(Direction.NO))
    assert flaws(asked, "no-feed", feeds=("Dredging monthly",))
    assert flaws(asked, "no-feed", feeds=("Dredging monthly",), indicators=about) == []
    # A question needs indicators for both sides.
    assert codes(SOUND, indicators=()) == {"no-indicators"}
    assert codes(SOUND, indicators=INDICATORS[:1]) == {"no-indicators"}
    assert codes(SOUND, indicators=INDICATORS[1:]) == {"no-indicators"}
    assert (
        codes(CHOICE, indicators=INDICATORS[:1]) == set()
    )  # with options each indicator names its own


# Laws

texts = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(
            "Will Arland by 31 2027 June 2030 [ … ] “ ” ' \" and or sign die % $ 10 – 1,000 . ; "
            "? at least UTC between 0001 9999 31/12/9999 0–10 none −5 1e999 Other annul within "
            "a few years ٣ ½ ² next decade (a) \n".split(" ")
        ),
        max_size=14,
    ).map(" ".join),
)
times = st.datetimes(min_value=utc("0001-01-02").replace(tzinfo=None)).map(
    lambda at: at.replace(tzinfo=NOW.tzinfo)
)


@settings(max_examples=25)
@given(
    st.builds(
        NewQuestion,
        id=texts,
        text=texts,
        criteria=texts,
        sources=st.lists(texts, max_size=3).map(tuple),
        opens_at=times,
        closes_at=times,
        resolves_at=times,
        kind=st.sampled_from(["binary", "categorical", "ordered", "numeric", "date"]),
        horizon_shape=st.sampled_from(["event_by", "holds_until", "state_at"]),
        prior=texts,
        prior_reason=texts,
        options=st.lists(texts, max_size=4).map(tuple),
        scale=st.sampled_from([None, NUMERIC.scale]),
        retrospective=st.booleans(),
    ),
    times,
    st.one_of(st.none(), st.lists(texts, max_size=2).map(tuple)),
)
def test_the_linter_is_total_and_deterministic(
    asked: NewQuestion, now: Any, feeds: tuple[str, ...] | None
) -> None:
    around = LintContext(now, 30.0, feeds, INDICATORS)
    found = find_flaws(asked, around)
    assert found == find_flaws(asked, around)
    assert all(flaw.code in CODES and flaw.reason.strip() and flaw.fix.strip() for flaw in found)
    assert list(found) == sorted(found, key=lambda flaw: flaw.severity != "blocking")


@settings(max_examples=15)
@given(
    st.sampled_from([case for cases in FLAWED.values() for case in cases]),
    st.text(" \n\t", max_size=5),
)
def test_white_space_makes_no_difference(asked: NewQuestion, space: str) -> None:
    spaced = replace(
        asked, text=f"{space}{asked.text}{space}", criteria=asked.criteria.replace(" ", f" {space}")
    )
    assert find_flaws(spaced, AROUND) == find_flaws(asked, AROUND)


@settings(deadline=None, max_examples=20)
@given(st.integers(1, 3000))
def test_a_later_look_never_makes_a_question_less_settled(days: int) -> None:
    settled = [
        bool(flaws(SOUND, "already-settled", now=NOW + timedelta(days=d)))
        for d in (0, days, 2 * days)
    ]
    assert settled == sorted(settled)


def test_long_texts_and_naive_times() -> None:
    # A long text is read in good time.
    long = "Will Arland " + "sign and 31 May and [… “ at least 10 " * 1000
    assert flaws(replace(SOUND, text=long, criteria=long), "placeholder")
    # A time without a zone is read as utc.
    naive = replace(
        SOUND,
        opens_at=SOUND.opens_at.replace(tzinfo=None),
        closes_at=SOUND.closes_at.replace(tzinfo=None),
    )
    assert flaws(naive) == flaws(SOUND)
