"""Search terms of drafted indicators: whole names, stems that are words, nothing that stands in any
report.
"""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from forecasts.essays.draft import build_draft_indicators, draft_question
from forecasts.essays.drafting.terms import derive_terms
from forecasts.essays.extract import Sentence
from forecasts.evidence.evidence import Indicator
from forecasts.questions.question import QuestionId
from tests.tables import check_rows, read_tables
from tracker.matching.matching_profile import profile_from_indicator
from tracker.matching.term_rules import fulfils_rule

TABLES = read_tables("forecasts/draft_terms")

DENIALS = (
    *"not no never refuse* reject* deny denies denied fail* delay* postpone*".split(),
    "put off",
    "ruled out",
)
Terms = tuple[tuple[str, ...], ...]


def indicators(
    text: str, cue: str = "", kind: str = "explicit prediction"
) -> tuple[Indicator, ...]:
    claim = Sentence(0, len(text), text, kind, cue, 1.0, 0.9, True, "")  # type: ignore[arg-type]
    return build_draft_indicators(draft_question(claim, date(2026, 11, 24)), QuestionId("q"))


@check_rows(TABLES["a_report_is_sought_by_who_does_what_to_whom"])
def test_a_report_is_sought_by_who_does_what_to_whom(claim: str, terms: Terms) -> None:
    assert indicators(claim)[0].terms == terms


@check_rows(TABLES["a_denial_has_terms_of_its_own"])
def test_a_denial_has_terms_of_its_own(claim: str) -> None:
    report, denial = indicators(claim)
    assert denial.terms[-1] == DENIALS
    assert report.terms != denial.terms
    assert "not" not in [term for group in report.terms for term in group]
    told, denied = profile_from_indicator(report), profile_from_indicator(denial)
    assert not any(fulfils_rule(example, denied) for example in report.examples)
    assert all(fulfils_rule(example, denied) for example in denial.examples)
    assert all(fulfils_rule(example, told) for example in report.examples)


def test_refusals_and_endings_have_terms() -> None:
    # A refusal is a denial that none of its examples has.
    denied = profile_from_indicator(indicators("Arland will sign the treaty.")[1])
    assert fulfils_rule("Arland refuses the treaty", denied)
    assert fulfils_rule("Vote on treaty postponed in Arland", denied)
    assert not fulfils_rule("Arland welcomes the treaty", denied)
    # What is no longer true is sought by its words.
    report, denial = indicators("Beijing refuses to join the pact.", "refuses to", "status quo")
    assert report.terms == (("Beijing",), ("refuse*",), ("join*",))
    assert denial.terms[:2] == (("Beijing",), ("refuse*",))


@check_rows(TABLES["few_words_are_made_the_most_of"])
def test_few_words_are_made_the_most_of(examples: tuple[str, ...], terms: Terms) -> None:
    assert derive_terms(examples) == terms


WORDS = st.sampled_from(
    "Arland Airbus the central bank of countries reaches cities at least two percent US"
    " news sign treaty deny drop and not raise rates Security Council’s again fix no Prices"
    " five USD".split()
)


@given(st.lists(WORDS, min_size=1, max_size=9).map(" ".join))
def test_stems_are_long_names_whole_and_every_example_matches(said: str) -> None:
    for indicator in indicators(f"The {said} bank will join {said}."):
        profile = profile_from_indicator(indicator)
        assert all(fulfils_rule(example, profile) for example in profile.examples)
        for term in (term for group in indicator.terms for term in group):
            assert len(term.rstrip("*")) >= 4 or not term.endswith("*")
            assert term.rstrip("*").lower() not in {
                "least",
                "percent",
                "at",
                "two",
                "again",
                "airbu",
                "the",
                "five",
                "usd",
            }
