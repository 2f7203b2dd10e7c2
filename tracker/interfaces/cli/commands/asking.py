"""New questions, and options that change."""

from typing import Any, get_args

import click

from forecasts.distributions.cdf import Scale
from forecasts.errors import InvalidQuestion
from forecasts.questions.format import in_full
from forecasts.questions.new_question import OWN_ESSAY, Asked, date_scale
from forecasts.questions.question import EssayId, ForecasterId, HorizonShape, Kind, utc
from tracker.errors import Refused
from tracker.interfaces.cli import tables as printing
from tracker.interfaces.cli.commands.terminal import acting_as, as_json, opened, show


@click.command()
@click.argument("name", metavar="QUESTION")
@click.option("--text", required=True, help="The question itself, as people read it.")
@click.option("--criteria", required=True, help="By which criteria it will be answered.")
@click.option(
    "--source",
    "sources",
    required=True,
    multiple=True,
    metavar="URL",
    help="Where the answer will stand.",
)
@click.option(
    "--closes",
    required=True,
    metavar="TIME",
    help="Scheduled close, with zone; a bare date is UTC.",
)
@click.option("--opens", metavar="TIME", help="When it opens (default: now).")
@click.option(
    "--resolves", metavar="TIME", help="When the answer should be known (default: at the close)."
)
@click.option("--kind", type=click.Choice(get_args(Kind)), default="binary", show_default=True)
@click.option("--horizon", type=click.Choice(get_args(HorizonShape)), default="event_by", show_default=True,
              help="How a yes/no question behaves in time.")  # fmt: skip
@click.option(
    "--prior", default="", metavar="FORECAST", help="The base rate, typed as a forecast is."
)
@click.option("--prior-reason", default="", metavar="TEXT", help="Where the base rate comes from.")
@click.option(
    "--option", "options", multiple=True, metavar="NAME", help="An option; once for each, in order."
)
@click.option("--lower", type=float, help="Lower end of the range of a number.")
@click.option("--upper", type=float, help="Upper end of the range of a number.")
@click.option("--open-lower", is_flag=True, help="The number may also lie below the range.")
@click.option("--open-upper", is_flag=True, help="The number may also lie above the range.")
@click.option("--log-zero", type=float, help="Zero point of a logarithmic scale.")
@click.option("--unit", default="", help="What the number counts.")
@click.option("--earliest", metavar="DATE", help="First date of a date question's window.")
@click.option("--latest", metavar="DATE", help="Last date of the window; later is “never”.")
@click.option("--tag", "tags", multiple=True, help="A word to find it by; may be given again.")
@click.option(
    "--bears-out", default="", metavar="ANSWER", help="Which answer bears out the claim behind it."
)
@click.option(
    "--override", default="", metavar="TEXT", help="Why it opens although the linter objects."
)
@click.option("--essay", default=OWN_ESSAY, metavar="ESSAY", help="The essay that it belongs to.")
@as_json
@click.pass_context
def ask(context: click.Context, /, name: str, json: bool, **given: Any) -> None:
    """Open a question of your own, of any kind."""
    with opened(context) as tracker:
        opens, closes = given["opens"], utc(given["closes"])
        asked = Asked(
            id=name,
            text=given["text"],
            criteria=given["criteria"],
            sources=given["sources"],
            opens_at=utc(opens) if opens else tracker.now(),
            closes_at=closes,
            resolves_at=utc(given["resolves"]) if given["resolves"] else closes,
            kind=given["kind"],
            horizon_shape=given["horizon"],
            prior=given["prior"],
            prior_reason=given["prior_reason"],
            options=given["options"],
            scale=_scale(given),
            tags=given["tags"],
            essay_id=EssayId(given["essay"]),
            bears_out=given["bears_out"],
        )
        question = tracker.ask(asked, override=given["override"])
    show(
        question,
        json,
        f"{question.id} is asked; its base rate is {in_full(question, question.prior)}.",
    )


_RANGES = {
    "numeric": ("lower", "upper", "open_lower", "open_upper", "log_zero", "unit"),
    "date": ("earliest", "latest"),
}
"""The options that say over which range a question of a kind is forecast."""


def _scale(given: dict[str, Any]) -> Scale | None:
    for kind, names in _RANGES.items():
        # Taken in silence, a range without --kind would make a yes/no question of a question about
        # a number.
        said = [
            name for name in names if given[name] not in (None, "") and given[name] is not False
        ]
        if said and kind != given["kind"]:
            option = said[0].replace("_", "-")
            raise InvalidQuestion(
                f"--{option} belongs to a {kind} question: say --kind {kind}, or leave it out"
            )
    if given["kind"] == "date":
        if given["earliest"] is None or given["latest"] is None:
            raise InvalidQuestion("a date question needs its window: give --earliest and --latest")
        return date_scale(given["earliest"], given["latest"])
    if given["kind"] != "numeric":
        return None
    if given["lower"] is None or given["upper"] is None:
        raise InvalidQuestion("a question about a number needs its range: give --lower and --upper")
    bounds = (given["lower"], given["upper"], given["open_lower"], given["open_upper"])
    return Scale(*bounds, given["log_zero"], given["unit"])


@click.command()
@click.argument("question")
@click.option("--add", metavar="NAME", help="Add this option from now on.")
@click.option(
    "--remove", metavar="NAME", help="Remove this option from now on; its mass goes to Other."
)
@acting_as
@as_json
@click.pass_context
def options(  # noqa: PLR0917  one value of each option
    context: click.Context,
    /,
    question: str,
    add: str | None,
    remove: str | None,
    who: str | None,
    json: bool,
) -> None:
    """Show the options of a question, add one, or remove one."""
    if add is not None and remove is not None:
        raise Refused("each change of options stands for itself: add one, or remove one")
    by = ForecasterId(who) if who else None
    with opened(context) as tracker:
        if add is not None:
            tracker.change_option(question, add, "added", by=by)
        if remove is not None:
            tracker.change_option(question, remove, "removed", by=by)
        found = tracker.question(question).summary.question
    show(
        found.options,
        json,
        printing.options_table(found) if found.options else f"{question} has no options.",
    )
