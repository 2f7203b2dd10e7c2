"""Plugin that writes the CPU seconds of each test: `./test -p tests.cpu_times`.

They stand in `cpu_times.tsv` of the working directory, one test a line; children count, too.
"""

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

FILE = Path("cpu_times.tsv")


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
