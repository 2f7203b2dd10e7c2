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
