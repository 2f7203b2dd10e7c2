"""An essay as it is read and told: paragraphs, looks, places, records, and what a draft's form
asks.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import charts
from dashboard.essays import data as frames
from dashboard.essays import text as forms
from dashboard.essays import text as wording
from forecasts.essays.claim_map import (
    ClaimCoverage,
    ClaimState,
    EssayCalibration,
    MappedSentence,
    TrackRecord,
    TrackRecordLine,
)
from forecasts.essays.draft import draft_question
from forecasts.essays.extract import Sentence, find_claims
from forecasts.linting.lint import Flaw
from forecasts.questions.question import ClaimId, Essay, EssayId, ForecasterId, QuestionId
from tracker.model.essays import EssayPage, EssayText, SavedDraft

NOW = datetime(2026, 12, 1, tzinfo=UTC)
ESSAY = Essay(EssayId("river"), "The river treaty", "2026", "en", "")
NOTHING = TrackRecordLine("all claims", 0, 0.0, 0, 0, 0, None, None)


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


def line(
    label: str = "will", borne_out: float = 8.0, answered: int = 10, open: int = 0, **more: Any
) -> TrackRecordLine:
    values: dict[str, Any] = {
        "unanswered": 0,
        "mean_chance": None,
        "interval": (0.5, 0.9) if answered else None,
    }
    return TrackRecordLine(label, answered + open, borne_out, answered, open, **{**values, **more})


def verdict(
    overall: TrackRecordLine = NOTHING, *, retrospective: bool = False, **more: Any
) -> TrackRecord:
    values: dict[str, Any] = {"by_kind": (), "by_modality": (), "calibration": None}
    return TrackRecord(retrospective, overall, **{**values, **more})


def page(
    text: str | None,
    *found: MappedSentence,
    drafts: Mapping[int, SavedDraft] | None = None,
    **more: Any,
) -> EssayPage:
    kept = None if text is None else EssayText(ESSAY.id, 1, text, "pasted", NOW, ForecasterId("me"))
    values: dict[str, Any] = {"live": verdict(), "retrospective": verdict(retrospective=True)}
    return EssayPage(
        essay=ESSAY, text=kept, mapped=found, coverage=ClaimCoverage(0, 0, 0), claims=(), questions={}, rejections=(),
        drafts=drafts or {}, **{**values, **more},
    )  # fmt: skip


def page_of(text: str) -> EssayPage:
    return page(text, *(mapped(sentence) for sentence in find_claims(text)))


def texts(found: EssayPage) -> list[list[str]]:
    return [[piece.text for piece in block] for block in frames.list_paragraphs(found)]


# Reading


def test_an_empty_line_begins_a_paragraph_and_a_line_break_does_not() -> None:
    text = "It will\nrain. It will\nsnow.\n\nIt will thaw."
    assert texts(page_of(text)) == [["It will rain.", "It will snow."], ["It will thaw."]]


def test_where_no_line_is_empty_each_line_is_a_paragraph() -> None:
    assert texts(page_of("It will rain.\nIt will thaw.")) == [["It will rain."], ["It will thaw."]]


def test_items_of_a_list_stand_on_lines_of_their_own() -> None:
    found = texts(page_of("Three things.\n\n- It will rain\n- It will snow\n- It will thaw"))
    assert found == [["Three things."], ["It will rain"], ["It will snow"], ["It will thaw"]]


def test_marks_of_emphasis_links_and_tags_are_not_shown() -> None:
    text = "The *bank* will fail. It <b>will</b> close by [May](https://example.org/a_b)."
    assert texts(page_of(text)) == [["The bank will fail.", "It will close by May."]]


def test_text_between_sentences_is_not_lost() -> None:
    first, last = (
        Sentence(0, 4, "Rain", None, "", 0.0, 0.0, False, ""),
        Sentence(9, 13, "Snow", None, "", 0.0, 0.0, False, ""),
    )
    (block,) = frames.list_paragraphs(page("Rain and Snow!\n\n", mapped(first), mapped(last)))
    assert [(piece.at, piece.text) for piece in block] == [(0, "Rain"), (None, "and"), (9, "Snow")]


@given(st.text(st.sampled_from("Ab .!?\n-will"), max_size=200))
def test_every_word_of_a_text_is_shown_once_and_in_order(text: str) -> None:
    shown = "".join("".join(words) for words in texts(page_of(text)))
    assert [c for c in shown if c.isalnum()] == [c for c in text if c.isalnum()]


def test_without_the_text_the_quotes_stand_alone() -> None:
    quote = Sentence(120, 130, "they will meet.", None, "will", 1.0, 1.0, True, "")
    nameless = replace(quote, offset=200, text="")
    assert texts(
        page(None, mapped(quote, claim_ids=(ClaimId("C1"),)), mapped(nameless, "rejected"))
    ) == [["“they will meet …”"]]


def test_a_claim_of_another_version_is_told_of_and_not_shown_in_the_text() -> None:
    gone = mapped(
        Sentence(3, 9, "It fell.", None, "", 0.0, 0.0, False, ""),
        "open",
        claim_ids=(ClaimId("C1"),),
    )
    found = page("It will rain.", *(mapped(s) for s in find_claims("It will rain.")), gone)
    assert frames.list_missing_claims(found) == (gone,)
    assert texts(found) == [["It will rain."]]
    assert frames.list_missing_claims(page(None, gone)) == ()


@pytest.mark.parametrize(
    ("state", "more", "look", "mark"),
    [
        ("borne out", {}, "borne-out", "✓"),
        ("not borne out", {"retrospective": True}, "not-borne-out", "(✗)"),
        ("mixed", {"retrospective": True}, "mixed", "(±)"),
        ("not counted", {}, "not-counted", "·"),
        ("open", {"p": 0.62}, "open", "62\u00a0%"),
        ("open", {}, "open", "…"),
        ("no answer", {}, "no-answer", "○"),
        ("rejected", {}, "rejected", "–"),
        ("no question yet", {}, "no-question-yet", "?"),
        ("dropped", {}, "plain", ""),
        ("not forward-looking", {}, "plain", ""),
    ],
)
def test_every_state_has_a_look_and_a_mark_beside_its_colour(
    state: ClaimState, more: dict[str, Any], look: str, mark: str
) -> None:
    (sentence,) = find_claims("It will rain.")
    ((piece,),) = frames.list_paragraphs(page("It will rain.", mapped(sentence, state, **more)))
    assert (piece.look, piece.mark) == (look, mark)
    assert (piece.shade is not None) == (state == "open")


def test_the_likelier_an_open_claim_the_stronger_its_colour() -> None:
    (sentence,) = find_claims("It will rain.")
    shades = [wording.sentence_shade(mapped(sentence, "open", p=p)) for p in (0.0, 0.3, 0.9, 1.0)]
    assert shades == sorted(shades, key=lambda shade: shade or 0)
    assert (shades[0], shades[-1]) == (6, 48)


def test_a_draft_that_was_kept_shows_in_text_and_legend() -> None:
    saved = SavedDraft(ESSAY.id, 0, ForecasterId("me"), NOW, {})
    (sentence,) = find_claims("It will rain.")
    found = page("It will rain.", mapped(sentence), drafts={0: saved})
    ((piece,),) = frames.list_paragraphs(found)
    assert (piece.mark, piece.words) == ("✎", "A draft is kept")
    assert [(look.mark, n) for look, n in frames.count_styles(found)] == [("✎", 1)]


def test_the_legend_counts_what_occurs_and_leaves_out_what_does_not_look_ahead() -> None:
    (sentence,) = find_claims("It will rain.")
    states: tuple[ClaimState, ...] = ("open", "open", "borne out", "dropped", "not forward-looking")
    found = page(
        None, *(mapped(sentence, state, retrospective=state == "borne out") for state in states)
    )
    assert [(look.mark, n) for look, n in frames.count_styles(found)] == [
        ("✓", 1),
        ("%", 2),
        ("( )", 1),
    ]


@pytest.mark.parametrize(("asked", "found"), [("0", 0), ("5", 0), ("14", 14), ("13", None), ("", None), ("-1", None),
                                              ("99", None), ("٣", None), ("1e1", None)])  # fmt: skip
def test_a_place_in_the_address_picks_the_sentence_that_stands_there(
    asked: str, found: int | None
) -> None:
    picked = frames.find_sentence(page_of("It will rain. It will thaw."), asked)
    assert (picked.sentence.offset if picked else None) == found


def test_after_the_last_sentence_without_a_question_comes_the_first() -> None:
    found = page_of("It will rain. It will thaw.")
    places = [frames.find_next_unasked(found, after) for after in (-1, 0, 14)]
    assert [one.sentence.offset for one in places if one] == [0, 14, 0]
    assert frames.find_next_unasked(page("It rained."), 0) is None


# The record


def test_the_record_frame_says_each_line_in_numbers_and_in_words() -> None:
    frame = frames.claim_record_frame(
        [line(open=3, mean_chance=0.4), line("could", 0.0, 0, 2, mean_chance=0.1)]
    )
    assert list(frame["said"]) == ["8 of 10, 3 open", "2 open"]
    assert list(frame["interval"]) == ["50\u00a0% to 90\u00a0%", "–"]
    assert frame["share"].isna().tolist() == [False, True]
    assert frames.claim_record_frame(()).dtypes.to_dict() == frame.dtypes.to_dict()


def test_lines_of_a_single_claim_are_told_and_not_drawn() -> None:
    many, single = frames.split_lines_to_draw([line("will"), line("may", 1.0, 1)])
    assert ([one.label for one in many], [one.label for one in single]) == (["will"], ["may"])
    assert frames.split_lines_to_draw([line("may", 1.0, 1)])[0][0].label == "may"


def test_the_chart_of_a_record_has_a_row_for_each_label_and_room_for_the_counts() -> None:
    spec = charts.essay_record_chart(("will", "could"))
    assert len(spec["layer"]) == 4
    assert spec["layer"][0]["encoding"]["y"]["scale"]["domain"] == ["will", "could"]
    assert charts.essay_record_chart(("will",))["height"] < spec["height"]


def test_records_without_claims_are_left_out_and_the_two_never_mix() -> None:
    live, back = verdict(line(borne_out=1.0, answered=2)), verdict(line(), retrospective=True)
    assert list(frames.list_records(page(None, live=live))) == ["live"]
    assert frames.list_records(page(None, live=live, retrospective=back)) == {
        "live": live,
        "looking back": back,
    }
    assert frames.summarise_records(live, back) == (
        "1 of 2 borne out",
        "looking back: 8 of 10 borne out",
    )
    assert frames.summarise_records(verdict(), verdict(retrospective=True)) == ("", "")


# Words


@pytest.mark.parametrize(
    ("coverage", "said"),
    [
        (
            ClaimCoverage(12, 3, 30),
            "12 of 30 forward-looking sentences became questions, 3 were set aside as untestable,"
            " 15 have no question yet.",
        ),
        (
            ClaimCoverage(1, 1, 3),
            ("1 of 3 forward-looking sentences became a question, 1 was set aside as " "untestable, 1 has no question yet."),
        ),
        (ClaimCoverage(0, 0, 1), "0 of 1 forward-looking sentence became a question, 1 has no question yet."),
        (ClaimCoverage(0, 0, 0), "No sentence of it looks ahead."),
    ],
)  # fmt: skip
def test_coverage_is_told_in_a_sentence(coverage: ClaimCoverage, said: str) -> None:
    assert wording.describe_coverage(coverage).replace("\u00a0", " ") == said


def test_a_small_record_says_that_it_is_small() -> None:
    number, more = wording.record_headline(
        verdict(line(borne_out=2.5, answered=3, open=1, mean_chance=0.3))
    )
    assert number == "2.5 of 3 borne out"
    assert "3 answers are too few to judge by" in more.replace("\u00a0", " ")
    assert "1 claim still open, on average 30 % likely to be borne out" in more.replace(
        "\u00a0", " "
    )
    assert "too few" not in wording.record_headline(verdict(line()))[1]


def test_a_record_without_answers_claims_nothing() -> None:
    assert (
        wording.record_headline(verdict(line(borne_out=0.0, answered=0, open=4)))[0]
        == "No answer yet"
    )
    assert wording.record_headline(verdict())[0] == "–"


@pytest.mark.parametrize(
    ("claimed", "share", "claims", "said"),
    [
        (0.9, 0.6, 20, "30 points too sure."),
        (0.5, 0.7, 20, "20 points too cautious."),
        (0.72, 0.7, 20, "as sure as it should have been."),
        (0.9, 0.6, 5, "too few to judge by."),
    ],
)
def test_sureness_is_held_against_what_was_borne_out(
    claimed: float, share: float, claims: int, said: str
) -> None:
    told = wording.describe_overconfidence(EssayCalibration(claims, claimed, share, (0.1, 0.9)))
    assert told.replace("\u00a0", " ").endswith(said)
    assert wording.describe_overconfidence(None) == ""


# Drafts


def a_draft() -> Any:
    (claim,) = find_claims("Arland will sign the river treaty by the end of 2027.")
    return draft_question(claim, date(2026, 11, 24))


RAINS, SNOWS = "Annulled if it rains.", "Annulled if it snows."
WRITTEN = forms.QuestionWording(
    "Will Arland sign?", f"YES if Arland signs. {RAINS}", "Reuters, as fall-back"
)


@pytest.mark.parametrize(
    ("slot", "old", "new", "part", "said"),
    [
        ("actor", "Arland", "Borland", "text", "Will Borland sign?"),
        ("actor", "Arland", "", "text", "Will Arland sign?"),
        ("actor", "Zedland", "Borland", "text", "Will Arland sign?"),
        ("annul_rule", RAINS, SNOWS, "criteria", f"YES if Arland signs. {SNOWS}"),
        ("annul_rule", "", SNOWS, "criteria", f"YES if Arland signs. {RAINS} {SNOWS}"),
        ("source", "", "arland.example", "sources", "arland.example\nReuters, as fall-back"),
        ("deadline", "2027", "2028", "text", "Will Arland sign?"),
        ("actor", "Arland", r"A\1 (b) [c", "text", r"Will A\1 (b) [c sign?"),
    ],
)  # fmt: skip
def test_a_slot_changes_the_wording_where_it_stands(
    slot: forms.Slot, old: str, new: str, part: str, said: str
) -> None:
    assert getattr(forms.fill_slot(WRITTEN, slot, old, new), part) == said


def test_a_slot_fills_the_gap_that_was_left_for_it() -> None:
    gaps = forms.QuestionWording(
        "Will [… who or what] sign?",
        "By this test: [… the act, text or figure].",
        "[… who publishes it]",
    )
    made = forms.fill_slot(gaps, "actor", "", "Arland")
    made = forms.fill_slot(made, "threshold", "", "the king signs")
    made = forms.fill_slot(made, "source", "", "arland.example")
    assert made == forms.QuestionWording(
        "Will Arland sign?", "By this test: the king signs.", "arland.example"
    )


def test_a_deadline_that_is_named_anew_is_offered_among_the_closing_days() -> None:
    today = date(2026, 11, 24)
    assert forms.parse_deadline("by 30 June 2028", today) == date(2028, 6, 30)
    assert forms.parse_deadline("1 May 2020", today) is None
    assert date(2028, 6, 30) in forms.list_closing_days(a_draft(), "30 June 2028", today)
    assert forms.list_closing_days(a_draft(), "soon", today) == a_draft().horizons


@pytest.mark.parametrize(
    ("days", "names"),
    [
        ((date(2027, 12, 31),), ("treaty",)),
        ((date(2027, 12, 31), date(2028, 12, 31)), ("treaty-2027", "treaty-2028")),
        ((date(2027, 3, 31), date(2027, 12, 31)), ("treaty-2027-03", "treaty-2027-12")),
        ((date(2027, 3, 1), date(2027, 3, 31)), ("treaty-2027-03-01", "treaty-2027-03-31")),
        ((), ()),
    ],
)
def test_questions_of_several_days_have_names_of_their_own(
    days: tuple[date, ...], names: tuple[str, ...]
) -> None:
    assert forms.name_questions("treaty", days) == names


def test_a_form_asks_a_question_for_each_day_with_the_day_in_its_words() -> None:
    chosen = forms.DraftForm(
        a_draft(), "treaty", (date(2028, 12, 31), date(2027, 12, 31), date(2027, 12, 31)), "30%", "3 of 10", None,
        ESSAY.id, (ClaimId("C1"),),
    )  # fmt: skip
    first, second = forms.build_questions(chosen, NOW)
    assert first.text == "Will Arland sign the river treaty by 31 December 2027?"
    assert second.text == "Will Arland sign the river treaty by 31 December 2028?"
    assert "31 December 2028" in second.criteria
    assert (second.id, second.claim_ids, second.prior) == ("treaty-2028", (ClaimId("C1"),), "30%")


@pytest.mark.parametrize(
    ("kind", "said", "parts"),
    [
        ("numeric", "at least 200", ("at least", "200")),
        ("date", "by 2027-01-01", ("by", "2027-01-01")),
        ("binary", "yes", ("", "")),
        ("numeric", "lots", ("", "")),
    ],
)
def test_what_bears_a_claim_out_comes_apart_for_its_fields(
    kind: Any, said: str, parts: tuple[str, str]
) -> None:
    assert forms.split_condition(kind, said) == parts


def test_what_stands_in_a_form_can_be_stored_and_comes_back() -> None:
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


def test_findings_of_several_questions_stand_once_and_those_that_block_first() -> None:
    advice = Flaw("no-base-rate", "advice", "prior", "a", "b")
    blocks = Flaw("no-source", "blocking", "sources", "c", "d")
    assert forms.merge_flaws([(advice,), (blocks, advice)]) == (blocks, advice)


def test_the_form_of_a_draft_begins_with_its_proposals_and_a_name_without_the_day() -> None:
    from forecasts.essays.draft import build_new_question

    made = a_draft()
    first = build_new_question(made, name="draft", closes_on=made.horizons[0], now=NOW)
    fields = forms.initial_fields(made, first)
    assert fields["name"] == "arland-sign-river-treaty"
    assert fields["horizons"] == [made.horizons[0].isoformat()]
    assert fields["slot-actor"] == "Arland"
    assert fields["indicators"] == len(made.indicators)
    assert QuestionId(fields["name"])
