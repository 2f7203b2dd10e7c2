"""Question sets: check a folder, load it, write one, and list those that come with the tracker."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from forecasts.question_sets.question_set import QuestionSet
from forecasts.questions.question import QuestionId
from tracker.app import question_set_checks as set_checks
from tracker.app import question_set_files as question_sets
from tracker.errors import Refused
from tracker.interfaces.cli import tables as printing
from tracker.interfaces.cli.commands.terminal import as_json, chosen, console, opened, show

if TYPE_CHECKING:
    from forecasts.linting.lint import Flaw


@click.group()
def sets() -> None:
    """Check, load and write question sets."""


@sets.command("list")
@as_json
@click.pass_context
def list_sets(context: click.Context, /, json: bool) -> None:
    """List the sets that come with the tracker."""
    found = {name: question_sets.load(name) for name in question_sets.built_in()}
    table = printing.table_of("set", "title", "claims", "questions", "indicators", "feeds")
    for name, one in found.items():
        counts = (len(one.claims), len(one.questions), len(one.indicators), len(one.feeds))
        table.add_row(name, printing.safe(one.essay.title), *map(str, counts))
    show([{"name": name, **_counts(one)} for name, one in found.items()], json, table)


@sets.command()
@click.argument("question_set", metavar="SET")
@as_json
@click.pass_context
def validate(context: click.Context, /, question_set: str, json: bool) -> None:
    """Read a set and say what is in it and what is wrong with its questions; nothing is loaded.

    Exit code 2 for a set that cannot be read, and for one with a question that has blocking flaws
    and no override.
    """
    found = question_sets.load(question_set)
    flaws = set_checks.flaws_of(found, chosen(context).keep_days, datetime.now(UTC))
    blocked = set_checks.blocked(found, flaws)
    summary = {**_counts(found), "flaws": flaws, "overrides": found.overrides, "blocked": blocked}
    show(summary, json, _in_words(question_set, found, sound=not blocked))
    if flaws and not json:
        console.print(_flaws_table(found, flaws))
    if blocked:
        raise Refused(
            f"{', '.join(blocked)}: mend the blocking flaws, or say in 'override' why it is "
            "asked all the same"
        )


@sets.command("import")
@click.argument("question_set", metavar="SET")
@as_json
@click.pass_context
def import_set(context: click.Context, /, question_set: str, json: bool) -> None:
    """Load a question set: a folder, or the name of a built-in one."""
    found = question_sets.load(question_set)
    with opened(context, create=True) as tracker:
        loaded = tracker.load(found)
    show(
        loaded,
        json,
        f"Loaded “{loaded.title}”: {loaded.questions} new questions, {loaded.feeds} new feeds.",
    )


@sets.command("export")
@click.argument("essay")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace the question set that is in the folder.")
@as_json
@click.pass_context
def export_set(
    context: click.Context, /, essay: str, folder: Path, json: bool, *, force: bool
) -> None:
    """Write an essay with its claims, questions, links and scenarios to a folder, as a question
    set.
    """
    with opened(context) as tracker:
        found = tracker.export_set(essay)
    written = question_sets.save(found, folder, force=force)
    told = (
        f"Wrote “{found.essay.title}” to {folder}: {len(found.questions)} questions in "
        f"{len(written)} files."
    )
    show({"folder": folder, "files": written, **_counts(found)}, json, told)


def _counts(found: QuestionSet) -> dict[str, object]:
    return {
        "title": found.essay.title,
        "claims": len(found.claims),
        "rejected": len(found.rejections),
        "questions": len(found.questions),
        "kinds": dict(Counter(question.kind for question in found.questions)),
        "indicators": len(found.indicators),
        "feeds": len(found.feeds),
        "events": len(found.events),
        "resolutions": len(found.resolutions),
        "unchecked": sum(e.needs_check for e in found.events)
        + sum(r.needs_check for r in found.resolutions),
        "scenarios": len(found.scenarios),
        "links": len(found.links),
    }


def _in_words(name: str, found: QuestionSet, *, sound: bool) -> str:
    kinds = Counter(question.kind for question in found.questions)
    told = [
        (
            f"{len(found.questions)} questions "
            f"({', '.join(f'{count} {kind}' for kind, count in kinds.items())})"
        ),
        f"{len(found.claims)} claims",
        f"{len(found.indicators)} indicators",
        f"{len(found.feeds)} feeds",
        f"{len(found.links)} links",
    ]
    judged = "is sound" if sound else "can be read"
    return f"{name} {judged}: {', '.join(told)}."


def _flaws_table(found: QuestionSet, flaws: Mapping[QuestionId, "tuple[Flaw, ...]"]) -> Table:
    table = printing.table_of("question", "weight", "where", "what is wrong", "what would help")
    for question_id, of_question in flaws.items():
        for flaw in of_question:
            weight = (
                "overridden"
                if flaw.severity == "blocking" and question_id in found.overrides
                else flaw.severity
            )
            said = (printing.safe(text) for text in (flaw.reason, flaw.fix))
            table.add_row(question_id, weight, flaw.where, *said)
    return table
