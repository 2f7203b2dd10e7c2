"""Processes killed by SIGKILL at random moments."""

import random
import time
from typing import Final

from tests.faults.installation import QUESTION, Installation, new_installation
from tests.faults.newsroom import open_newsroom
from tests.faults.outcome import Check, Outcome, judge

INGEST_KILLS: Final = 100
FEEDS: Final = 15
MAX_MOMENT: Final = 0.9
"""Seconds after its start at which a process is killed at the latest; a poll takes as long."""

END_SECONDS: Final = 60
"""Within this time after the last kill all that was published has to be stored."""


def kill_ingest() -> Outcome:
    """Kill polls and schedulers on SQLite; make keyed forecasts in between, some killed, too."""
    chance, acknowledged, interrupted = random.Random(1), dict[str, float](), 0
    with open_newsroom() as news, new_installation() as place:
        place.load(news, FEEDS)
        for number in range(INGEST_KILLS):
            news.ask("publish", FEEDS, 3)
            place.make_due()
            process = place.fork(*(("system", "run") if number % 2 else ("feed", "poll")))
            time.sleep(chance.uniform(0.05, MAX_MOMENT))
            interrupted += process.is_alive()
            process.kill()
            process.join()
            forecast(place, f"forecast-{number}", chance, acknowledged)
        place.make_due()
        began = time.monotonic()
        place.run("feed", "poll")
        seconds = time.monotonic() - began
        checks = [
            place.check_items(news),
            place.check_forecasts(acknowledged),
            place.check_soundness(),
            Check(seconds <= END_SECONDS, f"all done {seconds:.1f} s after the last"),
        ]
        return judge(checks, f"{interrupted} of {INGEST_KILLS} kills hit a running process")


def forecast(
    place: Installation, key: str, chance: random.Random, acknowledged: dict[str, float]
) -> None:
    """Make a forecast with a key; every third is killed half-way and repeated with the same key."""
    probability = round(chance.uniform(0.05, 0.95), 2)
    words = ("forecast", "set", QUESTION, str(probability), "--key", key)
    if chance.random() < 1 / 3:
        process = place.fork(*words)
        time.sleep(chance.uniform(0.02, 0.3))
        process.kill()
        process.join()
    if place.run(*words) == 0:
        acknowledged[key] = probability
