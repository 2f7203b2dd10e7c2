"""Dashboards that are forked from a process which has imported what they need.

A start takes a tenth of the time. `tests/test_running.py` starts dashboards as a user does.
"""

import importlib
import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from dashboard.__main__ import main
from dashboard.server.serve import _HEAVY_MODULES

_FORKS: Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])

for heavy in _HEAVY_MODULES:
    importlib.import_module(heavy)


def start_dashboard(arguments: Sequence[str], log: Path) -> BaseProcess:
    """Start a dashboard for ada, in the folder of its log."""
    process = _FORKS.Process(target=_run, args=(arguments, log, dict(os.environ)))
    process.start()
    return process


def _run(arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment, TRACKER_ME="ada")
    os.chdir(log.parent)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (1, 2):
        os.dup2(out, stream)
    sys.exit(main(arguments))
