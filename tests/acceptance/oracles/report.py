"""The result of replayed reference cases in lines for a terminal."""

from collections.abc import Iterator

from tests.acceptance.oracles import Failure, Replay

LONGEST = 60
"""Characters of a value that are printed; JSON has the whole."""


def report_lines(result: Replay) -> Iterator[str]:
    """Each failed case with its differences, then how many passed and failed."""
    for failure in result.failures:
        yield from _failure_lines(failure)
    yield f"{result.passed} passed, {result.failed} failed"
    if result.skipped:
        names = ", ".join(dict.fromkeys(result.skipped))
        yield f"{len(result.skipped)} skipped, of functions that the product no longer has: {names}"


def _failure_lines(failure: Failure) -> Iterator[str]:
    yield f"{failure.file}: {failure.case}, {failure.function}" + (
        f" ({failure.notes})" if failure.notes else ""
    )
    if failure.reason:
        yield f"  {failure.reason}"
    for each in failure.differences:
        apart = (
            ""
            if each.difference is None
            else f", difference {each.difference:.3g} (tolerance {each.tolerance:g})"
        )
        key = f"{each.key}: " if each.key else ""
        yield f"  {key}expected {_shorten(each.expected)}, got {_shorten(each.got)}{apart}"


def _shorten(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
