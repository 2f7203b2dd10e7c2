"""The scenarios of a set: the question they belong to, and a likelihood for each of them in every
row.
"""

from forecasts.evidence.likelihood_ratios import ICD_203
from forecasts.question_sets.question_set import read_question_set
from forecasts.questions.question import QuestionId
from forecasts.scenarios.scenario_set import FIVE_WORDS, ScenarioLikelihoods, ScenarioSet
from tests.forecasts.small_set import EVERY_KIND, SCENARIOS, TEXTS, changed, line_of, refusal
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/set_scenarios")


def test_scenarios_are_read() -> None:
    # A scenario set is read with its rows.
    assert read_question_set(EVERY_KIND).scenarios == (
        ScenarioSet(
            QuestionId("capital"),
            "Where it turns",
            ("West", "East", "Neither"),
            (
                ScenarioLikelihoods(
                    QuestionId("neutral"), (0.125, 0.25, 0.5), "A summit is a side taken."
                ),
                ScenarioLikelihoods(
                    QuestionId("treaty"), (0.01, 0.99, ICD_203["almost no chance"])
                ),
            ),
            "Three ways.",
        ),
    )
    # A set needs no scenarios and scenarios need no rows.
    assert read_question_set(TEXTS).scenarios == ()
    bare = SCENARIOS[: SCENARIOS.index("[[scenario_set.row]]")]
    (found,) = read_question_set({**EVERY_KIND, "scenarios.toml": bare}).scenarios
    assert found.rows == ()
    # Rows may be written inside the entry.
    bare = SCENARIOS[: SCENARIOS.index("[[scenario_set.row]]")]
    inline = bare + 'row = [{ question = "neutral", p = [0.1, 0.2, 0.3] }]\n'
    (found,) = read_question_set({**EVERY_KIND, "scenarios.toml": inline}).scenarios
    assert found.rows == (ScenarioLikelihoods(QuestionId("neutral"), (0.1, 0.2, 0.3)),)
    error = refusal({**EVERY_KIND, "scenarios.toml": inline.replace("neutral", "nobody")})
    assert error.line == line_of(inline, "row =")


def test_the_words_are_five_of_icd_203_with_its_numbers() -> None:
    assert [(word, round(p, 3)) for word, p in FIVE_WORDS.items()] == [
        ("almost no chance", 0.03),
        ("very unlikely", 0.125),
        ("roughly even chance", 0.5),
        ("very likely", 0.875),
        ("almost certain", 0.97),
    ]
    assert {word: ICD_203[word] for word in FIVE_WORDS} == FIVE_WORDS


FIRST_P, SECOND_P = (
    'p = ["very unlikely", 0.25, "roughly even chance"]',
    'p = [0.01, 0.99, "almost no chance"]',
)


@check_rows(TABLES["a_mistake_is_refused_with_file_line_and_reason"])
def test_a_mistake_is_refused_with_file_line_and_reason(old: str, new: str, reason: str) -> None:
    error = refusal(changed("scenarios.toml", old, new, EVERY_KIND))
    assert (error.file, error.line) == ("scenarios.toml", line_of(SCENARIOS, old))
    assert reason in error.reason


def test_impossible_rows_are_refused() -> None:
    # What is missed in a row is missed at the row.
    error = refusal(changed("scenarios.toml", f"{SECOND_P}\n", "", EVERY_KIND))
    second = SCENARIOS.rindex("[[scenario_set.row]]")
    assert (error.line, error.reason) == (SCENARIOS[:second].count("\n") + 1, "row needs 'p'")
    # Rows that are no entries are refused.
    bare = SCENARIOS[: SCENARIOS.index("[[scenario_set.row]]")] + "row = 3\n"
    error = refusal({**EVERY_KIND, "scenarios.toml": bare})
    assert (error.line, error.reason) == (
        line_of(bare, "row = 3"),
        "write row as [[scenario_set.row]] entries",
    )
    # A question has one set of scenarios.
    twice = SCENARIOS + SCENARIOS
    error = refusal({**EVERY_KIND, "scenarios.toml": twice})
    assert (error.line, error.reason) == (
        SCENARIOS.count("\n") + line_of(SCENARIOS, "question ="),
        "'capital' has its scenarios already",
    )
