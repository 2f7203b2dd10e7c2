"""Reference cases that are not here are left out of a CI run, where a skip is a failure, and it
says so.
"""

import os

import pytest

from tests.forecasts import oracles

LEFT_OUT = pytest.StashKey[int]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if oracles.FOLDER.exists() or os.environ.get("CI") != "true":
        return
    absent = [item for item in items if item.name.startswith("test_reference_case")]
    config.hook.pytest_deselected(items=absent)
    config.stash[LEFT_OUT] = len(absent)
    items[:] = [item for item in items if item not in absent]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(
            f"{config.stash[LEFT_OUT]} reference cases left out: {oracles.ABSENT}"
        )
