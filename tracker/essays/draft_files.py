"""A draft as a file to complete in an editor: a question and its indicators as they stand in a
question set.
"""

from forecasts.errors import InvalidQuestionSet
from forecasts.essays.draft import Draft, asked_from, indicators_from
from forecasts.evidence.evidence import Indicator
from forecasts.question_sets.essay_file import EssayFile
from forecasts.question_sets.indicators_file import read_indicators
from forecasts.question_sets.question_set import QuestionSet
from forecasts.question_sets.questions_file import read_questions
from forecasts.question_sets.reader import SetFile
from forecasts.question_sets.writer import write_question_set
from forecasts.questions.new_question import Asked, question_from
from forecasts.questions.question import Essay, Question
from tracker.feeds.text import visible
from tracker.model.audit import Standpoint


def write_draft(draft: Draft, essay: Essay, name: str, made: Standpoint) -> str:
    """The draft as TOML, with what a person has to think of in comments above it."""
    asked = asked_from(
        draft, name=name, closes_on=draft.horizons[0], now=made.at, essay_id=essay.id
    )
    question = question_from(asked)
    indicators = indicators_from(draft, question.id)
    files = write_question_set(QuestionSet(essay, (), (question,), indicators, (), (), (), (), {}))
    return "\n".join([_notes(draft), files["questions.toml"], files["indicators.toml"]])


def _notes(draft: Draft) -> str:
    quoted = " ".join(draft.quote.split())
    lines = [
        f"From character {draft.offset}: “{quoted}”",
        "Replace every […], look at the base rate, then: tracker essay open ESSAY AT FILE",
        f"Base rate: {draft.base_rate_prompt}",
        f"Last days to choose from: {', '.join(day.isoformat() for day in draft.horizons)}",
        *(f"Edge case: {case}" for case in draft.edge_cases),
    ]
    return "".join(
        f"# {' '.join(visible(line).split())}\n" for line in lines
    )  # TOML takes no others in a comment


def read_draft(text: str, name: str, essay: Essay) -> tuple[Question, tuple[Indicator, ...]]:
    """The question and the indicators of a completed draft; raises `InvalidQuestionSet` with file,
    line and reason.
    """
    head, mark, tail = text.partition("\n[[indicator]]")
    top = EssayFile(essay, (), {})
    questions, _ = read_questions(SetFile(name, head), top)
    if len(questions) != 1:
        raise InvalidQuestionSet(
            name,
            1,
            f"a draft has one [[question]], not {len(questions)}: open each from its own file",
        )
    below = (
        "\n" * (head.count("\n") + 1) + mark.lstrip("\n") + tail
    )  # so that a refusal names the line of the file
    indicators = (
        read_indicators(SetFile(name, below), {questions[0].id: questions[0]}) if mark else ()
    )
    return questions[0], indicators


def asked_of(question: Question) -> Asked:
    """A question as somebody would ask it."""
    plain = ("text", "criteria", "sources", "opens_at", "closes_at", "resolves_at", "kind", "horizon_shape", "prior",
             "prior_reason", "scale", "tags", "essay_id", "claim_ids", "retrospective", "bears_out")  # fmt: skip
    return Asked(
        id=question.id,
        options=tuple(option.name for option in question.options),
        **{name: getattr(question, name) for name in plain},
    )
