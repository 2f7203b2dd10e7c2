"""Compiled questions refuse lines that cannot be told apart or are no lines."""

import pytest

from forecasts.errors import InvalidQuestion
from forecasts.questions.compiled_question import MAX_NAMES, CompiledQuestion, Statement
from tests.tables import check_rows

ONE = Statement("Peru wins the cup", "", "Peru")


@check_rows(
    (
        ((ONE, ONE), (), "one statement, or one for each"),
        ((ONE,), (("Peru", " "),), "none of them empty"),
        ((ONE,), ((),), "none of them empty"),
        ((ONE,), (("Peru",),) * (MAX_NAMES + 1), f"at most {MAX_NAMES} names"),
    )
)
def test_lines_that_do_not_fit_are_refused(
    statements: tuple[Statement, ...], names: tuple[tuple[str, ...], ...], reason: str
) -> None:
    with pytest.raises(InvalidQuestion, match=reason):
        CompiledQuestion(statements, names)


@check_rows((("Peru\nwins", "Peru loses"), ("x" * 400, "Peru loses"), ("Peru wins", "Peru wins")))
def test_two_lines_that_are_no_headlines_are_refused(yes: str, no: str) -> None:
    with pytest.raises(InvalidQuestion):
        Statement(yes, no)
