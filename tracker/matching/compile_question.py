"""Compile a question by rules: statements in the words of headlines, and the names in it."""

import re

from forecasts.questions.compiled_question import CompiledQuestion, Statement
from forecasts.questions.question import Question


def compile_question(question: Question) -> CompiledQuestion:
    """Compile a question by rules."""
    question_word = r"^(will|does|do|is|are|has|have)\s+"
    sentence = re.sub(question_word, "", question.text.rstrip("? "), flags=re.I)
    line = " ".join(sentence.split())[:300]
    options = question.offered_options(question.opens_at)
    if options:
        return CompiledQuestion(tuple(Statement(f"{line}: {o}"[:300], "", o) for o in options))
    return CompiledQuestion((Statement(line, f"no {line}"[:300]),))
