"""Question sets on disk: the built-in ones and those of the user."""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from forecasts.errors import InvalidQuestionSet
from forecasts.question_set import FILES, QuestionSet, read_question_set
from tracker.errors import NotFound

DEFAULT = "china_russia_2022"


def load(name_or_path: str) -> QuestionSet:
    """A set by its built-in name or its folder; raises `NotFound` or `InvalidQuestionSet`."""
    built_in = files("forecasts") / "sets" / name_or_path
    folder: Traversable = built_in if built_in.is_dir() else Path(name_or_path)
    if not folder.is_dir():
        raise NotFound("question set", name_or_path, f"give a folder with {', '.join(FILES)}, or {DEFAULT}")
    texts = {name: _text(folder.joinpath(name), name) for name in FILES if folder.joinpath(name).is_file()}
    question_set = read_question_set(texts)
    _check_examples(question_set, texts["indicators.toml"])
    return question_set


def _text(file: Traversable, name: str) -> str:
    raw = file.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InvalidQuestionSet(name, line, "not UTF-8 text: save the file as UTF-8") from None


def _check_examples(question_set: QuestionSet, text: str) -> None:
    """An indicator whose own example does not match its terms would never see real news either."""
    from tracker.matching.profile import profile_of
    from tracker.matching.rules import fulfils

    for profile in dict.fromkeys(map(profile_of, question_set.indicators)):
        for example in profile.examples:
            if not fulfils(example, profile):
                line = _line_of(text, example)
                reason = f"example {example!r} does not match the terms of its own indicator: mend one of them"
                raise InvalidQuestionSet("indicators.toml", line, reason)


def _line_of(text: str, example: str) -> int:
    """Where an example stands; reading folded its white space, so its first words have to do."""
    start = text.find(" ".join(example.split()[:3]))
    return text.count("\n", 0, max(start, 0)) + 1
