"""Draft files: questions drafted from sentences of an essay, as TOML that a person completes.

Each question names its sentence by `at`, and is followed by its own indicators.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from forecasts.errors import InvalidQuestionSet
from forecasts.essays.draft import ClaimDraft
from forecasts.essays.draft_question import build_new_question
from forecasts.essays.question_names import find_free_name, name_question
from forecasts.evidence.evidence import Indicator
from forecasts.linting.flaws import FlawPlace
from forecasts.question_sets.indicators_file import read_indicators
from forecasts.question_sets.question_set import QuestionSet
from forecasts.question_sets.questions_file import EssayFile, read_questions
from forecasts.question_sets.record_reader import SetFile, SetRecord
from forecasts.question_sets.set_writer import write_question_set
from forecasts.question_sets.toml_text import format_entry
from forecasts.questions.compiled_question import list_lines
from forecasts.questions.new_question import NewQuestion, build_question
from forecasts.questions.question import Essay, Question, uninformed_prior
from forecasts.statistics.reference_class import read_base_rate
from tracker.feeds.plain_text import remove_invisible
from tracker.questions.queries.compiled_questions import compile_by_rules

MAX_QUESTIONS: Final = 200
"""Questions in a file."""

_LINE_KEYS: Final = ("yes", "no")


@dataclass(frozen=True, slots=True)
class PickedDraft:
    """Draft for a sentence, the others that were proposed, by their numbers, and its name."""

    draft: ClaimDraft
    alternatives: tuple[tuple[int, ClaimDraft], ...] = ()
    name: str = ""


def write_drafts(
    picked: Sequence[PickedDraft], essay: Essay, *, used_names: Collection[str] = (), now: datetime
) -> str:
    """Write drafts as TOML, with hints for their author in comments.

    Names that are not given are made of the questions' words, apart from `used_names`. A question
    that an earlier sentence gives already is left out, with a comment that says so.
    """
    names, parts, names_by_text = set(used_names), [], dict[str, str]()
    for pick in picked:
        plan = pick.draft.plan
        text = plan.text.casefold()
        if not plan.gaps and (same := names_by_text.get(text)) is not None:
            origin, *_ = _list_hints(pick)
            parts.append(_format_comments([origin, f"Left out: {same} asks the same."]))
            continue
        name = names_by_text[text] = pick.name or _name_draft(pick.draft, names)
        names.add(name)
        parts.append(_write_draft(pick, essay, name=name, now=now))
    head = _format_comments(
        [
            f"Complete what is worth asking, delete the rest: tracker essay open {essay.id} FILE",
            "Replace every […]; the other drafts of a sentence come with --pick.",
        ]
    )
    return "\n".join([head, *parts])


def _name_draft(draft: ClaimDraft, used_names: Collection[str]) -> str:
    name = name_question(draft.plan.text, draft.source.sentence.text)
    return find_free_name(name, used_names, draft.plan.last.year)


def _write_draft(pick: PickedDraft, essay: Essay, *, name: str, now: datetime) -> str:
    draft, offset = pick.draft, pick.draft.source.sentence.offset
    new_question = build_new_question(draft, name=name, now=now, essay_id=essay.id)
    question = build_question(new_question)
    files = write_question_set(QuestionSet(essay, (), (question,), (), (), (), (), (), {}))
    head, mark, values = files["questions.toml"].partition("[[question]]\n")
    entry = f"{head}{mark}at = {offset}\n{values}"
    return _format_comments(_list_hints(pick)) + entry + _format_lines(question, draft)


def _list_hints(pick: PickedDraft) -> list[str]:
    sentence, plan = pick.draft.source.sentence, pick.draft.plan
    return [
        f"From character {sentence.offset}: “{sentence.text}”",
        *plan.notes,
        f"Base rate: {plan.base_rate}",
        f"Last days to choose from: {', '.join(d.isoformat() for d in pick.draft.horizons)}",
        *(f"Another question (--pick {n}): {other.plan.text}" for n, other in pick.alternatives),
    ]


def _format_lines(question: Question, draft: ClaimDraft) -> str:
    """Return the lines that news is compared with, as keys behind a comment mark."""
    lines = list_lines(question, compile_by_rules(question))
    if draft.plan.gaps or question.options or not all(line for _, line in lines):
        return ""
    sides = ", ".join(side for side, _ in lines)
    hint = f"News is compared with these lines, for {sides}; take the # away to word them yourself."
    values = {key: line for key, (_, line) in zip(_LINE_KEYS, lines, strict=True)}
    keys = format_entry("", values).splitlines()
    return _format_comments([hint]) + "".join(f"# {remove_invisible(key)}\n" for key in keys)


def _format_comments(lines: Sequence[str]) -> str:
    # TOML allows no control characters in a comment.
    return "".join(f"# {' '.join(remove_invisible(line).split())}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class DraftedQuestion:
    """Question of a draft file, from the sentence at `at`.

    `line` is where it starts, `lines` are those of its parts.
    """

    new_question: NewQuestion
    at: int
    line: int
    lines: Mapping[FlawPlace, int]
    indicators: tuple[Indicator, ...] = ()
    override: str = ""


@dataclass(frozen=True, slots=True)
class DraftProblem:
    """Reason why a question of a draft file cannot open, with the line to mend.

    `is_gap` is True if only the gaps of the draft are left.
    """

    name: str
    line: int
    reason: str
    is_gap: bool = False


def read_drafts(
    text: str, file_name: str, essay: Essay
) -> tuple[DraftedQuestion | DraftProblem, ...]:
    """Parse a completed draft file, each question apart from the others.

    Raises `InvalidQuestionSet` for a file that is no TOML, or has other tables or no question.
    """
    file = SetFile(file_name, text)
    file.allow_only("question", "indicator")
    records = [*file.records("question")]
    if not 1 <= len(records) <= MAX_QUESTIONS:
        reason = f"a draft file has 1 to {MAX_QUESTIONS} [[question]] entries, not {len(records)}"
        raise InvalidQuestionSet(file_name, 1, reason)
    first = next((n for n, line in enumerate(file.lines, 1) if _INDICATOR.match(line)), None)
    if first is not None and first < records[0].line:
        raise InvalidQuestionSet(file_name, first, "an indicator stands behind its question")
    return tuple(_read_blocks(file, records, essay))


def _read_blocks(
    file: SetFile, records: Sequence[SetRecord], essay: Essay
) -> Iterator[DraftedQuestion | DraftProblem]:
    """Read each question with the indicators behind it; a name can be given once."""
    names = set[str]()
    ends = [*(record.line for record in records[1:]), len(file.lines) + 1]
    for record, end in zip(records, ends, strict=True):
        entry = record.values.get("id")
        name = entry if isinstance(entry, str) else ""
        if name in names:
            yield DraftProblem(name, file.key_line(record.line, "id"), "its id stands twice")
            continue
        names.add(name)
        try:
            yield _read_question(file, record, end, essay)
        except InvalidQuestionSet as error:
            yield DraftProblem(name, error.line, error.reason)


def _read_question(file: SetFile, record: SetRecord, end: int, essay: Essay) -> DraftedQuestion:
    lines = file.text.split("\n")[: end - 1]
    headers = enumerate(file.lines[: end - 1], 1)
    watched = next((n for n, line in headers if n > record.line and _INDICATOR.match(line)), end)
    # Padded, so that errors name the line of the file.
    question_file = SetFile(file.name, _pad(lines[: watched - 1], record.line))
    parsed = read_questions(question_file, EssayFile(essay, (), {}), extra_keys=("at",))
    (question,) = parsed.questions
    indicators = (
        read_indicators(SetFile(file.name, _pad(lines, watched)), {question.id: question})
        if watched < end
        else ()
    )
    new_question = replace(
        new_question_from(question), statements=parsed.statements.get(question.id)
    )
    override = parsed.overrides.get(question.id, "")
    at = record.read_count("at")
    places = {place: file.key_line(record.line, key) for place, key in _PLACES.items()}
    return DraftedQuestion(
        new_question, at, record.line, MappingProxyType(places), indicators, override
    )


_PLACES: Final[Mapping[FlawPlace, str]] = MappingProxyType(
    {
        "text": "text",
        "criteria": "criteria",
        "sources": "sources",
        "prior": "prior",
        "options": "options",
        "scale": "lower",
        "times": "closes",
    }
)


_INDICATOR: Final = re.compile(r"\s*\[\[\s*indicator\s*\]\]")


def _pad(lines: Sequence[str], first: int) -> str:
    """Return the lines from number `first` on, with empty ones instead of those before."""
    return "\n" * (first - 1) + "\n".join(lines[first - 1 :])


def new_question_from(question: Question) -> NewQuestion:
    """Convert a question to a new question as its author would enter it.

    The prior that a draft begins with gives way to the base rate that its reason states.
    """
    is_drafted = question.prior == uninformed_prior() and read_base_rate(question.prior_reason)
    fields = (
        "text", "criteria", "sources", "opens_at", "closes_at", "resolves_at", "kind",
        "horizon_shape", "prior_reason", "scale", "tags", "essay_id", "claim_ids",
        "retrospective", "bears_out", "prior_as_of",
    )  # fmt: skip
    return NewQuestion(
        id=question.id,
        options=tuple(option.name for option in question.options),
        prior="" if is_drafted else question.prior,
        **{name: getattr(question, name) for name in fields},
    )
