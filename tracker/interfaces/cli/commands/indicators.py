"""Commands on indicators: news that would bear on a question."""

from typing import TypedDict, Unpack

import click

from forecasts.errors import InvalidQuestion
from forecasts.evidence.evidence import Expectation, Indicator, Strength, describe_side
from forecasts.evidence.likelihood_ratios import ICD_203
from forecasts.questions.question import QuestionId, utc
from tracker.interfaces.cli.commands.terminal import as_json, print_result, tracker_session
from tracker.questions.add_indicator import make_indicator_id, parse_side, parse_terms

_STRENGTHS = [strength.name.lower() for strength in Strength if strength is not Strength.NONE]
_LIKELIHOOD_WORDS = click.Choice(list(ICD_203))


class _IndicatorOptions(TypedDict):
    name: str
    speaks: str
    strength: str
    terms: tuple[str, ...]
    unless: tuple[str, ...]
    examples: tuple[str, ...]
    opposites: tuple[str, ...]
    half_life: float
    expected_by: str | None
    if_yes: str | None
    if_no: str | None


@click.group()
def indicator() -> None:
    """What would bear on a question, written down in advance."""


@indicator.command()
@click.argument("question")
@click.option("--name", required=True, metavar="TEXT", help="What would be reported.")
@click.option(
    "--speaks",
    required=True,
    metavar="ANSWER",
    help="yes or no, higher or lower, earlier or later, an option, or “not” and an option.",
)
@click.option("--strength", type=click.Choice(_STRENGTHS), default="moderate", show_default=True)
@click.option(
    "--term",
    "terms",
    required=True,
    multiple=True,
    metavar="WORDS",
    help="Words of which a report has one, with | between; * is any ending. Repeated: both.",
)
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
@click.option(
    "--half-life",
    type=float,
    default=45.0,
    show_default=True,
    metavar="DAYS",
    help="How fast its weight fades; 0: never.",
)
@click.option(
    "--expected-by", metavar="DATE", help="By when it should be reported, so that silence counts."
)
@click.option(
    "--if-yes",
    type=_LIKELIHOOD_WORDS,
    help="How likely it is reported by then if the answer is YES or its like.",
)
@click.option("--if-no", type=_LIKELIHOOD_WORDS, help="The same if the answer is NO.")
@as_json
@click.pass_context
def add(
    context: click.Context, /, question: str, json: bool, **fields: Unpack[_IndicatorOptions]
) -> None:
    """Watch for something more on a question that is open or to come."""
    expected = _build_expectation(fields)
    with tracker_session(context) as tracker:
        target = tracker.questions.get(question).summary.question
        direction, option = parse_side(target, fields["speaks"])
        added = tracker.questions.add_indicator(
            Indicator(
                id=make_indicator_id(question, fields["name"]),
                question_id=QuestionId(question),
                name=" ".join(fields["name"].split()),
                direction=direction,
                strength=Strength[fields["strength"].upper()],
                terms=parse_terms(fields["terms"]),
                unless=fields["unless"],
                examples=fields["examples"],
                opposites=fields["opposites"],
                half_life_days=fields["half_life"] or None,
                expected=expected,
                option=option,
            )
        )
    side = describe_side(target.kind, added.direction, added.option)
    print_result(added, json, f"{added.id} is watched for; it speaks {side}.")


def _build_expectation(fields: _IndicatorOptions) -> Expectation | None:
    expected_by, if_yes, if_no = fields["expected_by"], fields["if_yes"], fields["if_no"]
    if expected_by is None and if_yes is None and if_no is None:
        return None
    if expected_by is None or if_yes is None or if_no is None:
        raise InvalidQuestion(
            "an expected indicator has --expected-by, --if-yes and --if-no: give all three or none"
        )
    return Expectation(utc(expected_by), if_yes, if_no)
