"""Reference cases replayed: does it still compute what it should?"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker import printing
from tracker.commands.entry import complain
from tracker.commands.terminal import as_json, show

if TYPE_CHECKING:
    from tracker.oracles import Failure, Replay

LONGEST = 60
"""Characters of a value that are printed; JSON has the whole."""


@click.command(name="check-oracle")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@as_json
def check_oracle(files: tuple[Path, ...], json: bool) -> None:
    """Replay reference cases from JSON files through the scoring library, and show every difference.

    Exit code 1 when a case fails or a file holds no cases.
    """
    from tracker.oracles import replay  # the whole of scipy, which other commands need not wait for

    found = replay(files)
    record = {"passed": found.passed, "failed": found.failed, "failures": found.failures, "errors": found.unreadable}
    show(record, json, printing.safe("\n".join(_lines(found))))
    for error in found.unreadable:
        complain(error)
    if not found.ok:
        sys.exit(1)


def _lines(found: "Replay") -> Iterator[str]:
    for failure in found.failures:
        yield from _failure_lines(failure)
    yield f"{found.passed} passed, {found.failed} failed"


def _failure_lines(failure: "Failure") -> Iterator[str]:
    yield f"{failure.file}: {failure.case}, {failure.function}" + (f" ({failure.notes})" if failure.notes else "")
    if failure.reason:
        yield f"  {failure.reason}"
    for each in failure.differences:
        apart = "" if each.difference is None else f", difference {each.difference:.3g} (tolerance {each.tolerance:g})"
        key = f"{each.key}: " if each.key else ""
        yield f"  {key}expected {_short(each.expected)}, got {_short(each.got)}{apart}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
