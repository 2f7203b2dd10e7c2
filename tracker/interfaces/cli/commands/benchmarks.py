"""Commands on benchmarks: the same question on a market or another platform."""

import click
from rich.table import Table

from forecasts.questions.formatting import format_percent, format_utc_minute
from forecasts.questions.question import ForecasterId
from tracker.errors import Refused
from tracker.interfaces.cli import tables
from tracker.interfaces.cli.commands.terminal import (
    as_json,
    console,
    forecaster_option,
    print_result,
    tracker_session,
)
from tracker.model.benchmarks import Benchmark, LookUp, OptionPairs, Quote, SameQuestion


@click.command()
@click.argument("question", required=False, default="")
@as_json
@click.pass_context
def list_benchmarks(context: click.Context, /, *, question: str, json: bool) -> None:
    """List the linked questions on other platforms."""
    with tracker_session(context) as tracker:
        listed = tracker.benchmarks.list(question)
    if not listed and not json:
        print_result(listed, json, "None: `tracker question link-benchmark` links one.")
        return
    table = tables.new_table("question", "platform", "state", "last read", "address")
    for benchmark in listed:
        table.add_row(*map(tables.safe_text, _list_cells(benchmark)))
    print_result(listed, json, table)
    if not json:
        for benchmark in filter(lambda b: b.hint, listed):
            console.print(tables.safe_text(f"{benchmark.link.question_id}: {benchmark.hint}"))


def _list_cells(benchmark: Benchmark) -> tuple[str, ...]:
    link, last_at = benchmark.link, benchmark.polls.last_at
    read = "" if last_at is None else format_utc_minute(last_at)
    return link.question_id, benchmark.name, benchmark.status, read, link.url


@click.command()
@click.argument("question")
@click.argument("address")
@click.option("--yes", "code", metavar="CODE", help="It is the same question: the code shown.")
@click.option("--inverted", is_flag=True, help="Their YES is our NO.")
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="OURS=THEIRS",
    help="Two options that are the same; those of one name are paired without it.",
)
@forecaster_option
@as_json
@click.pass_context
def link_benchmark(
    context: click.Context,
    /,
    question: str,
    address: str,
    *,
    code: str | None,
    inverted: bool,
    options: tuple[str, ...],
    forecaster: ForecasterId | None,
    json: bool,
) -> None:
    """Link the same question elsewhere, to be read and scored.

    Of Manifold, Polymarket, Kalshi or Metaculus. Without --yes both criteria are shown with a
    code; --yes CODE says that you read them and that both are the same question.
    """
    with tracker_session(context) as tracker:
        seen = tracker.benchmarks.look_up(question, address)
        if code is None:
            print_result(seen, json, _build_comparison(seen))
            if not json:
                console.print(tables.safe_text(_describe_next_step(seen, address)))
            return
        if code != seen.quote.code:
            raise Refused(f"{seen.name} shows other criteria than those of {code!r}: read them")
        choice = SameQuestion(inverted, _pair_options(seen, options))
        benchmark = tracker.benchmarks.link(seen, choice, by=forecaster)
    words = f"{benchmark.name} is read from now on, as {benchmark.forecaster_id}."
    print_result(benchmark, json, words)


def _build_comparison(seen: LookUp) -> Table:
    ours, theirs = seen.question, seen.quote
    closes = [format_utc_minute(at) if at else "" for at in (ours.closes_at, theirs.closes_at)]
    rows = (
        ("question", ours.text, theirs.title),
        ("criteria", ours.criteria, theirs.criteria or "none given"),
        ("closes", *closes),
        ("options", ", ".join(o.name for o in ours.options), _join_options(theirs)),
        ("now", "", _describe_quote(theirs)),
    )
    table = tables.new_table("", "yours", seen.name)
    for name, mine, other in rows:
        if mine or other:
            table.add_row(name, tables.safe_text(mine), tables.safe_text(other))
    return table


def _join_options(quote: Quote) -> str:
    return ", ".join(f"{name} {format_percent(p)}" for name, p in quote.shares)


def _describe_quote(quote: Quote) -> str:
    p = "" if quote.p is None else format_percent(quote.p)
    return " · ".join(filter(None, (p, quote.size)))


def _describe_next_step(seen: LookUp, address: str) -> str:
    if seen.refusal:
        return f"It cannot be linked: {seen.refusal}."
    command = f"tracker question link-benchmark {seen.question.id} {address}"
    return f"Is this the same question? Then: {command} --yes {seen.quote.code}"


def _pair_options(seen: LookUp, typed: tuple[str, ...]) -> OptionPairs:
    """Return the pairs of the same name, with those that were typed in their place."""
    pairs = dict(seen.options)
    for text in typed:
        ours, equals, theirs = text.partition("=")
        if not equals:
            raise click.UsageError(f"write --option OURS=THEIRS, not {text!r}")
        pairs[ours.strip()] = theirs.strip()
    return tuple(pairs.items())


@click.command()
@click.argument("question")
@click.argument("platform")
@forecaster_option
@as_json
@click.pass_context
def unlink_benchmark(
    context: click.Context,
    /,
    question: str,
    platform: str,
    *,
    forecaster: ForecasterId | None,
    json: bool,
) -> None:
    """Read a question elsewhere no more; its forecasts stay.

    It holds no forecast from then on; what was read is scored for the time in which it stood.
    """
    with tracker_session(context) as tracker:
        ended = tracker.benchmarks.unlink(question, platform, by=forecaster)
    print_result(ended, json, f"{ended.name} is no longer read for {question}.")
