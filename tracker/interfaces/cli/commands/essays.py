"""Commands on essays: add texts, list claims, set them aside, show and compare records."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Group
from rich.table import Table

from forecasts.essays.extract import Sentence
from forecasts.essays.track_record import TrackRecord
from forecasts.questions.formatting import format_percent, format_signed
from forecasts.questions.question import Essay, EssayId
from tracker.app.tracker import Tracker
from tracker.errors import Refused
from tracker.essays.essay_pages import split_sentences
from tracker.essays.extracting import (
    MAX_FILE_BYTES,
    NOT_ENGLISH,
    choose_essay_name,
    extract_text,
    find_title,
    is_english,
)
from tracker.files.user_files import read_bytes
from tracker.interfaces.cli import tables
from tracker.interfaces.cli.commands.sharing import private_options, read_members
from tracker.interfaces.cli.commands.terminal import as_json, console, print_result, tracker_session
from tracker.model.essays import EssayPage, EssayText, NewEssay
from tracker.model.json_values import to_json


@click.command()
@as_json
@click.pass_context
def list_essays(context: click.Context, /, json: bool) -> None:
    """List the essays and how their claims did.

    Of each it says how many of its forward-looking claims were asked.
    """
    with tracker_session(context) as tracker:
        essays = tracker.essays.list()
    table = tables.new_table(
        "essay",
        "title",
        "questions",
        "asked of forward-looking",
        "live record",
        "retrospective record",
    )
    for summary in essays:
        coverage = f"{summary.coverage.asked} of {summary.coverage.forward_looking}"
        records = [record.headline or "–" for record in (summary.live, summary.retrospective)]
        table.add_row(
            summary.essay.id,
            tables.safe_text(summary.essay.title),
            str(summary.questions),
            coverage,
            *records,
        )
    print_result(
        essays, json, table if essays else "No essays yet: add one with `tracker essay add FILE`."
    )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", metavar="ESSAY", help="Its short name (default: the file's name).")
@click.option("--title", default="", help="Its title (default: as it stands in the file).")
@click.option("--published", default="", metavar="DATE", help="When it appeared.")
@click.option("--note", default="", metavar="TEXT", help="Anything worth knowing about the copy.")
@private_options
@as_json
@click.pass_context
def add(
    context: click.Context,
    /,
    *,
    file: Path,
    name: str | None,
    title: str,
    published: str,
    note: str,
    json: bool,
    **sharing: Any,
) -> None:
    """Add an essay with its text, or a new version of its text.

    FILE is plain text, Markdown or a saved web page.
    """
    raw = read_bytes(file, MAX_FILE_BYTES)
    text, title = extract_text(raw, file.name), title.strip() or find_title(raw, file.name)
    new_essay = NewEssay(
        id=name or choose_essay_name(file.stem, title),
        title=title,
        text=text,
        source=file.name,
        published=published,
        note=note,
    )
    with tracker_session(context, create=True) as tracker:
        known = _find_page(tracker, new_essay.id)
        before = known.essay if known else None
        is_same = known is None or (known.text is not None and known.text.text == text)
        if name is None and before and not is_same and title not in ("", before.title):
            raise Refused(
                f"{before.id} is the essay “{before.title}”: give this one another --name, or say "
                f"--name {before.id} for a new version of that text"
            )
        stored = tracker.essays.add(new_essay, private_to=read_members(**sharing))
        page = tracker.essays.get(stored.essay_id)
    print_result(
        {"essay": stored.essay_id, "version": stored.version, "coverage": page.coverage},
        json,
        "\n".join(_describe_added(page, stored, before)),
    )


def _find_page(tracker: Tracker, name: str) -> EssayPage | None:
    return tracker.essays.get(name) if EssayId(name) in tracker.essays.titles() else None


def _describe_added(page: EssayPage, stored: EssayText, before: Essay | None) -> Iterator[str]:
    """Yield what was added, and what to do next."""
    count, essay = page.coverage.forward_looking, page.essay
    yield (
        f"{essay.id}, version {stored.version}, “{essay.title}”: "
        f"{count} {'sentence looks' if count == 1 else 'sentences look'} ahead."
    )
    if essay.published:
        is_new = before is None or before.published in ("", essay.published)
        was = "" if before is None or is_new else f" (was {before.published})"
        yield f"Published {essay.published}{was}: its dates count from then."
    if not is_english(stored.text):
        yield NOT_ENGLISH
    yield f"Next: tracker essay claims {essay.id}"


@click.command()
@click.argument("essay_or_file", metavar="ESSAY|FILE")
@click.option("--all", "everything", is_flag=True, help="Dropped sentences too.")
@as_json
@click.pass_context
def claims(context: click.Context, /, essay_or_file: str, everything: bool, json: bool) -> None:
    """Find the claims in a file, or in an essay.

    With --json it prints every sentence, with why it was kept or dropped.
    """
    path = Path(essay_or_file)
    if _is_file(path):
        sentences = split_sentences(extract_text(read_bytes(path, MAX_FILE_BYTES), path.name))
    else:
        with tracker_session(context) as tracker:
            page = tracker.essays.get(essay_or_file)
        if page.text is None:
            raise Refused(
                f"the text of {essay_or_file} is not kept: add it with `tracker essay add`, or "
                "name a file"
            )
        sentences = split_sentences(page.text.text, page.essay.published)
    claims_table = _build_claims_table([s for s in sentences if everything or s.kept])
    background = [s for s in sentences if s.is_background and not everything]
    parts = [claims_table, *([_build_background_table(background)] if background else [])]
    if not is_english(" ".join(sentence.text for sentence in sentences)):
        parts.append(NOT_ENGLISH)
    print_result(sentences, json, Group(*parts))


def _is_file(path: Path) -> bool:
    try:
        return path.exists() and not path.is_dir()
    except OSError:  # no file has so long a name
        return False


def _build_claims_table(sentences: list[Sentence]) -> Table | str:
    if not sentences:
        return "No forward-looking sentence: nothing in this text can be asked."
    table = tables.new_table("at", "kind", "cue", "modality", "score", "sentence")
    for sentence in sentences:
        numbers = (f"{sentence.modality:.2f}", f"{sentence.score:.2f}")
        table.add_row(
            str(sentence.offset),
            sentence.kind or "–",
            sentence.cue or "–",
            *numbers,
            tables.safe_text(sentence.text),
        )
    return table


def _build_background_table(sentences: list[Sentence]) -> Table:
    table = tables.new_table("at", "kind", "background: facts to check today, no claims")
    for sentence in sentences:
        table.add_row(str(sentence.offset), sentence.kind or "–", tables.safe_text(sentence.text))
    return table


@click.command()
@click.argument("name", metavar="ESSAY")
@click.argument("at", type=int)
@click.option("--why", required=True, metavar="TEXT", help="Why it cannot be tested.")
@as_json
@click.pass_context
def reject(context: click.Context, /, *, name: str, at: int, why: str, json: bool) -> None:
    """Set the sentence at a character aside as untestable."""
    with tracker_session(context) as tracker:
        rejection = tracker.essays.reject_claim(name, at, why)
    print_result(rejection, json, f"The sentence at {rejection.offset} is set aside.")


@click.command()
@click.argument("name", metavar="ESSAY")
@click.argument("at", type=int)
@as_json
@click.pass_context
def restore(context: click.Context, /, name: str, at: int, json: bool) -> None:
    """Take a sentence up again that was set aside."""
    with tracker_session(context) as tracker:
        tracker.essays.restore_claim(name, at)
    print_result({"essay": name, "at": at}, json, f"The sentence at {at} is taken up again.")


@click.command()
@click.argument("name", metavar="ESSAY")
@as_json
@click.pass_context
def remove(context: click.Context, /, name: str, json: bool) -> None:
    """Remove an essay from which no question was opened.

    `tracker essay add` with the same file brings it back.
    """
    with tracker_session(context) as tracker:
        tracker.essays.remove(name)
    print_result({"essay": name}, json, f"{name} is removed.")


@click.command()
@click.argument("name", metavar="ESSAY")
@as_json
@click.pass_context
def show_map(context: click.Context, /, name: str, json: bool) -> None:
    """Show an essay with its record written over it.

    Beneath it stands the verdict: what chance alone would give, and claim by claim.
    """
    with tracker_session(context) as tracker:
        page = tracker.essays.get(name)
    if json:
        record = {
            "coverage": page.coverage,
            "map": page.mapped,
            "live": page.live,
            "retrospective": page.retrospective,
        }
        click.echo(to_json(record))
        return
    _print_map(page)


def _print_map(page: EssayPage) -> None:
    table = tables.new_table("at", "state", "claim", "because")
    for entry in page.mapped:
        if entry.state not in ("not forward-looking", "dropped"):
            is_short = entry.share is None and not entry.tests.weak
            table.add_row(
                str(entry.sentence.offset),
                entry.state if is_short else entry.words,
                tables.safe_text(entry.sentence.text),
                tables.safe_text(entry.why),
            )
    console.print(table)
    for name, record in (("Live", page.live), ("Retrospective", page.retrospective)):
        _print_record(name, record)


def _print_record(name: str, record: TrackRecord) -> None:
    console.print(f"{name}: {record.words}.", style="bold")
    for line in (record.chance_words, record.skill_words, record.test_words):
        if line:
            console.print(line)
    if not record.scores:
        return
    lines = tables.new_table("claim", "borne out", "by chance", "skill", "quote")
    for score in record.scores:
        lines.add_row(
            score.claim.id,
            f"{round(score.tally.borne_out, 1):g} of {score.tally.answered}",
            format_percent(score.tally.expected),
            "–" if score.skill is None else format_signed(score.skill, 2),
            tables.safe_text(score.claim.quote),
        )
    console.print(lines)


@click.command()
@click.argument("first", metavar="ESSAY")
@click.argument("second", metavar="ESSAY")
@as_json
@click.pass_context
def compare(context: click.Context, /, first: str, second: str, json: bool) -> None:
    """Compare the records of two essays, beyond chance.

    Skill is what was borne out beyond the base rates. Live and retrospective records stay apart.
    """
    with tracker_session(context) as tracker:
        comparison = tracker.essays.compare(first, second)
    if json:
        click.echo(to_json(comparison))
        return
    titles = comparison.first.title, comparison.second.title
    for name, records in (("Live", comparison.live), ("Retrospective", comparison.retrospective)):
        table = tables.new_table("essay", "answered", "borne out", "by chance", "skill per claim")
        for title, record in zip(titles, (records.first, records.second), strict=True):
            table.add_row(tables.safe_text(title), *record.comparison_cells)
        console.print(f"{name}:", style="bold")
        console.print(table)
        for line in records.describe(*titles):
            console.print(tables.safe_text(line))
