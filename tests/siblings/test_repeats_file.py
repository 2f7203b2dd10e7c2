"""Repetitions of a question set: read, refused with their line, written, loaded and exported."""

from dataclasses import replace
from pathlib import Path

import pytest

from forecasts.question_sets.question_set import SET_AUTHOR, read_question_set
from forecasts.question_sets.set_writer import write_question_set
from forecasts.questions.question import QuestionId
from forecasts.questions.repetition import Repetition, SiblingTemplate
from tests.builders import a_set
from tests.forecasts.small_set import QUESTIONS, TEXTS, line_of, refusal
from tracker.app.question_set_files import load_question_set, save_question_set
from tracker.app.tracker import Tracker

PARENT = "treaty"
FULL = f"""
[[repeat]]
question = "{PARENT}"
every = "month"
until = 2022-11-30
count = 4
kind = "numeric"
text = "How many votes in {{window}}?"
criteria = "As counted between {{first}} and {{last}} (UTC)."
sources = ["UN", "Reuters"]
lower = 0
upper = 9
unit = "votes"
prior = "5%=0.5 50%=2 95%=7"
prior_reason = "2 a month"
yes = "More votes"
answer_days = 0
override = "so it is"
"""


def with_repeat(text: str) -> dict[str, str]:
    return {**TEXTS, "questions.toml": QUESTIONS + text}


def test_a_repetition_is_read_and_written_again() -> None:
    question_set = read_question_set(with_repeat(FULL))
    (repetition,) = question_set.repetitions
    assert (repetition.question_id, repetition.count) == (PARENT, 4)
    assert str(repetition.until) == "2022-11-30"
    assert (repetition.template.kind, repetition.template.answer_days) == ("numeric", 0)
    assert repetition.by == SET_AUTHOR
    assert read_question_set(write_question_set(question_set)) == question_set


@pytest.mark.parametrize(
    ("old", "new", "mark", "reason"),
    [
        (f'question = "{PARENT}"\n', 'question = "nowhere"\n', "nowhere", "does not define"),
        ('"month"', '"day"', "every =", "must be one of: week, month"),
        ("{window}", "{month}", "question = ", "write {first}"),
        ('"5%=0.5 50%=2 95%=7"', '"much"', "prior =", "prior"),
        ('"5%=0.5 50%=2 95%=7"', "1.0", "prior =", "could never be revised"),
        ("lower = 0", "lower = 10", "lower =", "lower"),
        ('kind = "numeric"', 'kind = "date"', "kind =", "binary, numeric"),
        ("answer_days = 0", "answer_days = 1.5", "answer_days =", "whole number"),
        ("override", "overide", "overide", "unknown key"),
        ("2022-11-30", "2022-05-30", "every =", "give a later day"),
        ("answer_days = 0", 'rule = "value in {window}"', "rule =", "has none"),
    ],
)
def test_a_fault_is_refused_with_its_line(old: str, new: str, mark: str, reason: str) -> None:
    text = FULL.replace(old, new, 1)
    error = refusal(with_repeat(text))
    assert error.file == "questions.toml"
    assert reason in error.reason
    assert error.line == QUESTIONS.count("\n") + line_of(text, mark)


def test_two_repetitions_of_a_question_are_refused() -> None:
    assert "stands twice" in refusal(with_repeat(FULL + FULL)).reason


def test_a_set_brings_siblings_once_and_is_exported(tracker: Tracker, tmp_path: Path) -> None:
    template = SiblingTemplate(prior="30%", prior_reason="3 of 10")
    parent = QuestionId("summit-2027")
    repetition = Repetition(parent, "month", template=template, by=SET_AUTHOR)
    question_set = replace(a_set(), repetitions=(repetition,))
    assert tracker.question_sets.load(question_set).siblings == 1
    tracker.questions.stop_repeating(parent)
    assert tracker.question_sets.load(question_set).siblings == 0
    assert tracker.question_sets.export("essay").repetitions == ()
    tracker.questions.repeat(repetition)
    exported = tracker.question_sets.export("essay")
    assert exported.repetitions == (repetition,)
    assert [link.kind for link in exported.links] == ["sibling"]
    save_question_set(exported, tmp_path / "set")
    again = load_question_set(str(tmp_path / "set"))
    assert (again.repetitions, again.links) == (exported.repetitions, exported.links)


def test_loading_for_a_replay_opens_no_sibling(tracker: Tracker) -> None:
    repetition = Repetition(QuestionId("summit-2027"), "month")
    loaded = tracker.question_sets.load(replace(a_set(), repetitions=(repetition,)), replay=True)
    assert loaded.siblings == 0
    family = tracker.questions.siblings("summit-2027")
    assert family is not None
    assert (family.repetition, family.siblings) == (replace(repetition, by=SET_AUTHOR), ())
