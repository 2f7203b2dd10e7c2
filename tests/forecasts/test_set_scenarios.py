"""The scenarios of a set: the question they belong to, and a likelihood for each of them in every
row.
"""

from forecasts.evidence.likelihood_ratios import ICD_203
from forecasts.question_sets.question_set import read_question_set
from forecasts.questions.question import QuestionId
from forecasts.scenarios.scenario_set import FIVE_WORDS, ScenarioLikelihoods, ScenarioSet
from tests.forecasts.small_set import EVERY_KIND, SCENARIOS, TEXTS, changed, line_of, refusal
from tests.tables import check_rows


def test_a_scenario_set_is_read_with_its_rows() -> None:
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


def test_a_set_needs_no_scenarios_and_scenarios_need_no_rows() -> None:
    assert read_question_set(TEXTS).scenarios == ()
    bare = SCENARIOS[: SCENARIOS.index("[[scenario_set.row]]")]
    (found,) = read_question_set({**EVERY_KIND, "scenarios.toml": bare}).scenarios
    assert found.rows == ()


def test_rows_may_be_written_inside_the_entry() -> None:
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


@check_rows(
    [
        ('question = "capital"', 'question = "nobody"', "'nobody', which the set does not define"),
        (
            'question = "capital"',
            'question = "trade-level"',
            "'trade-level' is ordered: scenarios are the options of",
        ),
        (
            'question = "capital"',
            'question = "treaty"',
            "'treaty' is binary: scenarios are the options of a",
        ),
        ('title = "Where it turns"', "title = 3", "'title' must be a text"),
        (
            ', "Neither"]',
            "]",
            "2 descriptions for 3 scenarios: give one for each of New York, Moscow, Other",
        ),
        (
            'question = "neutral"',
            'question = "trade"',
            "'trade' is numeric: a row is about a binary question",
        ),
        ('question = "neutral"', 'question = "nobody"', "'nobody', which the set does not define"),
        ('question = "treaty"', 'question = "neutral" #', "'neutral' has a row already"),
        (FIRST_P, "p = [0.1, 0.2]", "p must be a list of 3, one for each scenario"),
        (FIRST_P, 'p = "likely"', "p must be a list of 3"),
        (
            FIRST_P,
            'p = [0.1, 0.2, "likely"]',
            "p holds 'likely'; each is a number above 0 and below 1 or one of:",
        ),
        (SECOND_P, "p = [0.1, 0.2, 1.01]", "p holds 1.01"),
        (SECOND_P, "p = [0.1, 0.2, 1]", "p holds 1;"),
        (SECOND_P, "p = [0, 0.2, 0.1]", "p holds 0;"),
        (SECOND_P, "p = [0.1, -0.2, 1]", "p holds -0.2"),
        (SECOND_P, "p = [0.1, nan, 1]", "p holds nan"),
        (SECOND_P, "p = [true, 0.2, 0.1]", "p holds True"),
        ('why = "A summit is a side taken."', 'note = "A summit"', "unknown key 'note' in row"),
        ('note = "Three ways."', 'why = "Three ways."', "unknown key 'why' in scenario_set"),
    ]
)
def test_a_mistake_is_refused_with_file_line_and_reason(old: str, new: str, reason: str) -> None:
    error = refusal(changed("scenarios.toml", old, new, EVERY_KIND))
    assert (error.file, error.line) == ("scenarios.toml", line_of(SCENARIOS, old))
    assert reason in error.reason


def test_what_is_missed_in_a_row_is_missed_at_the_row() -> None:
    error = refusal(changed("scenarios.toml", f"{SECOND_P}\n", "", EVERY_KIND))
    second = SCENARIOS.rindex("[[scenario_set.row]]")
    assert (error.line, error.reason) == (SCENARIOS[:second].count("\n") + 1, "row needs 'p'")


def test_rows_that_are_no_entries_are_refused() -> None:
    bare = SCENARIOS[: SCENARIOS.index("[[scenario_set.row]]")] + "row = 3\n"
    error = refusal({**EVERY_KIND, "scenarios.toml": bare})
    assert (error.line, error.reason) == (
        line_of(bare, "row = 3"),
        "write row as [[scenario_set.row]] entries",
    )


def test_a_question_has_one_set_of_scenarios() -> None:
    twice = SCENARIOS + SCENARIOS
    error = refusal({**EVERY_KIND, "scenarios.toml": twice})
    assert (error.line, error.reason) == (
        SCENARIOS.count("\n") + line_of(SCENARIOS, "question ="),
        "'capital' has its scenarios already",
    )
