"""The essay of a set, its text, the claims that are set aside, and what the questions say about
claims.
"""

from forecasts.question_sets.question_set import ESSAY_TEXT, read_question_set
from forecasts.questions.question import ClaimId, QuestionId
from tests.forecasts.small_set import EVERY_KIND, HISTORY, TEXTS, changed, line_of, refusal
from tests.tables import check_rows, read_tables

TABLES = read_tables("forecasts/set_essay")

TEXT = "x" * 119 + " will not\r\n  take sides, whatever comes."
REJECTED = """
[[claim]]
id = "C02"
quote = "history will judge"
offset = 3
kind = "prediction"
modality = "will"
restatement = "They are blamed."
rejected = "By whom?"
"""


def test_text_date_and_language_are_optional() -> None:
    # A set may ship the text of its essay to the character.
    assert read_question_set({**TEXTS, ESSAY_TEXT: TEXT}).text == TEXT
    assert read_question_set(TEXTS).text == ""
    # An essay may be undated and in no language that is known.
    texts = changed("essay.toml", 'published = "2022-05-20"\nlanguage = "en"\n', "")
    assert (read_question_set(texts).essay.published, read_question_set(texts).essay.language) == (
        "",
        "",
    )


@check_rows(
    [
        ("y" + TEXT, "character 120 of essay.txt: it stands at 121"),
        ("They wait.", "character 120 of essay.txt: it stands nowhere in it"),
        (TEXT.replace("take", "takes"), "it stands nowhere in it"),
    ]
)
def test_a_quote_stands_at_its_offset(text: str, where: str) -> None:
    error = refusal({**TEXTS, ESSAY_TEXT: text})
    assert (error.file, error.line) == ("essay.toml", line_of(TEXTS["essay.toml"], "offset ="))
    assert where in error.reason


def test_rejections_and_overrides_have_reasons() -> None:
    # A claim may be set aside with a reason.
    read = read_question_set({**TEXTS, "essay.toml": TEXTS["essay.toml"] + REJECTED})
    assert dict(read.rejections) == {ClaimId("C02"): "By whom?"}
    assert [claim.id for claim in read.claims] == ["C01", "C02"]
    assert dict(read_question_set(TEXTS).rejections) == {}
    # A claim that is set aside has no question.
    texts = changed("questions.toml", 'claims = ["C01"]', 'claims = ["C01", "C02"]')
    error = refusal({**texts, "essay.toml": TEXTS["essay.toml"] + REJECTED})
    assert (error.file, error.line) == (
        "questions.toml",
        line_of(TEXTS["questions.toml"], 'claims = ["C01"]'),
    )
    assert "claim 'C02' is rejected in essay.toml as untestable" in error.reason
    # A rejection needs its reason.
    error = refusal(
        {**TEXTS, "essay.toml": TEXTS["essay.toml"] + REJECTED.replace("By whom?", " ")}
    )
    assert error.reason == "'rejected' must be a text that is not empty"
    # An override needs its reason.
    error = refusal(changed("questions.toml", "A set for tests.", ""))
    assert error.reason == "'override' must be a text that is not empty"


def test_questions_state_bearing_and_override() -> None:
    texts = changed("questions.toml", 'claims = ["C01"]', 'claims = ["C01"]\nbears_out = "yes"')
    texts = changed("questions.toml", "A set for tests.", "The law has no date.", texts)
    read = read_question_set(texts)
    assert [question.bears_out for question in read.questions] == ["yes", ""]
    assert read.overrides[QuestionId("neutral")] == "The law has no date."
    plain = changed("questions.toml", 'override = "A set for tests."\n', "")
    assert list(read_question_set(plain).overrides) == [QuestionId("treaty")]


@check_rows(TABLES["what_bears_a_claim_out_has_to_fit_the_kind"])
def test_what_bears_a_claim_out_has_to_fit_the_kind(line: str, said: str) -> None:
    error = refusal(changed("questions.toml", line, f'{line}\nbears_out = "{said}"', EVERY_KIND))
    assert (error.file, error.line) == (
        "questions.toml",
        line_of(EVERY_KIND["questions.toml"], line) + 1,
    )
    assert error.reason.startswith("bears_out: ")


def test_unchecked_answers_and_typed_curves() -> None:
    # What was written from memory is marked.
    texts = changed(
        "history.toml", 'note = "Nothing was signed."', 'note = "As I recall."\nneeds_check = true'
    )
    texts = changed("history.toml", "no = []", "no = []\nneeds_check = true", texts)
    read = read_question_set(texts)
    assert (read.resolutions[0].needs_check, read.events[0].needs_check) == (True, True)
    sure = read_question_set(TEXTS)
    assert (sure.resolutions[0].needs_check, sure.events[0].needs_check) == (False, False)
    # An answer that is not checked ends no forecasts.
    early = "event_at = 2022-07-15\nknown_at = 2022-07-16"
    texts = changed("history.toml", "event_at = 2022-12-31\nknown_at = 2023-01-01", early)
    assert "took forecasts until 2022-07-16" in refusal(texts).reason
    unsure = changed("history.toml", early, f"{early}\nneeds_check = true", texts)
    assert len(read_question_set(unsure).forecasts) == HISTORY.count("[[forecast]]")
    # A curve may be given point by point.
    points = "{ value = [1, 10, 1000], at_most = [0, 0.5, 0.9] }"
    texts = changed("questions.toml", 'prior = "50%=41 above=2%"', f"prior = {points}", EVERY_KIND)
    texts = changed("history.toml", 'p = "10%=20 50%=60 90%=200"', f"p = {points}", texts)
    read = read_question_set(texts)
    assert read.questions[4].prior == read.forecasts[4].distribution
    assert read.questions[4].prior.x == (1.0, 10.0, 1000.0)  # type: ignore[union-attr]


@check_rows(TABLES["points_that_are_no_curve_are_refused_at_their_line"])
def test_points_that_are_no_curve_are_refused_at_their_line(points: str, reason: str) -> None:
    old = 'prior = "50%=41 above=2%"'
    error = refusal(changed("questions.toml", old, f"prior = {points}", EVERY_KIND))
    assert (error.file, error.line) == (
        "questions.toml",
        line_of(EVERY_KIND["questions.toml"], old),
    )
    assert reason in error.reason
