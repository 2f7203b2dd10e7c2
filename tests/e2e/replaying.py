"""The replay that the browser tests share: made in a process of its own, from when the tests are
known.

Whoever comes first begins it; other tests run meanwhile, and those that need it wait for it. The
process holds a lock as long as it lives, so that nobody has to look again and again.
"""

import fcntl
import gc
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

from forecasts.question_sets.question_set import QuestionSet
from tests.builders import FakeClock, Press, a_feed
from tests.quick_databases import UNSYNCED
from tracker.app.question_set_files import load_question_set
from tracker.app.tracker import open_tracker
from tracker.interfaces import processes
from tracker.interfaces.cli import main
from tracker.replay.demo import UNREVIEWED_PERIOD
from tracker.settings import Settings, replay_settings
from tracker.storage import sessions

ROOT: Final = Path(__file__).parent.parent.parent

HOSTILE: Final = (
    "Power of Siberia 2 talks end without agreement ![x](http://evil.example/p.png) "
    "[now](http://evil.example) $5 $6"
)
"""A headline that Markdown would make a picture, a link and a formula of."""

HOSTILE_TITLE: Final = (
    "Stranger ![x](http://evil.example/p.png) [now](http://evil.example) www.evil.example $5 $6"
)
"""A feed's own title of the same kind: it stands in a heading and in links, which read Markdown."""


def begin(made: Path, *, whole: bool) -> subprocess.Popen[bytes] | None:
    """Begin the replay that will lie in `made`; None where somebody has begun it already."""
    with _lock(made).open("a") as lock, _log(made).open("a") as log:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        if made.exists():
            return None
        command = [sys.executable, "-m", __name__, str(made), *(["--whole"] if whole else [])]
        return subprocess.Popen(command, cwd=ROOT, pass_fds=[lock.fileno()], stdout=log, stderr=log)


def finished(made: Path) -> Path:
    """The replay, as soon as it is made."""
    with _lock(made).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
    assert made.exists(), _log(made).read_text()
    return made


def _lock(made: Path) -> Path:
    return made.with_suffix(".lock")


def _log(made: Path) -> Path:
    return made.with_suffix(".log")


def make(made: Path, *, whole: bool) -> None:
    """Make the replay, with one hostile headline at its end."""
    gc.set_threshold(50_000, 20, 100)
    sessions.PRAGMAS = UNSYNCED
    if not whole:
        processes.load_question_set = load_without_noise
    half = made.with_suffix(".half")
    main.cli.main(["--data", str(half), "demo", "--no-serve"], standalone_mode=False)
    publish(half, HOSTILE)
    half.rename(made)


def load_without_noise(name: str) -> QuestionSet:
    """Load a set without the older events that bear on no question, which are half of them."""
    contents = load_question_set(name)
    recent = max(event.at for event in contents.events) - UNREVIEWED_PERIOD
    events = tuple(e for e in contents.events if e.yes or e.no or e.at > recent)
    return replace(contents, events=events)


def publish(data: Path, headline: str) -> None:
    """Let a stranger's feed bring a headline to the end of a replay."""
    settings = replay_settings(Settings(data_dir=data, me="ada"))
    press = Press()
    press.publish("stranger", headline, "https://stranger.invalid/report")
    with open_tracker(settings) as live:
        until = live.now()
    with open_tracker(settings, now=FakeClock(until), fetch=press.fetch) as tracker:
        tracker.feeds.add(a_feed("stranger", title=HOSTILE_TITLE))
        tracker.feeds.poll()
        assert any(card.headline == headline for card in tracker.evidence.inbox())


if __name__ == "__main__":
    make(Path(sys.argv[1]), whole="--whole" in sys.argv)
