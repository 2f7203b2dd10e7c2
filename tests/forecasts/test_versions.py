"""The wording of a question over time."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasts.errors import InvalidQuestion
from forecasts.questions.amendments import (
    QuestionEdit,
    WordingSegment,
    apply_edits,
    check_edit,
    diff_words,
    find_version,
    list_question_versions,
)
from forecasts.questions.question import QuestionId
from tests.forecasts.strategies import ANN, QUESTION, day, law, question
from tests.tables import check_rows

OPENED = question(days=100)


def edit(at: float = 10, **changed: Any) -> QuestionEdit:
    return replace(
        QuestionEdit(
            QUESTION, day(at), ANN, "clearer", OPENED.text, OPENED.criteria, OPENED.sources
        ),
        **changed,
    )


wordings = st.lists(st.sampled_from(["a", "b", "c,", "d."]), max_size=12).map(" ".join)
edits = st.lists(st.builds(edit, st.integers(-5, 120), text=wordings), max_size=6)


def test_unedited_questions_stay_the_same() -> None:
    # A question without edits stays the same.
    assert apply_edits(OPENED, ()) is OPENED
    (only,) = list_question_versions(OPENED, ())
    assert (only.number, only.at, only.by, only.text) == (1, OPENED.opens_at, None, OPENED.text)
    # Edits of another question change nothing.
    other = edit(question_id=QuestionId("other"), text="two")
    assert apply_edits(OPENED, [other]) is OPENED
    assert len(list_question_versions(OPENED, [other])) == 1


def test_forecasts_keep_their_version() -> None:
    # The newest wording counts and every older one is kept.
    made = [
        edit(10, text="Will it come?"),
        edit(20, criteria="As one side announces it.", sources=("https://a.org",)),
    ]
    newest = apply_edits(OPENED, made)
    assert (newest.text, newest.criteria) == (OPENED.text, "As one side announces it.")
    assert newest.sources == ("https://a.org",)
    assert (
        replace(newest, text=OPENED.text, criteria=OPENED.criteria, sources=OPENED.sources)
        == OPENED
    )
    assert [(v.number, v.at, v.text) for v in list_question_versions(OPENED, made)] == [
        (1, day(0), OPENED.text),
        (2, day(10), "Will it come?"),
        (3, day(20), OPENED.text),
    ]
    # A forecast keeps the version that it was made on.
    of = list_question_versions(OPENED, [edit(10, text="two"), edit(20, text="three")])
    assert [find_version(of, day(at)).number for at in (-1, 0, 9.99, 10, 19, 20, 99)] == [
        1,
        1,
        1,
        2,
        2,
        3,
        3,
    ]
    # A question edited before it opens is forecast on the new wording.
    of = list_question_versions(OPENED, [edit(-2, text="two")])
    assert [find_version(of, day(at)).number for at in (-3, -2, 0, 50)] == [1, 2, 2, 2]


@law
@given(edits)
def test_the_last_version_is_the_question_as_it_reads_now(made: list[QuestionEdit]) -> None:
    of = list_question_versions(OPENED, made)
    newest = apply_edits(OPENED, made)
    assert (of[-1].text, of[-1].criteria, of[-1].sources) == (
        newest.text,
        newest.criteria,
        newest.sources,
    )
    assert find_version(of, day(1000)) == of[-1]
    assert [v.number for v in of] == list(range(1, len(made) + 2))


@law
@given(edits, st.integers(0, 130))
def test_later_edits_leave_earlier_versions(made: list[QuestionEdit], at: int) -> None:
    known = [e for e in made if e.at <= day(at)]
    assert find_version(list_question_versions(OPENED, made), day(at)) == find_version(
        list_question_versions(OPENED, known), day(at)
    )


@law
@given(wordings | st.text(max_size=60), wordings | st.text(max_size=60))
def test_the_pieces_of_a_difference_make_up_both_wordings(old: str, new: str) -> None:
    pieces = diff_words(old, new)
    assert " ".join(p.text for p in pieces if p.change != "added").split() == old.split()
    assert " ".join(p.text for p in pieces if p.change != "removed").split() == new.split()
    assert all(p.text for p in pieces)


@law
@given(wordings, wordings)
def test_equal_words_are_no_difference(old: str, new: str) -> None:
    assert all(p.change == "same" for p in diff_words(old, new)) is (old.split() == new.split())


def test_differences_show_changed_words() -> None:
    assert diff_words(
        "Will both sides announce a truce?", "Will both sides  sign a truce by July?"
    ) == (
        WordingSegment("Will both sides", "same"),
        WordingSegment("announce", "removed"),
        WordingSegment("sign", "added"),
        WordingSegment("a", "same"),
        WordingSegment("truce?", "removed"),
        WordingSegment("truce by July?", "added"),
    )
    assert diff_words("", "new") == (WordingSegment("new", "added"),)
    assert diff_words("old", " ") == (WordingSegment("old", "removed"),)
    assert diff_words("", "") == ()


@check_rows([{"text": "x"}, {"criteria": "x"}, {"sources": (*OPENED.sources, "x")}])
def test_edits_need_a_reason_and_no_answer(
    changed: dict[str, Any],
) -> None:
    check_edit(OPENED, edit(**changed), answered=False)
    with pytest.raises(InvalidQuestion, match="neutral has its answer: its wording stays as it is"):
        check_edit(OPENED, edit(**changed), answered=True)


@check_rows(
    [
        (edit(text="  "), "the question itself must not be empty"),
        (edit(criteria=""), "resolution criteria must not be empty"),
        (edit(sources=("https://a.org", " ")), "a source is empty"),
        (edit(text="x", why=" "), "say why the wording changes"),
        (edit(), "nothing has changed"),
        (edit(text=OPENED.text.replace(" ", "\n ")), "nothing has changed"),
        (
            edit(text="x", question_id=QuestionId("other")),
            "the edit belongs to other, not to neutral",
        ),
    ]
)
def test_meaningless_edits_are_refused(wrong: QuestionEdit, reason: str) -> None:
    with pytest.raises(InvalidQuestion, match=reason):
        check_edit(OPENED, wrong, answered=False)
