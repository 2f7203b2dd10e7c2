"""Scenario sets, links between questions, and what is expected next."""

from typing import get_args

import click

from forecasts.links import Link, LinkId, LinkKind
from forecasts.question import ForecasterId, QuestionId
from forecasts.scenario_set import LikelihoodRow, likelihood_from
from tracker import printing
from tracker.commands.terminal import acting_as, as_json, console, opened, show
from tracker.scenarios.values import Coherence, ScenarioPage


@click.group()
def scenarios() -> None:
    """Whole futures: how they stand, and what would change our mind."""


@scenarios.command("list")
@as_json
@click.pass_context
def list_scenarios(context: click.Context, /, json: bool) -> None:
    """List the scenario sets."""
    with opened(context) as tracker:
        found = tracker.scenario_sets()
    table = printing.table_of("question", "title", "scenarios", "indicator questions")
    for one in found:
        counts = (str(len(one.scenario_set.descriptions)), str(len(one.scenario_set.rows)))
        table.add_row(one.scenario_set.question_id, printing.safe(one.scenario_set.title), *counts)
    show(found, json, table if found else "No scenario sets yet.")


@scenarios.command("show")
@click.argument("question")
@as_json
@click.pass_context
def show_scenarios(context: click.Context, /, question: str, json: bool) -> None:
    """Show a scenario set: its shares now, its table, and what each indicator question could change."""
    with opened(context) as tracker:
        page = tracker.scenarios(question)
    if json:
        click.echo(printing.to_json(page))
    else:
        _print_scenarios(page)


def _print_scenarios(page: ScenarioPage) -> None:
    options = page.summary.question.offered(page.summary.question.opens_at)
    now = page.history[-1].shares if page.history else ()
    table = printing.table_of("scenario", "by the table now", "what it is")
    for n, (name, told) in enumerate(zip(options, page.scenario_set.descriptions, strict=False)):
        table.add_row(printing.safe(name), f"{now[n]:.0%}" if now else "–", printing.safe(told))
    console.print(table)
    rows = printing.table_of("indicator question", "now", *map(printing.as_title, options))
    for row in page.scenario_set.rows:
        seat = page.board[row.question_id]
        said = "–" if seat.p is None else f"{seat.p:.0%}"
        rows.add_row(row.question_id, said, *(f"{p:.0%}" for p in row.p))
    console.print(rows)


@scenarios.command("row")
@click.argument("question")
@click.argument("indicator")
@click.argument("words", nargs=-1, required=True)
@click.option("--why", default="", metavar="TEXT", help="What the row rests on.")
@click.pass_context
def set_row(  # noqa: PLR0917  one value of each option
    context: click.Context, /, question: str, indicator: str, words: tuple[str, ...], why: str
) -> None:
    """Say how likely an indicator question is answered YES in each scenario, in their order.

    Each of WORDS is a number from 0 to 1 or one of: almost no chance, very unlikely, roughly even chance, very likely,
    almost certain.
    """
    row = LikelihoodRow(QuestionId(indicator), tuple(map(likelihood_from, words)), why)
    with opened(context) as tracker:
        tracker.set_likelihoods(question, row)
        page = tracker.scenarios(question)
    _print_scenarios(page)


@click.group()
def links() -> None:
    """Questions bound to each other, and what contradicts what."""


@links.command("list")
@as_json
@click.pass_context
def list_links(context: click.Context, /, json: bool) -> None:
    """List the links, the contradictions between forecasts, and how earlier repairs did."""
    with opened(context) as tracker:
        found = tracker.coherence()
    if json:
        click.echo(printing.to_json(found))
    else:
        _print_coherence(found)


def _print_coherence(found: Coherence) -> None:
    table = printing.table_of("link", "kind", "title", "questions")
    for link in found.links:
        table.add_row(link.id, link.kind, printing.safe(link.title), ", ".join(link.question_ids))
    console.print(table if found.links else "No links yet.")
    for one in found.contradictions:
        v = one.violation
        numbers = ", ".join(f"{b:.0%} → {a:.0%}" for b, a in zip(v.repair.before, v.repair.after, strict=True))
        console.print(
            f"{one.forecaster.name} on {v.link.id}: {v.words}; {v.nats:.3f} nats; nearest coherent: {numbers}"
        )
    for repair in found.repairs:
        gain = "not answered yet" if repair.gain is None else f"the repair gains {repair.gain:+.3f} nats"
        console.print(f"{repair.decision.decision} on {repair.link.id} by {repair.decision.forecaster_id}: {gain}")


@links.command("add")
@click.argument("name")
@click.argument("kind", type=click.Choice(get_args(LinkKind)))
@click.argument("questions", nargs=-1, required=True)
@click.option("--title", required=True, help="What the questions have in common.")
@click.option("--label", "labels", multiple=True, help="A question's name in a chart; once for each, in order.")
@click.option("--why", default="", metavar="TEXT", help="What the link rests on.")
@click.pass_context
def add_link(  # noqa: PLR0917  one value of each option
    context: click.Context, /, name: str, kind: LinkKind, questions: tuple[str, ...], title: str,
    labels: tuple[str, ...], why: str,
) -> None:  # fmt: skip
    """Bind questions to each other, in the order that the kind asks for."""
    link = Link(LinkId(name), kind, tuple(map(QuestionId, questions)), title, labels, why)
    with opened(context) as tracker:
        tracker.add_link(link)
    console.print(f"{name} binds {', '.join(questions)}.")


@links.command("repair")
@click.argument("name")
@click.option("--decline", is_flag=True, help="Keep the forecasts as they are; the repair is scored all the same.")
@click.option("--why", default="", metavar="TEXT", help="Why.")
@acting_as
@as_json
@click.pass_context
def repair(  # noqa: PLR0917  one value of each option
    context: click.Context, /, name: str, decline: bool, why: str, who: str | None, json: bool
) -> None:
    """Adopt the nearest forecasts that do not contradict each other on a link, or decline them."""
    with opened(context) as tracker:
        by = ForecasterId(who) if who else None
        made = tracker.decide_repair(name, "declined" if decline else "adopted", why=why, by=by)
    numbers = ", ".join(
        f"{q} {b:.0%} → {a:.0%}" for q, b, a in zip(made.question_ids, made.before, made.after, strict=True)
    )
    show(made, json, f"{made.decision.capitalize()}: {numbers}")


@click.command()
@as_json
@click.pass_context
def calendar(context: click.Context, /, json: bool) -> None:
    """Show what to expect next: signposts, closes and answers, with what it says if they come or stay out."""
    with opened(context) as tracker:
        found = tracker.calendar()
    if json:
        click.echo(printing.to_json({"expected": found.expected, "marks": found.marks}))
        return
    table = printing.table_of("by", "what", "question", "if seen", "if silent")
    for one in found.expected:
        name = one.indicator.name if one.indicator else one.what
        ratios = [("–" if r is None else f"×{r:.2f}") for r in (one.if_seen, one.if_silent)]
        table.add_row(printing.day(one.at), printing.safe(name), one.question_id, *ratios)
    console.print(table if found.expected else "Nothing is expected: no open question has a date to come.")
