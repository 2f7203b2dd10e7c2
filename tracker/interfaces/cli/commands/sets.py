"""Commands on question sets: list, validate, import and export."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from forecasts.essays.claim_outcomes import count_tests
from forecasts.question_sets.question_set import QuestionSet
from forecasts.questions.question import QuestionId
from tracker.app import question_set_files
from tracker.errors import Refused
from tracker.interfaces.cli import tables
from tracker.interfaces.cli.commands.terminal import (
    as_json,
    console,
    print_result,
    settings_of,
    tracker_session,
)

if TYPE_CHECKING:
    from forecasts.linting.lint import Flaw


@click.command()
@as_json
@click.pass_context
def list_sets(context: click.Context, /, json: bool) -> None:
    """List the question sets that come with the tracker."""
    sets_by_name = {
        name: question_set_files.load_question_set(name)
        for name in question_set_files.list_built_in_sets()
    }
    table = tables.new_table("set", "title", "claims", "questions", "indicators", "feeds")
    for name, question_set in sets_by_name.items():
        counts = (
            len(question_set.claims),
            len(question_set.questions),
            len(question_set.indicators),
            len(question_set.feeds),
        )
        table.add_row(name, tables.safe_text(question_set.essay.title), *map(str, counts))
    print_result(
        [
            {"name": name, **_count_parts(question_set)}
            for name, question_set in sets_by_name.items()
        ],
        json,
        table,
    )


@click.command()
@click.argument("question_set", metavar="SET")
@as_json
@click.pass_context
def check_set(context: click.Context, /, question_set: str, json: bool) -> None:
    """Check a question set; nothing is loaded.

    It says what is in the set and what is wrong with its questions. SET is a folder, or the name of
    a built-in one. Exit code 2 for a set that cannot be read, and for one with a question that has
    blocking flaws and no override.
    """
    loaded = question_set_files.load_question_set(question_set)
    flaws = question_set_files.lint_question_set(
        loaded, settings_of(context).keep_days, datetime.now(UTC)
    )
    blocked = question_set_files.list_blocked_questions(loaded, flaws)
    summary = {
        **_count_parts(loaded),
        "tests": count_tests(loaded.questions),
        "flaws": flaws,
        "overrides": loaded.overrides,
        "blocked": blocked,
    }
    print_result(summary, json, _describe_set(question_set, loaded, sound=not blocked))
    if flaws and not json:
        console.print(_build_flaws_table(loaded, flaws))
    if blocked:
        raise Refused(
            f"{', '.join(blocked)}: mend the blocking flaws, or say in 'override' why it is "
            "asked all the same"
        )


@click.command()
@click.argument("question_set", metavar="SET")
@as_json
@click.pass_context
def import_set(context: click.Context, /, question_set: str, json: bool) -> None:
    """Load a question set.

    SET is a folder, or the name of a built-in one. What is new in it is added.
    """
    parsed = question_set_files.load_question_set(question_set)
    with tracker_session(context, create=True) as tracker:
        loaded = tracker.question_sets.load(parsed)
    print_result(
        loaded,
        json,
        f"Loaded “{loaded.title}”: {loaded.questions} new questions, {loaded.feeds} new feeds"
        + (f", {loaded.siblings} siblings that close soon." if loaded.siblings else ".")
        + (f"\n{loaded.offer}" if loaded.offer else ""),
    )


@click.command()
@click.argument("essay")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace the question set that is in the folder.")
@as_json
@click.pass_context
def export_set(
    context: click.Context, /, essay: str, folder: Path, json: bool, *, force: bool
) -> None:
    """Write an essay with all its questions as a question set.

    The folder has its claims, questions, links and scenarios.
    """
    with tracker_session(context) as tracker:
        exported = tracker.question_sets.export(essay)
    written = question_set_files.save_question_set(exported, folder, force=force)
    message = (
        f"Wrote “{exported.essay.title}” to {folder}: {len(exported.questions)} questions in "
        f"{len(written)} files."
    )
    print_result({"folder": folder, "files": written, **_count_parts(exported)}, json, message)


def _count_parts(question_set: QuestionSet) -> dict[str, object]:
    return {
        "title": question_set.essay.title,
        "claims": len(question_set.claims),
        "rejected": len(question_set.rejections),
        "questions": len(question_set.questions),
        "kinds": dict(Counter(question.kind for question in question_set.questions)),
        "indicators": len(question_set.indicators),
        "feeds": len(question_set.feeds),
        "events": len(question_set.events),
        "resolutions": len(question_set.resolutions),
        "unchecked": sum(e.needs_check for e in question_set.events)
        + sum(r.needs_check for r in question_set.resolutions),
        "scenarios": len(question_set.scenarios),
        "links": len(question_set.links),
    }


def _describe_set(name: str, question_set: QuestionSet, *, sound: bool) -> str:
    kinds = Counter(question.kind for question in question_set.questions)
    counts = [
        (
            f"{len(question_set.questions)} questions "
            f"({', '.join(f'{count} {kind}' for kind, count in kinds.items())})"
        ),
        f"{len(question_set.claims)} claims",
        f"{len(question_set.indicators)} indicators",
        f"{len(question_set.feeds)} feeds",
        f"{len(question_set.links)} links",
    ]
    judged = "is sound" if sound else "can be read"
    return f"{name} {judged}: {', '.join(counts)}.{_describe_tests(question_set)}"


def _describe_tests(question_set: QuestionSet) -> str:
    """Describe how many questions test claims, and how many of those say little by their prior."""
    tests = count_tests(question_set.questions)
    if not tests.total:
        return ""
    weak = tests.words or "none could hardly fail or succeed"
    return f" Tests of claims: {tests.total}; {weak}."


def _build_flaws_table(
    question_set: QuestionSet, flaws: Mapping[QuestionId, "tuple[Flaw, ...]"]
) -> Table:
    table = tables.new_table("question", "weight", "where", "what is wrong", "what would help")
    for question_id, question_flaws in flaws.items():
        for flaw in question_flaws:
            weight = (
                "overridden"
                if flaw.severity == "blocking" and question_id in question_set.overrides
                else flaw.severity
            )
            texts = (tables.safe_text(text) for text in (flaw.reason, flaw.fix))
            table.add_row(question_id, weight, flaw.where, *texts)
    return table
