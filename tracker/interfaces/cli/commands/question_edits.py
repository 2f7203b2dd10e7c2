"""Commands that open a question and change its options."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TypedDict, Unpack, get_args

import click
from rich.table import Table

from forecasts.distributions.cdf import Scale
from forecasts.errors import InvalidQuestion
from forecasts.linting.lint import Flaw
from forecasts.questions.formatting import format_full, format_utc_day
from forecasts.questions.horizon import HORIZON_MEANINGS, infer_horizon_shape
from forecasts.questions.new_question import OWN_ESSAY, NewQuestion, date_scale
from forecasts.questions.question import (
    EssayId,
    ForecasterId,
    HorizonShape,
    Kind,
    Question,
    utc,
)
from tracker.app.questions import Wording
from tracker.errors import Refused
from tracker.interfaces.cli import tables
from tracker.interfaces.cli.commands.questions import read_own_lines, statement_options
from tracker.interfaces.cli.commands.sharing import private_options, read_members
from tracker.interfaces.cli.commands.terminal import (
    as_json,
    console,
    forecaster_option,
    print_result,
    tracker_session,
)
from tracker.model.read_models import QuestionStatements


class _QuestionOptions(TypedDict):
    text: str
    criteria: str
    sources: tuple[str, ...]
    closes: str
    opens: str | None
    resolves: str | None
    kind: Kind
    horizon: HorizonShape | None
    prior: str
    prior_reason: str
    options: tuple[str, ...]
    lower: float | None
    upper: float | None
    open_lower: bool
    open_upper: bool
    log_zero: float | None
    unit: str
    earliest: str | None
    latest: str | None
    tags: tuple[str, ...]
    bears_out: str
    override: str
    retrospective: bool
    essay: str
    yes: str | None
    no: str | None
    option_statements: tuple[str, ...]
    names: tuple[str, ...]
    private: bool
    members: tuple[str, ...]


@click.command()
@click.argument("name", metavar="QUESTION")
@click.option("--text", required=True, help="The question itself, as people read it.")
@click.option("--criteria", required=True, help="By which criteria it will be answered.")
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="URL",
    help="Where the answer will stand; without any, the criteria say who reports it.",
)
@click.option(
    "--closes",
    required=True,
    metavar="TIME",
    help="Scheduled close, with zone; a bare date is UTC.",
)
@click.option("--opens", metavar="TIME", help="When it opens (default: now; not before).")
@click.option(
    "--resolves", metavar="TIME", help="When the answer should be known (default: at the close)."
)
@click.option("--kind", type=click.Choice(get_args(Kind)), default="binary", show_default=True)
@click.option(
    "--horizon",
    type=click.Choice(get_args(HorizonShape)),
    help="How a yes/no question behaves in time (default: as its words say).",
)
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
@click.option(
    "--retrospective",
    is_flag=True,
    help="It looks back: it may open in the past, and its scores never mix with live ones.",
)
@click.option("--essay", default=OWN_ESSAY, metavar="ESSAY", help="The essay that it belongs to.")
@private_options
@statement_options
@as_json
@click.pass_context
def ask(
    context: click.Context, /, name: str, json: bool, **fields: Unpack[_QuestionOptions]
) -> None:
    """Open a question of your own, of any kind."""
    with tracker_session(context, create=True) as tracker:
        opens, closes = fields["opens"], utc(fields["closes"])
        new_question = NewQuestion(
            id=name,
            text=fields["text"],
            criteria=fields["criteria"],
            sources=fields["sources"],
            opens_at=utc(opens) if opens else tracker.now(),
            closes_at=closes,
            resolves_at=utc(fields["resolves"]) if fields["resolves"] else closes,
            kind=fields["kind"],
            horizon_shape=fields["horizon"],
            prior=fields["prior"],
            prior_reason=fields["prior_reason"],
            options=fields["options"],
            scale=_build_scale(fields),
            tags=fields["tags"],
            essay_id=EssayId(fields["essay"]),
            retrospective=fields["retrospective"],
            bears_out=fields["bears_out"],
            statements=read_own_lines(fields),
        )
        question = tracker.questions.ask(
            new_question,
            override=fields["override"],
            private_to=read_members(fields["private"], fields["members"]),
        )
        lines = tracker.questions.get_statements(name)
        flaws = tracker.questions.lint_stored(name)
    print_result(question, json, _describe_asked(question, new_question, lines, flaws))


_MAX_ENTRY_TIME = timedelta(minutes=1)
"""Time that opening a question may take: a later opening was moved."""


def _describe_asked(
    question: Question,
    new_question: NewQuestion,
    lines: QuestionStatements,
    flaws: Iterable[Flaw],
) -> str:
    """Say what was asked, what was inferred from its words, and what the linter advises."""
    sentences = [
        f"{question.id} is asked; its base rate is {format_full(question, question.prior)}."
    ]
    if question.opens_at - new_question.opens_at > _MAX_ENTRY_TIME:
        sentences.append(
            f"It opens now and not on {format_utc_day(new_question.opens_at)}, so that nothing "
            "known before counts; --retrospective asks in hindsight."
        )
    if question.kind == "binary" and new_question.horizon_shape is None:
        shape, why = infer_horizon_shape(question.text, question.kind, question.closes_at)
        sentences.append(
            f"Horizon {shape}, {HORIZON_MEANINGS[shape]}: {why}. Give --horizon to choose another."
        )
    sentences.append(
        f"News is compared with {tables.describe_lines(question, lines.compiled)}; "
        f"`tracker question statements {question.id}` changes that."
    )
    if advice := [flaw.reason for flaw in flaws if flaw.severity == "advice"]:
        sentences.append(
            f"Advice: {'; '.join(advice)}. `tracker question lint {question.id}` says what to "
            "write instead."
        )
    return "\n".join(sentences)


_RANGE_OPTIONS = {
    "numeric": ("lower", "upper", "open_lower", "open_upper", "log_zero", "unit"),
    "date": ("earliest", "latest"),
}
"""Options that define the range of a question of a kind."""


def _build_scale(fields: _QuestionOptions) -> Scale | None:
    provided = {
        name for name, value in fields.items() if value not in (None, "") and value is not False
    }
    for kind, names in _RANGE_OPTIONS.items():
        # Without this check a range without --kind would open a yes/no question.
        misplaced = [name for name in names if name in provided]
        if misplaced and kind != fields["kind"]:
            option = misplaced[0].replace("_", "-")
            raise InvalidQuestion(
                f"--{option} belongs to a {kind} question: say --kind {kind}, or leave it out"
            )
    if fields["kind"] == "date":
        if fields["earliest"] is None or fields["latest"] is None:
            raise InvalidQuestion("a date question needs its window: give --earliest and --latest")
        return date_scale(fields["earliest"], fields["latest"])
    if fields["kind"] != "numeric":
        return None
    if fields["lower"] is None or fields["upper"] is None:
        raise InvalidQuestion("a question about a number needs its range: give --lower and --upper")
    bounds = (fields["lower"], fields["upper"], fields["open_lower"], fields["open_upper"])
    return Scale(*bounds, fields["log_zero"], fields["unit"])


@click.command()
@click.argument("question")
@click.option("--add", metavar="NAME", help="Add this option from now on.")
@click.option(
    "--remove", metavar="NAME", help="Remove this option from now on; its mass goes to Other."
)
@forecaster_option
@as_json
@click.pass_context
def options(
    context: click.Context,
    /,
    *,
    question: str,
    add: str | None,
    remove: str | None,
    forecaster: ForecasterId | None,
    json: bool,
) -> None:
    """Show the options of a question, add one, or remove one."""
    if add is not None and remove is not None:
        raise Refused("each change of options stands for itself: add one, or remove one")
    with tracker_session(context) as tracker:
        if add is not None:
            tracker.questions.change_option(question, add, "added", by=forecaster)
        if remove is not None:
            tracker.questions.change_option(question, remove, "removed", by=forecaster)
        changed = tracker.questions.get(question).summary.question
    print_result(
        changed.options,
        json,
        tables.options_table(changed) if changed.options else f"{question} has no options.",
    )


@click.command()
@click.argument("question")
@as_json
@click.pass_context
def lint(context: click.Context, /, question: str, json: bool) -> None:
    """Say what keeps a stranger from resolving a question.

    Each finding says what to write instead.
    """
    with tracker_session(context) as tracker:
        flaws = tracker.questions.lint_stored(question)
    print_result(flaws, json, flaws_table(flaws) if flaws else f"{question}: nothing to object to.")


def flaws_table(flaws: Iterable[Flaw]) -> Table:
    """Build the table of the linter's findings, blocking ones first."""
    table = tables.new_table("finding", "", "in", "because", "write")
    for flaw in flaws:
        table.add_row(
            flaw.code,
            flaw.severity,
            flaw.where,
            tables.safe_text(flaw.reason),
            tables.safe_text(flaw.fix),
        )
    return table


@click.command()
@click.argument("question")
@click.option("--text", help="The question itself, as it shall read.")
@click.option("--criteria", help="By which criteria it will be answered, from now on.")
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="URL",
    help="Where the answer will stand; replaces all.",
)
@click.option("--why", required=True, metavar="TEXT", help="Why it is reworded.")
@click.option(
    "--override", default="", metavar="TEXT", help="Why it stands although the linter objects."
)
@forecaster_option
@click.pass_context
def edit(
    context: click.Context,
    /,
    *,
    question: str,
    text: str | None,
    criteria: str | None,
    sources: tuple[str, ...],
    why: str,
    override: str,
    forecaster: ForecasterId | None,
) -> None:
    """Reword a question; forecasts keep their wording.

    Each forecast stays on the wording that it was made on.
    """
    wording = Wording(text, criteria, sources or None)
    with tracker_session(context) as tracker:
        tracker.questions.edit(question, wording, why=why, by=forecaster, override=override)
        versions = tracker.questions.get(question).versions
    console.print(
        f"{question} now has {len(versions)} wordings; `tracker question show {question}` tells "
        "them apart."
    )


@click.command()
@click.argument("question")
@click.option("--why", required=True, metavar="TEXT", help="Why it is taken back.")
@forecaster_option
@click.pass_context
def retract(
    context: click.Context, /, question: str, why: str, forecaster: ForecasterId | None
) -> None:
    """Take back a question that nobody has forecast yet.

    Afterwards it can only be annulled.
    """
    with tracker_session(context) as tracker:
        tracker.questions.retract(question, why, by=forecaster)
    console.print(f"{question} is taken back; its name is not given again.")
