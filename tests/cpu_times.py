"""CPU seconds of each test, and the list of those that the gate leaves to `--full`.

`./test -p tests.cpu_times` writes `cpu_times.tsv` into the working directory, one test a line;
children count, too. `python -m tests.cpu_times` updates `data/slow_tests.txt` from it.
"""

import re
import resource
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

import pytest

FILE = Path("cpu_times.tsv")
SLOW_TESTS: Final = Path(__file__).parent / "data" / "slow_tests.txt"

LIMIT: Final = 0.25
"""CPU seconds of its slowest case up to which a test is in the gate: with all of them it takes about
five minutes on two cores.
"""

PROTECTED: Final = re.compile(
    "hostile|kill|tamper|house|permission|private_questions|never_|bomb|confined|refusals"
    "|nobody_in|two_processes|one_process|lose|half_way|walk|backup|restore|ruined|retention"
    "|test_mcp|series_cli|stays?_|stop_pages|sharing|is_answered|terminal_says_what_the_model"
)
"""Names of tests that stay in the gate at any cost: they prove what must never happen."""


def read_cpu_seconds() -> float:
    """Return the CPU seconds of this process and of its children that have ended."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Measure a test with its fixtures."""
    before = read_cpu_seconds()
    yield
    with FILE.open("a") as file:
        file.write(f"{read_cpu_seconds() - before:.2f}\t{item.nodeid}\n")


def choose_slow_tests(times: Iterable[tuple[float, str]], former: Collection[str]) -> list[str]:
    """Return the names of tests that are too slow for the gate; each file keeps its quickest.

    Tests that were not measured stay where they were.

    >>> choose_slow_tests([(0.5, "a.py::test_b[1]"), (0.1, "a.py::test_b[2]"), (0.2, "a.py::c")], [])
    ['a.py::test_b']
    >>> choose_slow_tests([(0.5, "a.py::b"), (0.6, "a.py::c")], ["a.py::d"])
    ['a.py::c', 'a.py::d']
    """
    slowest: dict[str, float] = defaultdict(float)
    for seconds, test in times:
        name = test.split("[")[0]
        slowest[name] = max(slowest[name], seconds)
    files: dict[str, list[str]] = defaultdict(list)
    for name in sorted(slowest, key=lambda name: slowest[name]):
        files[name.split("::")[0]].append(name)
    others = (name for names in files.values() for name in names[1:])
    slow = {name for name in others if slowest[name] > LIMIT and not PROTECTED.search(name)}
    return sorted(slow | (set(former) - set(slowest)))


def update_slow_tests() -> None:
    """Update the list from the times measured last."""
    rows = (line.split("\t", 1) for line in FILE.read_text().splitlines())
    times = [(float(seconds), name) for seconds, name in rows]
    former = SLOW_TESTS.read_text().split()
    SLOW_TESTS.write_text("\n".join(choose_slow_tests(times, former)) + "\n")


if __name__ == "__main__":
    update_slow_tests()
