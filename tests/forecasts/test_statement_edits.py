"""Lines in somebody's own words beside those of the rules: nothing that was typed is lost."""

from hypothesis import given
from hypothesis import strategies as st

from forecasts.questions.compiled_question import (
    CompiledQuestion,
    Statement,
    build_own_lines,
    change_lines,
    check_own_lines,
    complete_own_lines,
    drop_rule_lines,
    format_names,
    list_lines,
    parse_names,
)
from forecasts.questions.question import Question
from tests.builders import a_question
from tests.forecasts.set_strategies import own_lines as lines_in_own_words
from tests.forecasts.strategies import categorical_question, numeric_question, question

KINDS = st.sampled_from([question(), categorical_question(), numeric_question()])
RULES = CompiledQuestion((Statement("Rain falls", "It stays dry"),), (("Oslo",),))
ASKED = a_question()


@st.composite
def asked_and_worded(draw: st.DrawFn) -> tuple[Question, CompiledQuestion, CompiledQuestion]:
    """A question, lines that the rules might make of it, and lines in somebody's own words."""
    asked = draw(KINDS)
    return asked, draw(lines_in_own_words(asked)), draw(lines_in_own_words(asked))


@given(asked_and_worded())
def test_own_lines_win_and_the_rules_fill_the_rest(
    drawn: tuple[Question, CompiledQuestion, CompiledQuestion],
) -> None:
    asked, rules, worded = drawn
    check_own_lines(asked, worded)
    whole = complete_own_lines(asked, worded, rules)
    by_option = {statement.option: statement for statement in whole.statements}
    for statement in worded.statements:
        shown = by_option[statement.option]
        assert shown.yes == (statement.yes or shown.yes)
        assert shown.no == (statement.no or shown.no)
    assert whole.names == (worded.names or rules.names)
    assert whole.author == worded.author
    # Storing what is shown stores no line of the rules, and shows the same again.
    stored = drop_rule_lines(whole, rules)
    assert complete_own_lines(asked, stored, rules) == whole
    made = {(s.option, side) for s in rules.statements for side in (("yes", s.yes), ("no", s.no))}
    for s in stored.statements:
        assert not {(s.option, ("yes", s.yes)), (s.option, ("no", s.no))} & {
            (option, side) for option, side in made if side[1]
        }


@given(asked_and_worded())
def test_names_are_written_as_they_are_read(
    drawn: tuple[Question, CompiledQuestion, CompiledQuestion],
) -> None:
    names = drawn[2].names
    assert parse_names(format_names(names)) == names


def test_one_side_may_be_what_the_rules_have_on_the_other() -> None:
    turned = build_own_lines("It stays dry")
    assert complete_own_lines(ASKED, turned, RULES).statements == (Statement("It stays dry", ""),)


def test_changed_lines_keep_the_others() -> None:
    changed = change_lines(RULES, no=" No  rain ")
    assert changed == CompiledQuestion((Statement("Rain falls", "No rain"),), RULES.names)
    assert change_lines(RULES, yes="", no="", names=()).statements == ()


def test_lines_are_listed_with_the_answers_that_they_report() -> None:
    assert list_lines(ASKED, RULES) == (("YES", "Rain falls"), ("NO", "It stays dry"))
    assert list_lines(ASKED, CompiledQuestion(())) == (("YES", ""), ("NO", ""))
