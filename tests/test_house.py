"""The style of the whole house. Its types are checked beside the tests: see run.py."""

import subprocess
import sys
from pathlib import Path
from typing import Final

from tests import house
from tests.conftest import SLOW_TESTS
from tests.tables import check_rows

ROOT = Path(__file__).parent.parent


@check_rows([("check",), ("format", "--check")])
def test_the_house_is_clean(command: tuple[str, ...]) -> None:
    tool = [str(Path(sys.executable).parent / "ruff"), *command, "."]
    done = subprocess.run(tool, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


EXCEPTIONS: Final = {
    "vague names": {
        "tracker/app/system.py: asked": "a first step: a question was asked",
        "tracker/feeds/fetch_results.py: gone": "the name of HTTP status 410",
        "tracker/model/scenarios.py: held": "a key of `tracker scenario show --json`",
        "tracker/replay/backtest/backtest_scores.py: who": "a key of stored back-tests",
        "tracker/replay/backtest/question_tracks.py: said": "a key of stored back-tests",
        "tracker/storage/tables/evidence.py: found": "a column of the database",
        "forecasts/essays/claim_map.py: asked": "a claim that was asked as a question",
        "forecasts/essays/extract.py: kept": "the sentences that are kept",
        "forecasts/evidence/signposts.py: what": "a key of the calendar",
    },
    "question-word docstrings": {
        "tracker/interfaces/cli/commands/evidence.py: What would bear on a question, written down in"
        " advance.": "the help text of a command",
    },
    "functions named by a participle": {
        **dict.fromkeys(
            (
                "forecasts/aggregation/pooling.py: weighted_percentile",
                "forecasts/aggregation/pooling.py: weighted_median",
                "forecasts/distributions/cdf.py: bounded_quantile",
                "forecasts/questions/question.py: uninformed_prior",
            ),
            "a term of statistics",
        ),
        "forecasts/questions/question.py: offered_options": "the options offered at a time",
        "forecasts/questions/timeline.py: drawn_steps": "the steps that a chart draws",
        "tracker/app/system.py: replayed_until": "the time that a replay has reached",
        "tracker/interfaces/cli/commands/learned.py: learned": "the name of a command",
        "tracker/interfaces/cli/commands/learned.py: learned_table": "a table of learned values",
        "tracker/storage/learned.py: learned_facts": "the facts of a learned value",
    },
    "constants that are no MAX_ or MIN_": {},
    f"lines over {house.MAX_COLUMNS} columns": {},
    "parameters that pack unrelated values": {
        "dashboard/essays/page.py: file": "bytes and name of an uploaded file",
        "dashboard/wording/questions.py: clock": "instant and zone of a page",
        "dashboard/wording/evidence.py: clock": "instant and zone of a page",
        "tracker/feeds/discovery/opml.py: folder_and_feed": "a row, as sorting hands it to its key",
    },
}
"""Places that break a rule of words, each with the reason."""

MAX_DUPLICATE_CLASSES: Final = 5
MAX_LOOSE_MODULES: Final = 4
MAX_FOLDERS: Final = {"forecasts": 12, "tracker": 16}


def test_the_house_keeps_its_rules_and_figures() -> None:
    modules = house.read_modules()
    # Every breach of a rule of words is argued.
    breaches = house.list_breaches(modules)
    assert breaches.keys() == EXCEPTIONS.keys()
    for rule, lines in breaches.items():
        places = {":".join(place.split(":")[::2]) for place in lines}
        assert places - EXCEPTIONS[rule].keys() == set(), rule
    # The figures of the house hold.
    assert len(house.list_duplicate_classes(modules)) <= MAX_DUPLICATE_CLASSES
    assert house.list_long_functions(modules) == []
    assert max(house.count_loose_modules(modules).values()) <= MAX_LOOSE_MODULES
    for name, most in MAX_FOLDERS.items():
        assert len([*(ROOT / name).glob("*/__init__.py")]) <= most


def test_listed_slow_tests_are_there() -> None:
    for name in SLOW_TESTS:
        file, *_, function = name.split("::")
        assert f"def {function}(" in (ROOT / file).read_text(encoding="utf-8"), name
