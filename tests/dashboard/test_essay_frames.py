"""An essay as it is read and told: paragraphs, looks, places, records, and what a draft's form
asks.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dashboard.essays import data
from dashboard.essays import draft_values as forms
from dashboard.essays import text as wording
from forecasts.distributions.distribution import Binary
from forecasts.essays.claim_map import (
    ClaimCoverage,
    ClaimState,
    MappedSentence,
    TrackRecord,
)
from forecasts.essays.claim_outcomes import ClaimTests
from forecasts.essays.draft import ClaimDraft, ClaimSource, propose_drafts, redraft, with_wording
from forecasts.essays.draft_question import build_new_question
from forecasts.essays.extract import Sentence, find_claims
from forecasts.essays.track_record import ClaimScore, QuestionTally, measure_skill
from forecasts.linting.lint import Flaw
from forecasts.questions.question import Claim, ClaimId, Essay, EssayId, ForecasterId, QuestionId
from tests.dashboard.pages import plain
from tests.forecasts.strategies import question
from tracker.model.essays import EssayPage, EssayText, SavedDraft

NOW = datetime(2026, 12, 1, tzinfo=UTC)
ESSAY = Essay(EssayId("river"), "The river treaty", "2026", "en", "")


def mapped(
    sentence: Sentence, state: ClaimState = "no question yet", **more: Any
) -> MappedSentence:
    values: dict[str, Any] = {
        "claim_ids": (),
        "question_ids": (),
        "p": None,
        "why": "",
        "words": state,
    }
    return MappedSentence(sentence, state, **{**values, **more})


def score(name: str = "C1", borne_out: float = 1.0, expected: float | None = 0.5) -> ClaimScore:
    """An answered claim with one question."""
    quoted = Claim(ClaimId(name), ESSAY.id, "it will", 0, "trend", "will", "")
    tally = QuestionTally(
        1, borne_out, 0, 0, None, expected, None if expected is None else borne_out
    )
    return ClaimScore(quoted, tally, (QuestionId(f"of-{name}"),))


def verdict(
    *scores: ClaimScore, open_claims: int = 0, retrospective: bool = False, **more: Any
) -> TrackRecord:
    values: dict[str, Any] = {
        "unanswered": 0,
        "mean_chance": None,
        "skill": measure_skill(scores),
        "tests": ClaimTests(len(scores)),
        "open_tests": ClaimTests(open_claims),
    }
    kept = sum(one.tally.borne_out for one in scores)
    values = {"answered": len(scores), "borne_out": kept, "open": open_claims, **values, **more}
    return TrackRecord(retrospective, claims=len(scores) + open_claims, scores=scores, **values)


def page(
    text: str | None,
    *found: MappedSentence,
    drafts: Mapping[int, SavedDraft] | None = None,
    **more: Any,
) -> EssayPage:
    kept = None if text is None else EssayText(ESSAY.id, 1, text, "pasted", NOW, ForecasterId("me"))
    values: dict[str, Any] = {"live": verdict(), "retrospective": verdict(retrospective=True)}
    values["claims"] = more.pop("claims", ())
    return EssayPage(
        essay=ESSAY, text=kept, mapped=found, coverage=ClaimCoverage(0, 0, 0), questions={}, rejections=(),
        drafts=drafts or {}, **{**values, **more},
    )  # fmt: skip


def page_of(text: str) -> EssayPage:
    return page(text, *(mapped(sentence) for sentence in find_claims(text)))


def texts(found: EssayPage) -> list[list[str]]:
    return [[piece.text for piece in block] for block in data.list_paragraphs(found)]


# Reading


def test_text_is_split_into_paragraphs() -> None:
    # An empty line begins a paragraph and a line break does not.
    text = "It will\nrain. It will\nsnow.\n\nIt will thaw."
    assert texts(page_of(text)) == [["It will rain.", "It will snow."], ["It will thaw."]]
    # Where no line is empty each line is a paragraph.
    assert texts(page_of("It will rain.\nIt will thaw.")) == [["It will rain."], ["It will thaw."]]
    # Items of a list stand on lines of their own.
    found = texts(page_of("Three things.\n\n- It will rain\n- It will snow\n- It will thaw"))
    assert found == [["Three things."], ["It will rain"], ["It will snow"], ["It will thaw"]]
    # Marks of emphasis links and tags are not shown.
    text = "The *bank* will fail. It <b>will</b> close by [May](https://example.org/a_b)."
    assert texts(page_of(text)) == [["The bank will fail.", "It will close by May."]]
    # Text between sentences is not lost.
    first, last = (
        Sentence(0, 4, "Rain", None, "", 0.0, 0.0, False, ""),
        Sentence(9, 13, "Snow", None, "", 0.0, 0.0, False, ""),
    )
    (block,) = data.list_paragraphs(page("Rain and Snow!\n\n", mapped(first), mapped(last)))
    assert [(piece.at, piece.text) for piece in block] == [(0, "Rain"), (None, "and"), (9, "Snow")]


@given(st.text(st.sampled_from("Ab .!?\n-will"), max_size=200))
def test_every_word_is_shown_once_and_in_order(text: str) -> None:
    shown = "".join("".join(words) for words in texts(page_of(text)))
    assert [c for c in shown if c.isalnum()] == [c for c in text if c.isalnum()]


def test_text_without_its_quotes_or_version() -> None:
    # Without the text there is nothing to read, and each claim is a line of its own.
    quote = Sentence(120, 130, "they will meet.", None, "will", 1.0, 1.0, True, "")
    nameless = replace(quote, offset=200, text="")
    restated = Claim(ClaimId("C1"), ESSAY.id, "", 0, "", "", "Both meet in 2027.")
    without = page(
        None,
        mapped(quote, claim_ids=(ClaimId("C1"),)),
        mapped(replace(quote, offset=150)),
        mapped(nameless, "rejected"),
        claims=(restated,),
    )
    assert texts(without) == []
    claims = {at: (text, state) for at, (text, _, state) in data.list_claims(without).items()}
    assert claims == {
        120: ("Both meet in 2027.", "No question yet"),
        150: ("“they will meet.”", "No question yet"),
    }
    # A claim of another version is told of and not shown in the text.
    gone = mapped(
        Sentence(3, 9, "It fell.", None, "", 0.0, 0.0, False, ""),
        "open",
        claim_ids=(ClaimId("C1"),),
    )
    found = page("It will rain.", *(mapped(s) for s in find_claims("It will rain.")), gone)
    assert data.list_missing_claims(found) == (gone,)
    assert texts(found) == [["It will rain."]]
    assert data.list_missing_claims(page(None, gone)) == ()


def test_background_is_listed_apart_from_claims() -> None:
    said = "It will rain.\n\nPrices have been rising since May. The harbour is old."
    _, trend, _ = sentences = [mapped(s) for s in find_claims(said)]
    assert data.list_background(page(said, *sentences)) == (trend,)
    # What a person made a claim of is no background any more.
    asked = mapped(trend.sentence, "open", claim_ids=(ClaimId("C1"),))
    assert data.list_background(page(said, sentences[0], asked)) == ()


def test_claim_looks_and_legend() -> None:
    # Every state has a look and a mark beside its colour.
    for state, more, look, mark in (
        ("borne out", {}, "borne-out", "✓"),
        ("not borne out", {"retrospective": True}, "not-borne-out", "(✗)"),
        ("mixed", {"retrospective": True}, "mixed", "(±)"),
        ("borne out", {"tests": ClaimTests(2, 1, 1)}, "borne-out", "✓*"),
        ("borne out", {"tests": ClaimTests(2, 1)}, "borne-out", "✓"),
        ("open", {"p": 0.97, "tests": ClaimTests(1, 1)}, "open", "97%*"),
        ("not counted", {}, "not-counted", "·"),
        ("open", {"p": 0.62}, "open", "62%"),
        ("open", {}, "open", "…"),
        ("no answer", {}, "no-answer", "○"),
        ("rejected", {}, "rejected", "–"),
        ("no question yet", {}, "no-question-yet", "?"),
        ("dropped", {}, "plain", ""),
        ("not forward-looking", {}, "plain", ""),
    ):
        (sentence,) = find_claims("It will rain.")
        ((piece,),) = data.list_paragraphs(page("It will rain.", mapped(sentence, state, **more)))
        assert (piece.look, piece.mark) == (look, mark)
        assert (piece.shade is not None) == (state == "open")
    # The likelier an open claim the stronger its colour.
    (sentence,) = find_claims("It will rain.")
    shades = [wording.sentence_shade(mapped(sentence, "open", p=p)) for p in (0.0, 0.3, 0.9, 1.0)]
    assert shades == sorted(shades, key=lambda shade: shade or 0)
    assert (shades[0], shades[-1]) == (6, 48)
    # A draft that was kept shows in text and legend.
    saved = SavedDraft(ESSAY.id, 0, ForecasterId("me"), NOW, {})
    (sentence,) = find_claims("It will rain.")
    found = page("It will rain.", mapped(sentence), drafts={0: saved})
    ((piece,),) = data.list_paragraphs(found)
    assert (piece.mark, piece.words) == ("✎", "Draft saved")
    assert [(look.mark, n) for look, n in data.count_styles(found)] == [("✎", 1)]
    # The legend counts what occurs and leaves out what does not look ahead.
    (sentence,) = find_claims("It will rain.")
    states: tuple[ClaimState, ...] = ("open", "open", "borne out", "dropped", "not forward-looking")
    found = page(
        None, *(mapped(sentence, state, retrospective=state == "borne out") for state in states)
    )
    assert [(look.mark, n) for look, n in data.count_styles(found)] == [
        ("✓", 1),
        ("%", 2),
        ("( )", 1),
    ]
    found = page(None, mapped(sentence, "borne out", tests=ClaimTests(1, 1)))
    assert [(look.mark, n) for look, n in data.count_styles(found)] == [("✓", 1), ("*", 1)]


def test_sentence_selection() -> None:
    # A place in the address picks the sentence that stands there.
    for asked, found in (
        ("0", 0),
        ("5", 0),
        ("14", 14),
        ("13", None),
        ("", None),
        ("-1", None),
        ("99", None),
        ("٣", None),
        ("1e1", None),
    ):
        picked = data.find_sentence(page_of("It will rain. It will thaw."), asked)
        assert (picked.sentence.offset if picked else None) == found
    # After the last sentence without a question comes the first.
    found = page_of("It will rain. It will thaw.")
    places = [data.find_next_unasked(found, after) for after in (-1, 0, 14)]
    assert [one.sentence.offset for one in places if one] == [0, 14, 0]
    assert data.find_next_unasked(page("It rained."), 0) is None


# Words


def test_coverage_in_words() -> None:
    for coverage, said in (
        (
            ClaimCoverage(12, 3, 30),
            "12 of 30 forward-looking sentences became questions, 3 are untestable,"
            " 15 have no question yet.",
        ),
        (
            ClaimCoverage(1, 1, 3),
            (
                "1 of 3 forward-looking sentences became a question, 1 is "
                "untestable, 1 has no question yet."
            ),
        ),
        (
            ClaimCoverage(0, 0, 1),
            "0 of 1 forward-looking sentence became a question, 1 has no question yet.",
        ),
        (ClaimCoverage(0, 0, 0), "No sentence of it looks ahead."),
    ):
        assert wording.describe_coverage(coverage).replace("\u00a0", " ") == said


def test_record_in_words() -> None:
    for record, said in (
        (verdict(), ""),
        (verdict(open_claims=4), "No answer yet; 4 claims are open."),
        (
            verdict(score(), score("C2", 0.0), open_claims=1, mean_chance=0.3),
            "1 of 2 came true (50%; 95% CI 6–94%); 1 claim is open, on average 30% likely to come "
            "true.",
        ),
        (
            replace(verdict(), claims=28, answered=28, borne_out=19.4),
            "About 19 of 28 came true (69%; 95% CI 51–84%).",
        ),
    ):
        assert plain(wording.describe_standing(record)) == said
    notes = wording.list_record_notes(verdict(score(), unanswered=2, tests=ClaimTests(1, 1)))
    assert [plain(note) for note in notes] == [
        "By chance it would be 0 to 1 in 95 of 100 cases. 1 claim is too few to judge by.",
        "Skill: +0.5 claims (95% interval −0.5 to +0.5).",
        "1 of 1 test could hardly fail.",
        "2 claims without an answer.",
    ]


def test_a_weak_test_is_described() -> None:
    for prior, bears_out, said in (
        (0.97, "yes", "says little: could hardly fail, 97% sure by its base rate"),
        (0.97, "no", "says little: could hardly succeed, 97% sure by its base rate"),
        (0.5, "yes", ""),
        (0.97, "", ""),
    ):
        test = replace(question(), prior=Binary(prior), prior_reason="5 years", bears_out=bears_out)
        assert wording.describe_test(test).replace("\u00a0", " ") == said


# Drafts


def a_draft(claim: str = "Arland will sign the river treaty by the end of 2027.") -> ClaimDraft:
    (sentence,) = find_claims(claim)
    return propose_drafts(ClaimSource(sentence, date(2026, 11, 24)))[0]


def a_form(draft: ClaimDraft, proposal: ClaimDraft, *days: date) -> forms.DraftForm:
    return forms.DraftForm(
        draft, proposal, "treaty", days, "30%", "3 of 10", None, ESSAY.id, (ClaimId("C1"),)
    )


def test_questions_of_several_days() -> None:
    # A form asks a question for each day with the day in its words.
    days, made = (date(2028, 12, 31), date(2027, 12, 31), date(2027, 12, 31)), a_draft()
    first, second = forms.build_questions(a_form(made, made, *days), NOW)
    assert first.text == "Will Arland sign the river treaty by 31 December 2027?"
    assert second.text == "Will Arland sign the river treaty by 31 December 2028?"
    assert "31 December 2028" in second.criteria
    assert "31 December 2027" not in second.criteria
    assert (second.id, second.claim_ids, second.prior) == ("treaty-2028", (ClaimId("C1"),), "30%")


def test_words_of_a_person_move_to_another_day() -> None:
    rise = a_draft("Inflation in Norway will fall below 3 percent by the end of 2027.")
    for changes, text, criteria in (
        ({}, "below 3 per cent in March 2028?", "below 3 per cent in March 2028."),
        (
            {"text": "Will it be below 2 in December 2027?"},
            "Will it be below 2 in March 2028?",
            "below 3 per cent in March 2028.",
        ),
        (
            {"criteria": "YES if so in December 2027, and not on 131 December 2027."},
            "below 3 per cent in March 2028?",
            "YES if so in March 2028, and not on 131 December 2027.",
        ),
    ):
        form = a_form(with_wording(rise, **changes), rise, date(2028, 3, 31))
        (made,) = forms.build_questions(form, NOW)
        assert made.text.endswith(text)
        assert criteria in made.criteria
        assert made.closes_at == datetime(2028, 4, 1, tzinfo=UTC)
    # The answer that bears the claim out moves along until a person chooses another.
    dated = redraft(a_draft(), kind="date")
    for chosen, bears_out in (
        ("by 2027-12-31", "by 2028-03-31"),
        ("after 2027-12-31", "after 2027-12-31"),
    ):
        form = a_form(with_wording(dated, bears_out=chosen), dated, date(2028, 3, 31))
        assert forms.build_questions(form, NOW)[0].bears_out == bears_out


def test_outcome_conditions() -> None:
    for kind, said, parts in (
        ("numeric", "at least 200", ("at least", "200")),
        ("date", "by 2027-01-01", ("by", "2027-01-01")),
        ("binary", "yes", ("", "")),
        ("numeric", "lots", ("", "")),
    ):
        assert forms.split_condition(kind, said) == parts


def test_draft_form_values() -> None:
    # What stands in a form can be stored and comes back.
    import json

    fields = {
        "day": date(2027, 1, 1),
        "at": NOW,
        "days": ["2027-01-01"],
        "n": 3,
        "text": "a",
        "none": None,
        "odd": 1j,
    }
    kept = forms.serialise_fields(fields)
    assert json.loads(json.dumps(kept)) == kept
    assert kept["day"] == "2027-01-01"
    assert kept["odd"] == "1j"
    # Findings of several questions stand once and those that block first.
    advice = Flaw("no-base-rate", "advice", "prior", "a", "b")
    blocks = Flaw("no-source", "blocking", "sources", "c", "d")
    assert forms.merge_flaws([(advice,), (blocks, advice)]) == (blocks, advice)
    # The form of a draft begins with its proposals and a name without the day.
    made = a_draft()
    fields = forms.initial_fields(made, build_new_question(made, name="draft", now=NOW))
    assert fields["day"] == fields["drafted-day"] == "2027-12-31"
    assert (fields["text"], fields["bears"]) == (made.plan.text, "yes")
    for kind, outcome in (
        ("numeric", ("less than", 3.0, None)),
        ("date", ("by", None, date(2027, 3, 31))),
    ):
        asked = redraft(a_draft("Inflation in Norway will fall below 3 percent."), kind=kind)
        fields = forms.initial_fields(asked, build_new_question(asked, name="draft", now=NOW))
        assert (fields["compared"], fields["bound"], fields["bound-day"]) == outcome
        assert fields["bears"] == ""
