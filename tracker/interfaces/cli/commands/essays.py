"""Commands on essays: add texts, list claims, draft, open and reject questions, show the record."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from shlex import quote
from typing import Final, TypedDict, Unpack, get_args

import click
from rich.console import Group
from rich.table import Table

from forecasts.essays.draft import ClaimDraft, ClaimSource, redraft
from forecasts.essays.extract import Sentence
from forecasts.essays.track_record import TrackRecord
from forecasts.questions.formatting import format_full, format_percent, format_signed
from forecasts.questions.new_question import short_name
from forecasts.questions.question import Kind
from tracker.errors import Refused
from tracker.essays.claim_questions import new_question_from, read_draft, write_draft
from tracker.essays.essay_pages import split_sentences
from tracker.essays.extracting import MAX_FILE_BYTES, choose_essay_name, extract_text, find_title
from tracker.files.user_files import read_bytes, read_text
from tracker.interfaces.cli import tables
from tracker.interfaces.cli.commands.terminal import as_json, console, print_result, tracker_session
from tracker.llm.llm_messages import LlmFailure
from tracker.model.essays import EssayPage, NewEssay
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
@click.option(
    "--name", metavar="ESSAY", help="Its short name (default: from the file's name, or its title)."
)
@click.option("--title", default="", help="Its title (default: as it stands in the file).")
@click.option("--published", default="", metavar="DATE", help="When it appeared.")
@click.option("--note", default="", metavar="TEXT", help="Anything worth knowing about the copy.")
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
        stored = tracker.essays.add(new_essay)
        page = tracker.essays.get(stored.essay_id)
    message = (
        f"Kept version {stored.version} of {stored.essay_id}: {page.coverage.forward_looking} "
        "forward-looking sentences."
    )
    print_result(
        {"essay": stored.essay_id, "version": stored.version, "coverage": page.coverage},
        json,
        message,
    )


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
    print_result(sentences, json, Group(*parts))


class DraftOptions(TypedDict):
    """Options of `tracker essay draft`."""

    name: str
    at: int
    question: str | None
    out: Path | None
    pick: int
    kind: Kind | None
    last: str | None
    ask_model: bool
    json: bool


_MAX_YEARS_AHEAD: Final = 100


def _choose_draft(drafts: Sequence[ClaimDraft], options: DraftOptions) -> ClaimDraft:
    """Return the draft that was picked, as the kind and to the last day that were chosen."""
    pick, count = options["pick"], len(drafts)
    if not 1 <= pick <= count:
        known = "there is one draft: --pick 1" if count == 1 else f"choose --pick 1 to {count}"
        raise Refused(f"there is no draft {pick}; {known}")
    draft = drafts[pick - 1]
    last = None if options["last"] is None else _parse_last_day(options["last"], draft.source)
    return redraft(draft, kind=options["kind"], last=last)


def _parse_last_day(text: str, source: ClaimSource) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused(f"{text!r} is no day: write it as 2027-12-31") from None
    if day <= source.day:
        raise Refused(f"{day} is too early: the last day lies after {source.day}")
    if day.year > source.today.year + _MAX_YEARS_AHEAD:
        raise Refused(f"{day} is too far away: the last day lies within {_MAX_YEARS_AHEAD} years")
    return day


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
@click.option(
    "--question", metavar="NAME", help="Short name of the question (default: from its text)."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this new file."
)
@click.option("--pick", type=int, default=1, metavar="N", help="Which of the drafts; 1 is best.")
@click.option("--kind", type=click.Choice(get_args(Kind)), help="Draft it as this kind.")
@click.option("--last", metavar="DAY", help="Last day, such as 2027-12-31.")
@click.option("--ask-model", is_flag=True, help="Have the model draft it, too, if one is set up.")
@as_json
@click.pass_context
def draft(context: click.Context, /, **options: Unpack[DraftOptions]) -> None:
    """Draft questions from the sentence at a character.

    The best draft is a file to complete; the others stand in its comments.
    """
    name, at, out = options["name"], options["at"], options["out"]
    with tracker_session(context) as tracker:
        drafts = tracker.essays.drafts(name, at)
        if options["ask_model"]:
            result = tracker.essays.propose(name, at)
            if isinstance(result, LlmFailure):
                click.echo(f"The model proposes nothing: {result.reason}", err=True)
            else:
                drafts = (*result.drafts, *drafts)
                for reason in result.refused:
                    click.echo(f"Left out {reason}", err=True)
        drafted = _choose_draft(drafts, options)
        text = write_draft(
            drafted,
            drafts,
            tracker.essays.get(name).essay,
            name=options["question"] or short_name(drafted.plan.text),
            now=tracker.now(),
        )
    json = options["json"]
    if out is None:
        click.echo(to_json(drafted) if json else text)
        return
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise Refused(f"{out} is there already: name a new file, or remove that one") from None
    except OSError as error:
        raise Refused(f"{out} cannot be written: {error.strerror or error}") from None
    print_result(
        drafted, json, f"Complete {out}, then: tracker essay open {name} {at} {quote(str(out))}"
    )


@click.command()
@click.argument("name", metavar="ESSAY")
@click.argument("at", type=int)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--override", default="", metavar="TEXT", help="Why it opens although the linter objects."
)
@as_json
@click.pass_context
def open_question(
    context: click.Context, /, *, name: str, at: int, file: Path, override: str, json: bool
) -> None:
    """Open the question of a completed draft, with its indicators."""
    with tracker_session(context) as tracker:
        drafted, indicators, statements = read_draft(
            read_text(file, MAX_FILE_BYTES), file.name, tracker.essays.get(name).essay
        )
        question = tracker.essays.open_claim(
            replace(new_question_from(drafted), statements=statements),
            at,
            indicators=indicators,
            override=override,
        )
    print_result(
        question,
        json,
        f"{question.id} is open; its base rate is {format_full(question, question.prior)}.",
    )


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
