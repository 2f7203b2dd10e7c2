"""What to watch for in the news on a question."""

from typing import Any

import click

from forecasts.errors import InvalidQuestion
from forecasts.evidence.evidence import Expectation, Indicator, Strength, side_words
from forecasts.evidence.likelihood_ratios import ICD_203
from forecasts.questions.question import QuestionId, utc
from tracker.interfaces.cli.commands.terminal import as_json, opened, show
from tracker.questions.add_indicator import indicator_id, side_from, terms_from_lines

_STRENGTHS = [strength.name.lower() for strength in Strength if strength is not Strength.NONE]
_WORDS = click.Choice(list(ICD_203))


@click.group()
def indicator() -> None:
    """What would bear on a question, written down in advance."""


@indicator.command()
@click.argument("question")
@click.option("--name", required=True, metavar="TEXT", help="What would be reported.")
@click.option("--speaks", required=True, metavar="ANSWER",
              help="yes or no, higher or lower, earlier or later, an option, or “not” and an " "option.")  # fmt: skip
@click.option("--strength", type=click.Choice(_STRENGTHS), default="moderate", show_default=True)
@click.option("--term", "terms", required=True, multiple=True, metavar="WORDS",
              help="Words of which a report has one, with | between; * is any ending. Repeated: " "both.")  # fmt: skip
@click.option(
    "--unless",
    multiple=True,
    metavar="WORD",
    help="A word that no such report has; may be given again.",
)
@click.option(
    "--example",
    "examples",
    required=True,
    multiple=True,
    metavar="HEADLINE",
    help="One that would say so.",
)
@click.option(
    "--opposite", "opposites", multiple=True, metavar="HEADLINE", help="One that would deny it."
)
@click.option("--half-life", type=float, default=45.0, show_default=True, metavar="DAYS",
              help="How fast its weight fades; 0: never.")  # fmt: skip
@click.option(
    "--expected-by", metavar="DATE", help="By when it should be reported, so that silence counts."
)
@click.option(
    "--if-yes",
    type=_WORDS,
    help="How likely it is reported by then if the answer is YES or its like.",
)
@click.option("--if-no", type=_WORDS, help="The same if the answer is NO.")
@as_json
@click.pass_context
def add(context: click.Context, /, question: str, json: bool, **given: Any) -> None:
    """Watch for something more on a question that is open or to come."""
    expected = _expectation(given)
    with opened(context) as tracker:
        asked = tracker.question(question).summary.question
        direction, option = side_from(asked, given["speaks"])
        made = tracker.add_indicator(
            Indicator(
                id=indicator_id(question, given["name"]),
                question_id=QuestionId(question),
                name=" ".join(given["name"].split()),
                direction=direction,
                strength=Strength[given["strength"].upper()],
                terms=terms_from_lines(given["terms"]),
                unless=given["unless"],
                examples=given["examples"],
                opposites=given["opposites"],
                half_life_days=given["half_life"] or None,
                expected=expected,
                option=option,
            )
        )
    side = side_words(asked.kind, made.direction, made.option)
    show(made, json, f"{made.id} is watched for; it speaks {side}.")


def _expectation(given: dict[str, Any]) -> Expectation | None:
    said = [given[name] for name in ("expected_by", "if_yes", "if_no")]
    if all(each is None for each in said):
        return None
    if None in said:
        raise InvalidQuestion(
            "an expected indicator has --expected-by, --if-yes and --if-no: give all three or none"
        )
    return Expectation(utc(given["expected_by"]), given["if_yes"], given["if_no"])
