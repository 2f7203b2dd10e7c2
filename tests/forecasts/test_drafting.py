"""From a claim to a draft: what the rules read off a sentence, and that a person finds every gap
that they leave.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.essays.draft import (
    ClaimDraft,
    build_draft_indicators,
    build_new_question,
    draft_question,
)
from forecasts.essays.drafting.clauses import parse_clause
from forecasts.essays.drafting.figures import parse_figures
from forecasts.essays.drafting.terms import derive_terms
from forecasts.essays.extract import Sentence, find_claims
from forecasts.essays.relative_dates import propose_horizons
from forecasts.evidence.evidence import Direction, Strength
from forecasts.linting.lint import LintContext, find_flaws
from forecasts.questions.new_question import build_question
from forecasts.questions.question import ClaimId, EssayId, QuestionId, utc
from tests.tables import check_rows, read_tables
from tracker.matching.matching_profile import profile_from_indicator
from tracker.matching.term_rules import fulfils_rule

TABLES = read_tables("forecasts/drafting")

TODAY = date(2026, 11, 24)
NOW = utc("2026-11-25T09:30:00Z")


def sentence(text: str, cue: str = "", kind: str | None = "explicit prediction") -> Sentence:
    return Sentence(0, len(text), " ".join(text.split()), kind, cue, 1.0, 0.9, True, "")  # type: ignore[arg-type]


def drafted(text: str, cue: str = "", kind: str | None = "explicit prediction") -> ClaimDraft:
    return draft_question(sentence(text, cue, kind), TODAY)


def found(text: str) -> ClaimDraft:
    """The draft of the one claim that is found in a text."""
    (claim,) = [claim for claim in find_claims(text) if claim.kept]
    return draft_question(claim, TODAY)


def asked_codes(made: ClaimDraft, **changed: str) -> set[str]:
    asked = build_new_question(
        made,
        name="treaty",
        closes_on=made.horizons[0],
        now=NOW,
        prior="30%",
        prior_reason="3 of 10",
    )
    return {
        flaw.code
        for flaw in find_flaws(replace(asked, **changed), LintContext(NOW))
        if flaw.severity == "blocking"
    }  # type: ignore[arg-type]


# The text


@check_rows(TABLES["a_prediction_is_turned_into_a_question"])
def test_a_prediction_is_turned_into_a_question(claim: str, text: str) -> None:
    made = drafted(claim)
    assert (made.text, made.kind) == (text, "binary")


@check_rows(TABLES["an_open_question_stays_open"])
def test_an_open_question_stays_open(claim: str, text: str) -> None:
    made = drafted(claim, kind="open question")
    assert (made.text, made.kind, made.bears_out) == (text, "binary", "")


def test_clauses_that_are_asked_about() -> None:
    # The clause with the marker is asked about.
    made = drafted(
        "China says so, but this is easy to see: Beijing refuses to join.",
        "refuses to",
        "status quo",
    )
    assert made.text == "Will it still be true on 31 March 2027 that Beijing refuses to join?"
    assert (made.horizon_shape, made.bears_out) == ("holds_until", "yes")
    # A long claim is cut to a gap and not to nonsense.
    made = drafted("Arland will " + "build a dam and " * 20 + "rest.")
    assert "[… shorter]" in made.text
    assert "placeholder" in asked_codes(made)
    # Two objects are no alternatives.
    assert drafted("Arland will sign or reject it.").kind == "binary"


@check_rows(["His own will is strong.", "It has military might.", "He left in May."])
def test_nouns_that_look_like_modals_are_none(text: str) -> None:
    assert not parse_clause(text).is_future


# Kinds


@check_rows(TABLES["a_number_asks_how_high"])
def test_a_number_asks_how_high(claim: str, text: str, bears_out: str, unit: str) -> None:
    made = drafted(claim)
    day = "31 December 2027" if "2027" in claim else "31 March 2027"
    asked = text.replace("DAY", day).replace("UNIT", unit) + (
        "?" if "UNIT" in text else f", in {unit}?"
    )
    assert (made.text, made.kind, made.bears_out, made.unit) == (asked, "numeric", bears_out, unit)


def test_trends_dates_and_counts() -> None:
    # A trend asks for the series that shows it.
    made = drafted("Its name has suffered.", "has suffered", "trend")
    assert (made.kind, made.horizon_shape, made.bears_out) == ("numeric", "state_at", "")
    assert made.text == (
        "What will [… the published series that shows it: “Its name has suffered”] be "
        "on 31 March 2027?"
    )
    # When asks for a date.
    made = drafted("When will the war end?", kind="open question")
    assert (made.text, made.kind, made.horizon_shape) == (
        "When will the war end?",
        "date",
        "event_by",
    )
    asked = build_new_question(made, name="war-ends", closes_on=date(2027, 12, 31), now=NOW)
    opened = build_question(asked)
    assert opened.scale.open_upper
    assert asked.bears_out == ""
    # How many asks for a number of what is counted.
    made = drafted("How many states will join by 2030?", kind="open question")
    assert (made.text, made.kind, made.unit) == (
        "How many states will join by 31 December 2030?",
        "numeric",
        "states",
    )


@check_rows(TABLES["alternatives_become_options_with_another_for_what_nobody_named"])
def test_alternatives_become_options_with_another_for_what_nobody_named(
    claim: str, text: str, options: tuple[str, ...]
) -> None:
    made = drafted(claim)
    assert (made.text, made.kind, made.options) == (text, "categorical", options)
    assert "options-gap" not in asked_codes(made)


# What bears it out


@check_rows(TABLES["a_denial_is_asked_positively"])
def test_a_denial_is_asked_positively(claim: str, answer: str) -> None:
    made = drafted(claim)
    assert made.bears_out == answer
    assert " not " not in made.text


# Times


@check_rows(TABLES["the_first_horizon_is_given_or_the_next_quarter"])
def test_the_first_horizon_is_given_or_the_next_quarter(text: str, first: str) -> None:
    made = drafted(f"Arland will sign the treaty {text}.")
    assert made.horizons[0].isoformat() == first
    assert all(day > TODAY for day in made.horizons)
    assert made.text.endswith(f" by {made.horizons[0].day} {made.horizons[0]:%B %Y}?")


@given(st.dates(date(1900, 1, 1), date(9990, 1, 1)), st.one_of(st.none(), st.dates()))
def test_two_to_four_horizons_lie_ahead(today: date, said: date | None) -> None:
    horizons = propose_horizons(said, today)
    assert 2 <= len(horizons) <= 4
    assert len(set(horizons)) == len(horizons)
    assert all(day > today for day in horizons)


# The rest of the draft


def test_slots_annul_rules_and_edge_cases() -> None:
    # Slots hold what the sentence says and nothing else.
    slots = drafted("Arland will sell at least 3 ships in Port Ann by May 2027.").slots
    assert (slots.actor, slots.event) == ("Arland", "sell at least 3 ships in Port Ann")
    assert (slots.threshold, slots.place, slots.deadline) == ("3 ships", "Port Ann", "31 May 2027")
    empty = drafted("It rains.").slots
    assert (empty.actor, empty.threshold, empty.place, empty.deadline, empty.source) == (
        "",
        "",
        "",
        "",
        "",
    )
    # A condition that does not come about annuls.
    made = drafted("If it rains, Arland will win the cup.")
    assert (
        made.slots.annul_rule
        == "Annulled if the condition, “it rains”, does not come about by 31 March 2027 (UTC)."
    )
    assert made.slots.annul_rule in made.criteria
    unless = drafted("Unless it rains, Arland will win the cup.").slots.annul_rule
    assert unless == "Annulled if the condition, “it rains”, comes about by 31 March 2027 (UTC)."
    # Every kind has edge cases of its own.
    made = [
        drafted(text)
        for text in ("A will go.", "Oil will reach $9.", "When will it end?", "Who will win?")
    ]
    assert len({one.edge_cases for one in made}) == 4
    assert all(len(one.edge_cases) >= 3 for one in made)


@check_rows(TABLES["sources_fit_the_subject_and_end_with_a_fall_back"])
def test_sources_fit_the_subject_and_end_with_a_fall_back(claim: str, source: str) -> None:
    sources = drafted(claim).sources
    assert sources[0] == source
    assert sources[-1] == "Reuters, as fall-back"


def test_the_base_rate_is_left_to_the_person() -> None:
    made = drafted("Arland will sign the treaty.")
    assert (
        made.base_rate_prompt
        == "How often did this happen in comparable years: Arland signs the treaty? Give k of n."
    )
    assert made.past_resolutions == ""
    asked = build_new_question(
        replace(made, past_resolutions="2 of 9"), name="a", closes_on=made.horizons[0], now=NOW
    )
    assert asked.prior_reason == "2 of 9"


# What the linter says of a draft


@check_rows(TABLES["a_draft_lacks_only_what_a_person_has_to_decide"])
def test_a_draft_lacks_only_what_a_person_has_to_decide(claim: str) -> None:
    assert asked_codes(drafted(claim)) == {"placeholder"}


def test_the_linter_sees_every_gap() -> None:
    # A draft whose gaps are filled can be opened.
    made = found("Arland will sign the river treaty with Borland by the end of 2027.")
    criteria = made.criteria.replace(
        made.criteria[made.criteria.index("[") : made.criteria.index("]") + 1], "both sign"
    )
    whole = replace(made, criteria=criteria)
    assert asked_codes(whole) == set()
    asked = build_new_question(
        whole,
        name="treaty",
        closes_on=made.horizons[0],
        now=NOW,
        prior="30%",
        prior_reason="3 of 10",
    )
    assert build_question(asked).bears_out == "yes"
    # Every gap is seen by the linter.
    for claim in (
        "He will go.",
        "Its name has suffered.",
        "Is it so?",
        "Who will win?",
        "Cats will rule.",
    ):
        assert "placeholder" in asked_codes(drafted(claim))


# Asked


def test_the_last_day_ends_in_utc() -> None:
    made = drafted("Arland will sign the treaty.")
    asked = build_new_question(
        made,
        name="treaty",
        closes_on=date(2027, 5, 31),
        now=NOW,
        essay_id=EssayId("essay"),
        claim_id=ClaimId("C1"),
        prior="20%",
        prior_reason="1 of 5",
    )
    assert (asked.opens_at, asked.closes_at, asked.resolves_at) == (
        NOW,
        utc("2027-06-01"),
        utc("2027-06-08"),
    )
    assert asked.text == "Will Arland sign the treaty by 31 May 2027?"
    assert "between 25 November 2026 and 31 May 2027 (UTC)" in asked.criteria
    assert (asked.essay_id, asked.claim_ids, asked.prior, asked.bears_out) == (
        "essay",
        ("C1",),
        "20%",
        "yes",
    )


def test_edited_words_keep_all_but_the_last_day() -> None:
    made = replace(
        drafted("Arland will sign."), text="Will Arland’s king sign by 31 March 2027, as he said?"
    )
    asked = build_new_question(made, name="a", closes_on=date(2028, 1, 2), now=NOW)
    assert asked.text == "Will Arland’s king sign by 2 January 2028, as he said?"


def test_the_range_goes_to_twice_the_threshold() -> None:
    asked = build_new_question(
        drafted("Oil will exceed $100 a barrel."), name="oil", closes_on=date(2027, 3, 31), now=NOW
    )
    assert (asked.scale.lower, asked.scale.upper, asked.scale.unit) == (
        0.0,
        200.0,
        "US dollars a barrel",
    )
    assert (asked.scale.open_lower, asked.scale.open_upper) == (True, True)
    assert build_question(asked).kind == "numeric"


# Indicators


def test_indicators_of_a_draft() -> None:
    # There is an indicator for each side with reports and denials.
    report, denial = drafted("Arland will sign the treaty.").indicators
    assert (report.direction, report.strength) == (Direction.YES, Strength.MODERATE)
    assert (denial.direction, denial.strength) == (Direction.NO, Strength.SOME)
    assert report.examples == (
        "Arland signs the treaty",
        "Arland signed the treaty",
        "Arland has signed the treaty",
    )
    assert report.opposites == denial.examples
    assert denial.examples[0] == "Arland will not sign the treaty"
    # A report of a fall speaks for the lower number.
    report, denial = drafted("Inflation will fall below 3 %.").indicators
    assert (report.direction, denial.direction) == (Direction.NO, Direction.YES)
    # With options an indicator names one.
    made = drafted("Brazil will either devalue or default.")
    assert {one.option for one in build_draft_indicators(made, QuestionId("brazil"))} == {"devalue"}


@check_rows(TABLES["each_example_matches_the_terms_of_its_indicator"])
def test_each_example_matches_the_terms_of_its_indicator(claim: str) -> None:
    for indicator in build_draft_indicators(drafted(claim), QuestionId("q")):
        profile = profile_from_indicator(indicator)
        assert all(fulfils_rule(example, profile) for example in profile.examples), indicator


def test_terms_leave_out_words_that_say_nothing() -> None:
    assert derive_terms(("The bank has raised the rates",)) == (
        ("bank*",),
        ("raised*",),
        ("rate*",),
    )
    assert derive_terms(()) == derive_terms(("it is",)) == ()


# Laws

words = st.lists(
    st.sampled_from(
        "Will will not it China, The war or either , ; : ? . – “ ” ( ) 2027 by before 31"
        " June May 100 $ % bn than if unless When How many Who is there never unlikely to"
        " be sign Moscow, and 9999 in the within 999 decades [ … ] = next year the end of"
        " number 0 . 5 0001-01-01 the century a's 三 п".split()
    ),
    max_size=25,
).map(" ".join)


@settings(deadline=None, max_examples=300)
@given(
    st.one_of(st.text(max_size=120), words),
    st.sampled_from(["", "will", "?", "may", "if", "…", "is not"]),
    st.sampled_from(
        [None, "explicit prediction", "conditional", "trend", "open question", "status quo"]
    ),
    st.dates(),
)
def test_every_sentence_has_a_draft_that_can_be_looked_at(
    text: str, cue: str, kind: str | None, today: date
) -> None:
    made = draft_question(sentence(text, cue, kind), today)
    assert made.text.strip().endswith("?")
    assert made.criteria.strip()
    assert made.horizons
    now = datetime.combine(today, datetime.min.time(), UTC)
    asked = build_new_question(made, name="any", closes_on=made.horizons[-1], now=now)
    find_flaws(asked, LintContext(now))
    build_draft_indicators(made, QuestionId("any"))


@settings(deadline=None, max_examples=100)
@given(words, st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 3000))
def test_a_draft_without_gaps_in_its_options_opens(text: str, today: date, days: int) -> None:
    made = draft_question(sentence(text), today)
    now = datetime.combine(today, datetime.min.time(), UTC)
    opened = build_question(
        build_new_question(made, name="any", closes_on=today + timedelta(days=days), now=now)
    )
    assert opened.kind == made.kind
    assert opened.closes_at == now + timedelta(days=days + 1)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_a_figure_lies_where_it_is_said_to(text: str) -> None:
    for figure in parse_figures(text):
        assert figure.value in text[figure.start : figure.end].replace(",", "")


def test_a_hostile_sentence_takes_no_long_time() -> None:
    for piece in (
        "will " * 20_000,
        "a, " * 30_000,
        "31 May to " * 10_000,
        "either or " * 10_000,
        "If x, " * 10_000,
    ):
        assert drafted(piece).horizons
