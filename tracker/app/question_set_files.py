"""Question sets: load, export and import the built-in ones and those in files of the user."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from forecasts.errors import InvalidQuestionSet
from forecasts.question_sets.question_set import (
    ESSAY_TEXT,
    SET_FILES,
    QuestionSet,
    read_question_set,
)
from forecasts.questions.question import Question, QuestionId
from tracker.errors import NotFound, Refused
from tracker.files.user_files import is_directory, read_bytes

if TYPE_CHECKING:
    from forecasts.linting.lint import Flaw
from forecasts.question_sets.question_set import PastResolution
from forecasts.questions.question import EssayId
from tracker.app import export_question_set, import_question_set
from tracker.app.service import Service
from tracker.model.audit import Authorship
from tracker.model.read_models import SetImport

DEFAULT_SET = "china_russia_2022"

ALLOWED_FILES = (*SET_FILES, ESSAY_TEXT)
"""Names of all files that a set may have."""


def load_question_set(name_or_path: str) -> QuestionSet:
    """Load a set by its built-in name or its folder; raises `NotFound` or `InvalidQuestionSet`."""
    built_in = _locate_built_in_sets() / name_or_path
    folder: Traversable = built_in if is_directory(built_in) else Path(name_or_path)
    if not is_directory(folder):
        raise NotFound(
            "question set",
            name_or_path,
            f"give a folder with {', '.join(SET_FILES)}, or {' or '.join(list_built_in_sets())}",
        )
    texts = {
        name: _read_file(folder.joinpath(name), name)
        for name in ALLOWED_FILES
        if folder.joinpath(name).is_file()
    }
    question_set = read_question_set(texts)
    _check_examples(question_set, texts["indicators.toml"])
    return question_set


def list_built_in_sets() -> tuple[str, ...]:
    """List the names of the built-in sets, in alphabetical order."""
    return tuple(
        sorted(
            entry.name
            for entry in _locate_built_in_sets().iterdir()
            if entry.joinpath(SET_FILES[0]).is_file()
        )
    )


def save_question_set(
    question_set: QuestionSet, folder: Path, *, force: bool = False
) -> tuple[str, ...]:
    """Write a set to a folder, all of it or nothing; return the names of its files.

    Raises `Refused` for a folder that has files (with `force`: files that belong to no set), for
    one that cannot be written, and for a set that could not be read again.
    """
    texts = _serialise_set(question_set)
    target = folder.resolve()
    _check_target(target, force)
    staging, old = (
        target.with_name(f".{target.name}.{role}-{os.getpid()}") for role in ("new", "old")
    )
    try:
        staging.mkdir(parents=True)
        for name, text in texts.items():
            (staging / name).write_bytes(text.encode("utf-8"))
        _replace_folder(staging, target, old)
    except OSError as error:
        raise Refused(f"{folder} cannot be written: {error.strerror or error}") from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return tuple(texts)


def _serialise_set(question_set: QuestionSet) -> dict[str, str]:
    """Serialise the set; indicators of one name share an entry, in any order."""
    from forecasts.question_sets.indicators_file import sort_by_entry
    from forecasts.question_sets.set_writer import write_question_set

    by_id = {question.id: question for question in question_set.questions}
    texts = write_question_set(
        replace(question_set, indicators=sort_by_entry(question_set.indicators, by_id))
    )
    try:
        read_question_set(texts)
    except InvalidQuestionSet as error:
        lines = texts.get(error.file, "").splitlines()[error.line - 1 : error.line]
        where = f" (at: {lines[0][:80]})" if lines else ""
        raise Refused(
            f"this could not be read again as a question set: {error.reason}{where}"
        ) from None
    return texts


def _check_target(target: Path, force: bool) -> None:
    if target.exists() and not target.is_dir():
        raise Refused(f"{target.name} is a file: name a folder")
    names = sorted(entry.name for entry in target.iterdir()) if target.is_dir() else []
    strange = [name for name in names if name not in ALLOWED_FILES]
    if strange and force:
        raise Refused(
            f"{target.name} holds {strange[0]}, which belongs to no question set: name another "
            "folder"
        )
    if names and not force:
        raise Refused(
            f"{target.name} has files already: name another folder, or use --force to replace "
            "the set there"
        )


def _replace_folder(staging: Path, target: Path, old: Path) -> None:
    """Replace the old folder by the new one; restore the old one if that fails."""
    if not target.exists():
        staging.rename(target)
        return
    target.rename(old)
    try:
        staging.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _locate_built_in_sets() -> Traversable:
    return files("forecasts") / "question_sets" / "builtin"


def _read_file(file: Traversable, name: str) -> str:
    raw = read_bytes(file) if isinstance(file, Path) else file.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InvalidQuestionSet(name, line, "not UTF-8 text: save the file as UTF-8") from None


def _check_examples(question_set: QuestionSet, text: str) -> None:
    """Refuse an indicator whose own example does not match its terms, or is vetoed."""
    from tracker.matching.matching_profile import profile_from_indicator
    from tracker.matching.term_rules import find_strays

    for profile in dict.fromkeys(map(profile_from_indicator, question_set.indicators)):
        for example in find_strays(profile.examples, profile):
            reason = (
                f"example {example!r} does not match the terms of its own indicator: "
                "mend one of them"
            )
            raise InvalidQuestionSet("indicators.toml", _find_line(text, example), reason)


def _find_line(text: str, example: str) -> int:
    """Line of an example, found by its first words, since parsing normalised its white space."""
    start = text.find(" ".join(example.split()[:3]))
    return text.count("\n", 0, max(start, 0)) + 1


def lint_question_set(
    question_set: QuestionSet, keep_days: float, now: datetime
) -> Mapping[QuestionId, "tuple[Flaw, ...]"]:
    """Find the flaws of each question, as of its own opening and with the feeds of the set only.

    `keep_days` is the retention of reports, 0 for ever. Questions without a flaw are left out.
    """
    from forecasts.linting.lint import LintContext, find_flaws
    from tracker.questions.question_lifecycle import find_short_retention

    feeds = tuple(f"{feed.title} {feed.theme}" for feed in question_set.feeds) or None
    flaws_by_question = {}
    for question in question_set.questions:
        around = LintContext(
            now=min(now, question.opens_at),
            keeps_days=find_short_retention(keep_days),
            feeds=feeds,
            indicators=tuple(i for i in question_set.indicators if i.question_id == question.id),
            sibling_questions=_find_related(question_set, question),
        )
        flaws_by_question[question.id] = find_flaws(question, around)
    return {question_id: flaws for question_id, flaws in flaws_by_question.items() if flaws}


def list_blocked_questions(
    question_set: QuestionSet, flaws_by_question: Mapping[QuestionId, "tuple[Flaw, ...]"]
) -> tuple[QuestionId, ...]:
    """List the questions with blocking flaws without an override: they would not be imported."""
    return tuple(
        question_id
        for question_id, flaws in flaws_by_question.items()
        if question_id not in question_set.overrides
        and any(flaw.severity == "blocking" for flaw in flaws)
    )


def _find_related(question_set: QuestionSet, question: Question) -> tuple[Question, ...]:
    claims = set(question.claim_ids)
    return tuple(
        q for q in question_set.questions if claims & set(q.claim_ids) and q.id != question.id
    )


class QuestionSetService(Service, noun="question_sets"):
    """Use cases on question sets."""

    def load(self, question_set: QuestionSet, *, replay: bool = False) -> SetImport:
        """Store what is new in a question set; existing entries stay as first loaded.

        Retrospective questions are resolved at once from the set's own history. A replay brings
        feeds, answers and siblings itself, each at its time. Raises `Unresolvable` for a question
        that the linter blocks and for which the set gives no override.
        """
        with self._store.writing() as session:
            return import_question_set.import_question_set(
                session, question_set, self._settings.keep_days, self._now(), replay=replay
            )

    def load_built_in(self, name: str) -> SetImport:
        """Load a question set that ships with the tracker; raises `NotFound` for any other."""
        if name not in list_built_in_sets():
            raise NotFound(
                "question set",
                name,
                f"those that come along: {', '.join(list_built_in_sets())}",
            )
        return self.load(load_question_set(name))

    def export(self, essay_id: str) -> QuestionSet:
        """Return everything of one essay as a question set; raises `NotFound`."""
        with self._store.reading() as session:
            return export_question_set.export_question_set(session, EssayId(essay_id))

    def note_unchecked(self, past: PastResolution) -> None:
        """Store an answer from memory, which a person has to verify before it counts."""
        with self._store.writing() as session:
            import_question_set.record_unchecked_answer(
                session, past, Authorship(import_question_set.QUESTION_SET_FORECASTER, self._now())
            )
