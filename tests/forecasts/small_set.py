"""A small question set as texts, and what is said against a changed one."""

from collections.abc import Mapping

import pytest

from forecasts.errors import InvalidQuestionSet
from forecasts.question_sets.question_set import SET_FILES, read_question_set
from tests.tables import DATA


def _read(name: str) -> str:
    return (DATA / "small_set" / f"{name}.toml").read_text(encoding="utf-8")


ESSAY, QUESTIONS, INDICATORS, FEEDS, HISTORY, SCENARIOS, LINKS = map(
    _read,
    "essay questions indicators feeds history scenarios links".split(),
)

TEXTS = dict(
    zip(SET_FILES, (ESSAY, QUESTIONS, INDICATORS, FEEDS, HISTORY, "", "", ""), strict=True)
)

EVERY_KIND = {
    **TEXTS,
    "questions.toml": QUESTIONS + _read("more_questions"),
    "history.toml": HISTORY + _read("more_history"),
    "scenarios.toml": SCENARIOS,
    "links.toml": LINKS,
}


def changed(file: str, old: str, new: str, texts: Mapping[str, str] = TEXTS) -> dict[str, str]:
    """The set with the first `old` in one file replaced; the mark shows where the mistake
    stands.
    """
    assert old in texts[file]
    return {**texts, file: texts[file].replace(old, new, 1)}


def refusal(texts: Mapping[str, str]) -> InvalidQuestionSet:
    with pytest.raises(InvalidQuestionSet) as caught:
        read_question_set(texts)
    return caught.value


def line_of(text: str, mark: str) -> int:
    """The line where `mark` stands first."""
    return text[: text.index(mark)].count("\n") + 1
