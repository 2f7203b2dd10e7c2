"""Drafts as TOML files: a question and its indicators in the format of a question set."""

from forecasts.errors import InvalidQuestionSet
from forecasts.essays.draft import ClaimDraft, build_draft_indicators, build_new_question
from forecasts.evidence.evidence import Indicator
from forecasts.question_sets.essay_file import EssayFile
from forecasts.question_sets.indicators_file import read_indicators
from forecasts.question_sets.question_set import QuestionSet
from forecasts.question_sets.questions_file import read_questions
from forecasts.question_sets.reader import SetFile
from forecasts.question_sets.writer import write_question_set
from forecasts.questions.new_question import NewQuestion, build_question
from forecasts.questions.question import Essay, Question
from tracker.feeds.text import remove_invisible
from tracker.model.audit import Authorship


def write_draft(draft: ClaimDraft, essay: Essay, name: str, made: Authorship) -> str:
    """Write the draft as TOML, with hints for its author in comments above it."""
    new_question = build_new_question(
        draft, name=name, closes_on=draft.horizons[0], now=made.at, essay_id=essay.id
    )
    question = build_question(new_question)
    indicators = build_draft_indicators(draft, question.id)
    files = write_question_set(QuestionSet(essay, (), (question,), indicators, (), (), (), (), {}))
    return "\n".join([_build_comments(draft), files["questions.toml"], files["indicators.toml"]])


def _build_comments(draft: ClaimDraft) -> str:
    quoted = " ".join(draft.quote.split())
    lines = [
        f"From character {draft.offset}: “{quoted}”",
        "Replace every […], look at the base rate, then: tracker essay open ESSAY AT FILE",
        f"Base rate: {draft.base_rate_prompt}",
        f"Last days to choose from: {', '.join(day.isoformat() for day in draft.horizons)}",
        *(f"Edge case: {case}" for case in draft.edge_cases),
    ]
    # TOML allows no control characters in a comment.
    return "".join(f"# {' '.join(remove_invisible(line).split())}\n" for line in lines)


def read_draft(text: str, name: str, essay: Essay) -> tuple[Question, tuple[Indicator, ...]]:
    """Parse a completed draft; raises `InvalidQuestionSet` with file, line and reason."""
    head, mark, tail = text.partition("\n[[indicator]]")
    essay_file = EssayFile(essay, (), {})
    questions, _ = read_questions(SetFile(name, head), essay_file)
    if len(questions) != 1:
        raise InvalidQuestionSet(
            name,
            1,
            f"a draft has one [[question]], not {len(questions)}: open each from its own file",
        )
    padded = (
        "\n" * (head.count("\n") + 1) + mark.lstrip("\n") + tail
    )  # padded, so that errors name the line of the file
    indicators = (
        read_indicators(SetFile(name, padded), {questions[0].id: questions[0]}) if mark else ()
    )
    return questions[0], indicators


def new_question_from(question: Question) -> NewQuestion:
    """Convert a question to a new question as its author would enter it."""
    fields = (
        "text", "criteria", "sources", "opens_at", "closes_at", "resolves_at", "kind",
        "horizon_shape", "prior", "prior_reason", "scale", "tags", "essay_id", "claim_ids",
        "retrospective", "bears_out",
    )  # fmt: skip
    return NewQuestion(
        id=question.id,
        options=tuple(option.name for option in question.options),
        **{name: getattr(question, name) for name in fields},
    )
