"""Which tests the gate leaves to `./test --full`."""

from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT, SLOW_TESTS, is_beyond_the_gate
from tests.tables import check_rows

SLOW = min(SLOW_TESTS).split("::")
"""File and name of a test that takes long."""


@dataclass(frozen=True)
class CollectedTest:
    """A test as far as its place in the suites is decided by it."""

    path: Path
    name: str
    marker: str = ""

    @property
    def nodeid(self) -> str:
        return f"{self.path.relative_to(ROOT)}::{self.name}"

    def get_closest_marker(self, name: str) -> str | None:
        return name if name == self.marker else None


@check_rows(
    [
        ("tests/test_api.py", "test_a[sqlite]", "", False),
        ("tests/test_api.py", "test_a[postgresql]", "", True),
        ("tests/test_api.py", "test_a[postgresql]", "gate", False),
        ("tests/test_every_kind.py", "test_a[postgresql-yes]", "", False),
        ("tests/test_start_faults.py", "test_a[argv0-postgresql+psycopg://x]", "", False),
        ("tests/store/test_schema.py", "test_a[postgresql]", "", False),
        ("tests/e2e/test_browser.py", "test_a", "", True),
        ("tests/e2e/test_browser.py", "test_a", "gate", False),
        ("tests/feeds/test_corpus_feeds.py", "test_a", "", True),
        ("forecasts/linting/lint.py", "forecasts.linting.lint", "", False),
        (*SLOW, "", True),
        (*SLOW, "behaviour", False),
    ]
)
def test_a_test_belongs_to_the_gate_by_its_kind(
    path: str, name: str, marker: str, beyond: bool
) -> None:
    assert is_beyond_the_gate(CollectedTest(ROOT / path, name, marker)) == beyond  # type: ignore[arg-type]
