"""Commands on draft files of an essay: write drafts, and open the questions of a file."""

import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from shlex import quote
from typing import Final, TypedDict, Unpack, get_args

import click

from forecasts.essays.draft import ClaimDraft, ClaimSource, redraft
from forecasts.linting.lint import Flaw
from forecasts.questions.formatting import format_full
from forecasts.questions.question import Kind
from tracker.app.tracker import Tracker
from tracker.errors import Refused
from tracker.essays.draft_files import PickedDraft
from tracker.essays.draft_opening import DraftReport
from tracker.essays.extracting import (
    MAX_FILE_BYTES,
)
from tracker.files.user_files import read_text
from tracker.interfaces.cli import tables
from tracker.interfaces.cli.commands.entry import print_error
from tracker.interfaces.cli.commands.terminal import as_json, print_result, tracker_session
from tracker.llm.llm_messages import LlmFailure
from tracker.model.essays import EssayPage
from tracker.model.json_values import to_json


class DraftOptions(TypedDict):
    """Options of `tracker essay draft`."""

    name: str
    at: tuple[int, ...]
    every: bool
    question: str | None
    out: Path | None
    pick: int | None
    kind: Kind | None
    last: str | None
    ask_model: bool
    json: bool


_MAX_YEARS_AHEAD: Final = 100


def _pick_draft(drafts: Sequence[ClaimDraft], options: DraftOptions) -> PickedDraft:
    """Return the draft that was picked, as the kind and to the last day that were chosen."""
    pick, count = 1 if options["pick"] is None else options["pick"], len(drafts)
    if not 1 <= pick <= count:
        known = "there is one draft: --pick 1" if count == 1 else f"choose --pick 1 to {count}"
        raise Refused(f"there is no draft {pick}; {known}")
    source = drafts[pick - 1].source
    last = None if options["last"] is None else _parse_last_day(options["last"], source)
    alternatives = tuple(
        (number, redraft(other, last=last) if last else other)
        for number, other in enumerate(drafts, 1)
        if number != pick
    )
    chosen = redraft(drafts[pick - 1], kind=options["kind"], last=last)
    return PickedDraft(chosen, alternatives, options["question"] or "")


def _parse_last_day(text: str, source: ClaimSource) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused(f"“{text}” is not a date: write it as 2027-12-31") from None
    if day <= source.day:
        raise Refused(f"{day} is too early: the last day lies after {source.day}")
    if day.year > source.today.year + _MAX_YEARS_AHEAD:
        raise Refused(f"{day} is too far away: the last day lies within {_MAX_YEARS_AHEAD} years")
    return day


@click.command()
@click.argument("name", metavar="ESSAY")
@click.argument("at", type=int, nargs=-1)
@click.option(
    "--all", "every", is_flag=True, help="All claims without a question that have a cue or a year."
)
@click.option(
    "--question", metavar="NAME", help="Short name of the question (default: from its text)."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this new file."
)
@click.option("--pick", type=int, metavar="N", help="Which of the drafts; 1, the best, by default.")
@click.option("--kind", type=click.Choice(get_args(Kind)), help="Draft it as this kind.")
@click.option("--last", metavar="DAY", help="Last day, such as 2027-12-31.")
@click.option("--ask-model", is_flag=True, help="Have the model draft it, too, if one is set up.")
@as_json
@click.pass_context
def draft(context: click.Context, /, **options: Unpack[DraftOptions]) -> None:
    """Draft questions from the sentences at these characters.

    The best draft of each stands in one file to complete; the others stand in its comments.
    """
    name, out = options["name"], options["out"]
    with tracker_session(context) as tracker:
        picked = [
            _pick_draft(_list_drafts(tracker, name, at, options["ask_model"]), options)
            for at in _choose_sentences(tracker.essays.get(name), options)
        ]
        text = tracker.essays.write_drafts(name, picked)
    drafts = [pick.draft for pick in picked]
    if out is None:
        click.echo(to_json(drafts) if options["json"] else text)
        return
    _write_new_file(out, text)
    complete = sum(not draft.plan.gaps for draft in drafts)
    count, it = ("1 draft", "it") if len(drafts) == 1 else (f"{len(drafts)} drafts", "them")
    message = (
        f"{count} in {out}, {complete} without gaps. Complete {it}, then: "
        f"tracker essay open {name} {quote(str(out))}"
    )
    print_result(drafts, options["json"], message)


def _choose_sentences(page: EssayPage, options: DraftOptions) -> Sequence[int]:
    """Return where the sentences to draft begin."""
    if options["every"] == bool(options["at"]):
        raise Refused(
            "name sentences by their characters, as `tracker essay claims "
            f"{page.essay.id}` lists them, or all with --all"
        )
    places = tuple(dict.fromkeys(options["at"])) if options["at"] else _choose_all(page)
    if not places:
        raise Refused(f"no claim of {page.essay.id} is left to draft: name sentences by AT")
    single = [name for name in ("question", "pick", "kind", "last") if options[name] is not None]
    if len(places) > 1 and single:
        raise Refused(f"--{single[0]} is about one sentence: draft that one by itself")
    return places


def _choose_all(page: EssayPage) -> tuple[int, ...]:
    """Return where the claims without a question begin, and tell which ones are left.

    One with neither a cue nor a year yields a draft of gaps, unless a person took it for a claim.
    """
    open_claims = [
        mapped
        for mapped in page.mapped
        if mapped.sentence.kept and mapped.state == "no question yet"
    ]
    left = [
        mapped.sentence.offset
        for mapped in open_claims
        if not (mapped.sentence.cue or mapped.sentence.is_dated or mapped.claim_ids)
    ]
    if left:
        count = "1 claim" if len(left) == 1 else f"{len(left)} claims"
        places = " ".join(map(str, left))
        click.echo(
            f"Left out {count} with neither a cue nor a year. To draft them, too: "
            f"tracker essay draft {page.essay.id} {places}",
            err=True,
        )
    return tuple(m.sentence.offset for m in open_claims if m.sentence.offset not in left)


def _list_drafts(tracker: Tracker, name: str, at: int, ask_model: bool) -> Sequence[ClaimDraft]:
    """Return the drafts of the rules, behind those of the model if it is asked."""
    drafts = tracker.essays.drafts(name, at)
    if not ask_model:
        return drafts
    result = tracker.essays.propose(name, at)
    if isinstance(result, LlmFailure):
        click.echo(f"The model proposes nothing: {result.reason}", err=True)
        return drafts
    for reason in result.refused:
        click.echo(f"Left out {reason}", err=True)
    return (*result.drafts, *drafts)


def _write_new_file(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        raise Refused(f"{file} is there already: name a new file, or remove that one") from None
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror or error}") from None


@click.command()
@click.argument("name", metavar="ESSAY")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would open, and open nothing.")
@click.option(
    "--override", default="", metavar="TEXT", help="Why it opens although the linter objects."
)
@as_json
@click.pass_context
def open_drafts(
    context: click.Context, /, *, name: str, file: Path, dry_run: bool, override: str, json: bool
) -> None:
    """Open the questions of a completed draft file.

    Each opens as a whole or not at all. Mend those that do not, and open the file again: the
    others stay as they are.
    """
    text = read_text(file, MAX_FILE_BYTES)
    with tracker_session(context) as tracker:
        report = tracker.essays.open_drafts(
            name, text, file.name, override=override, dry_run=dry_run
        )
    if json:
        click.echo(to_json(report))
    else:
        for line in _describe_report(report, dry_run):
            click.echo(tables.safe_text(line).plain)
    for line in _describe_problems(report, file.name):
        print_error(line)
    if report.problems:
        sys.exit(2)


def _describe_problems(report: DraftReport, file_name: str) -> Iterator[str]:
    """Yield what keeps questions from opening; those of a larger file with gaps are one line."""
    is_one = len(report.opened) + len(report.problems) == 1
    unfinished = [problem for problem in report.problems if problem.is_gap and not is_one]
    for problem in report.problems:
        if problem not in unfinished:
            named = "" if is_one else f"{problem.name}: "
            yield f"{file_name}:{problem.line}: {named}{problem.reason}"
    if unfinished:
        places = ", ".join(f"{problem.name} (line {problem.line})" for problem in unfinished)
        yield f"{file_name}: not opened, as gaps […] are left: {places}"


def _describe_report(report: DraftReport, dry_run: bool) -> Iterator[str]:
    """Yield what is open now, with the linter's advice and the lines that news is compared with."""
    for draft in report.new:
        question = draft.question
        state = "would open" if dry_run else "is open"
        yield f"{question.id} {state}; its base rate is {format_full(question, question.prior)}."
        yield from (f"  {side}: {line}" for side, line in draft.lines if line)
        specific = [flaw for flaw in draft.advice if flaw not in report.shared_advice]
        if specific:
            yield f"  Advice: {_list_advice(specific)}."
    if report.shared_advice:
        yield f"Advice for all of them: {_list_advice(report.shared_advice)}."
    if before := [draft.question.id for draft in report.opened if not draft.is_new]:
        yield f"Open already: {', '.join(before)}."


def _list_advice(flaws: Sequence[Flaw]) -> str:
    return "; ".join(flaw.reason for flaw in flaws)
