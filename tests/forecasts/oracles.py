"""Reference cases computed outside this repository, for whoever has them beside it.

They lie in `../shared/oracles`, seen from the repository's root, and are not copied here. Without
them these tests are skipped; the cases computed by hand in the same files stand on their own.
"""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "oracles"
ABSENT = (
    f"the reference cases are not beside this repository ({FOLDER}); the hand-computed ones "
    "still run"
)


def read(name: str) -> Any:
    """The content of one file; skips the test that asks where the file is absent."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(ABSENT)
    return json.loads(path.read_text(encoding="utf-8"))


def cases(name: str, *groups: str) -> list[Any]:
    """The cases whose id starts with one of `groups`, as parameters named by id."""
    path = FOLDER / name
    if not path.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason=ABSENT))]
    found = json.loads(path.read_text(encoding="utf-8"))["cases"]
    return [pytest.param(case, id=case["id"]) for case in found if case["id"].startswith(groups)]


def case(name: str, case_id: str) -> Any:
    """One case by its id."""
    return next(case for case in read(name)["cases"] if case["id"] == case_id)
