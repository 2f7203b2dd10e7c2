"""Commands that list, show and resolve questions, and edit their statements."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict, TypeVar, Unpack, get_args

import click
from rich.table import Table

from forecasts.distributions.probability import logit, sigmoid
from forecasts.errors import InvalidQuestion
from forecasts.questions.compiled_question import (
    CompiledQuestion,
    build_own_lines,
    change_lines,
    parse_names,
)
from forecasts.questions.formatting import format_percent, format_signed, format_utc_minute
from forecasts.questions.question import ForecasterId, Status, utc
from forecasts.suggestion.changes import ProbabilityChange
from tracker.errors import Refused
from tracker.interfaces.cli import score_tables, tables
from tracker.interfaces.cli.commands.terminal import (
    as_json,
    console,
    forecaster_option,
    print_result,
    tracker_session,
)
from tracker.model.evidence import EvidenceCard
from tracker.model.json_values import suggestion_record, to_json, to_plain


@click.command()
@click.option(
    "--status", type=click.Choice(get_args(Status)), help="Only questions with this status."
)
@click.option("--tag", help="Only questions with this tag.")
@as_json
@click.pass_context
def list_questions(
    context: click.Context, /, status: Status | None, tag: str | None, json: bool
) -> None:
    """List the questions with their current numbers."""
    with tracker_session(context) as tracker:
        rows = [
            r
            for r in tracker.questions.list()
            if status in (None, r.status) and (tag is None or tag in r.question.tags)
        ]
        me = tracker.settings.me
    print_result([tables.question_row(r, me) for r in rows], json, tables.questions_table(rows, me))


@click.command()
@click.argument("question")
@click.option(
    "--moved",
    "since",
    metavar="SINCE",
    help="Instead: why the estimate moved since then (UTC or a zone).",
)
@click.option("--until", metavar="TIME", help="With --moved: up to then (default: now).")
@as_json
@click.pass_context
def show_question(
    context: click.Context, /, *, question: str, since: str | None, until: str | None, json: bool
) -> None:
    """Show a question: numbers, reasons, evidence, its answer.

    The reasons say why the estimate is what it is, or with --moved why it moved.
    """
    if until and not since:
        raise click.UsageError("--until needs --moved SINCE")
    with tracker_session(context) as tracker:
        move = (
            tracker.questions.explain_change(question, utc(since), utc(until) if until else None)
            if since
            else None
        )
        page = tracker.questions.get(question)
        record = tracker.learning.matcher_record()
        family = tracker.questions.siblings(question)
    if move is not None:
        print_result(
            {**to_plain(move), "log_odds": move.log_odds},
            json,
            change_table(move, page.evidence),
        )
    elif json:
        click.echo(
            to_json(
                {
                    **to_plain(page),
                    "siblings": to_plain(family),
                    "precision": to_plain(record.questions.get(page.summary.question.id)),
                    "why": suggestion_record(page.summary.question, page.suggestion),
                }
            )
        )
    else:
        from tracker.interfaces.cli.commands.answers import list_answer_lines

        tables.print_question(console, page)
        for line in list_answer_lines(page.summary.question, page.desk):
            console.print(tables.safe_text(line))
        if family is not None:
            from tracker.interfaces.cli.commands.repeating import describe_family

            console.print(tables.safe_text(describe_family(family, question)))
        if words := record.describe_question(page.summary.question.id):
            console.print(tables.safe_text(words))


def change_table(move: ProbabilityChange, cards: Sequence[EvidenceCard]) -> Table:
    """Build the table of reasons for a change; they add up in log-odds, percentages depend on the
    order.
    """
    table = tables.new_table("why", "log-odds", "then")
    spread = f"{format_percent(move.before)} → {format_percent(move.after)}"
    table.title = (
        f"estimate {spread}, {format_utc_minute(move.since)} to {format_utc_minute(move.until)}"
    )
    headlines = {card.evidence.id: f"“{card.headline}”, " for card in cards}
    z = start = logit(move.before)
    table.add_row("before", "", format_percent(move.before))
    for reason in move.reasons:
        z += reason.log_odds
        headline = headlines.get(reason.evidence_id, "") if reason.evidence_id is not None else ""
        table.add_row(
            tables.safe_text(f"{reason.cause}: {headline}{reason.why}"),
            format_signed(reason.log_odds, 3),
            format_percent(sigmoid(z)),
        )
    table.add_row("sum", format_signed(z - start, 3), format_percent(move.after))
    return table


class _AnswerOptions(TypedDict):
    source: str | None
    known_at: str | None
    event_at: str | None
    note: str
    forecaster: ForecasterId | None


@click.command(context_settings={"ignore_unknown_options": True})  # an answer may be −12.5
@click.argument("question")
@click.argument("answer", required=False)
@click.option("--source", metavar="URL", help="Where anyone can check the answer.")
@click.option(
    "--known-at",
    metavar="TIME",
    help="When it was known, with zone; a bare date is UTC.",
)
@click.option("--event-at", metavar="TIME", help="When it happened (default: when it was known).")
@click.option(
    "--note", default="", metavar="TEXT", help="One sentence on how the criteria were met."
)
@click.option(
    "--proposed",
    is_flag=True,
    help="Confirm the answer that a series or a decisive report gives; ANSWER is left out.",
)
@click.option("--key", metavar="KEY", help="With --proposed: which one, where several differ.")
@forecaster_option
@as_json
@click.pass_context
def resolve(
    context: click.Context,
    /,
    question: str,
    answer: str | None,
    *,
    proposed: bool,
    key: str | None,
    json: bool,
    **options: Unpack[_AnswerOptions],
) -> None:
    """Answer a question, or annul it.

    ANSWER is yes or no, the name of an option, a number, a date, below, above or never; or annulled
    or ambiguous. A later answer supersedes this one.
    """
    source, known_at = options["source"], options["known_at"]
    if proposed:
        if answer is not None or source is not None or known_at is not None:
            raise Refused("--proposed brings the answer, its source and its time: give none")
        _print_confirmed(context, question, key=key, by=options["forecaster"], json=json)
        return
    if answer is None or source is None or known_at is None:
        raise click.UsageError("give ANSWER, --source and --known-at; or --proposed alone")
    with tracker_session(context) as tracker:
        scores = tracker.resolutions.resolve(
            question,
            answer,
            source_url=source,
            known_at=utc(known_at),
            event_at=utc(options["event_at"]) if options["event_at"] else None,
            note=options["note"],
            by=options["forecaster"],
        )
        status, receipts = (
            tracker.questions.get(question).summary.status,
            tracker.resolutions.receipts(question),
        )
    unscored = f"{question} is {status}: nobody is scored on it."
    print_result(scores, json, score_tables.scores_table(receipts, scores) if scores else unscored)


def _print_confirmed(
    context: click.Context,
    question: str,
    *,
    key: str | None,
    by: ForecasterId | None,
    json: bool,
) -> None:
    """Confirm a proposed answer and print everyone's scores."""
    with tracker_session(context) as tracker:
        scores = tracker.resolutions.resolve_proposed(question, key=key, by=by)
        status = tracker.questions.get(question).summary.status
        receipts = tracker.resolutions.receipts(question)
    unscored = f"{question} is {status}: nobody is scored on it."
    print_result(scores, json, score_tables.scores_table(receipts, scores) if scores else unscored)


Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--yes",
        metavar="LINE",
        help="A headline that would report YES; of a number higher, of a date earlier.",
    ),
    click.option("--no", metavar="LINE", help="A headline that would report NO; lower, or later."),
    click.option(
        "--option-statement",
        "option_statements",
        multiple=True,
        metavar="NAME=LINE",
        help="A headline that would report an option; once for each.",
    ),
    click.option(
        "--name",
        "names",
        multiple=True,
        metavar="NAME|NAME",
        help="Who or what to look for, with all spellings; may be given again.",
    ),
)


def statement_options(command: Command) -> Command:
    """Give a command the options that word the lines of a question."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_own_lines(fields: Mapping[str, Any]) -> CompiledQuestion | None:
    """Read the lines that the options word; None if they word none."""
    if not any(fields[name] for name in ("yes", "no", "option_statements", "names")):
        return None
    return build_own_lines(
        fields["yes"] or "",
        fields["no"] or "",
        _parse_option_statements(fields["option_statements"]),
        parse_names(fields["names"]),
    )


def _parse_option_statements(typed: tuple[str, ...]) -> dict[str, str]:
    lines: dict[str, str] = {}
    for text in typed:
        name, mark, line = text.partition("=")
        if not mark or not name.strip():
            raise InvalidQuestion(
                f"{text!r} names no option: write NAME=LINE, such as Moscow='She flies to Moscow'"
            )
        lines[" ".join(name.split())] = line
    return lines


@click.command()
@click.argument("question")
@statement_options
@click.option("--reset", is_flag=True, help="Leave all lines to the rules again.")
@forecaster_option
@as_json
@click.pass_context
def statements(
    context: click.Context,
    /,
    *,
    question: str,
    reset: bool,
    forecaster: ForecasterId | None,
    json: bool,
    **fields: Any,
) -> None:
    """Show the lines that news is compared with, or edit them.

    Lines that are not given stay as they are; an empty one is left to the rules.
    """
    is_edit = any(value not in (None, ()) for value in fields.values())
    if reset and is_edit:
        raise Refused("--reset leaves every line to the rules: give no line beside it")
    with tracker_session(context) as tracker:
        if reset:
            tracker.questions.reset_statements(question, by=forecaster)
        elif is_edit:
            changed = change_lines(
                tracker.questions.get_statements(question).compiled,
                yes=fields["yes"],
                no=fields["no"],
                options=_parse_option_statements(fields["option_statements"]),
                names=parse_names(fields["names"]) if fields["names"] else None,
            )
            tracker.questions.set_statements(question, changed, by=forecaster)
        page = tracker.questions.get(question)
    print_result(
        page.statements.compiled,
        json,
        tables.statements_table(page.summary.question, page.statements),
    )
