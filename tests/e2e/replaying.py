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
from forecasts.questions.question import QuestionId
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


QUESTIONS: Final = frozenset(
    map(
        QuestionId,
        "article-4-2027 bomber-patrol-count-2027 bomber-patrols-2025 ceasefire-2025 ceasefire-2027"
        " ceasefire-end-2027 china-broker-2025 china-broker-2027 china-exports-15pct-2027"
        " china-lead-2027 china-objects-central-asia-2025 china-objects-central-asia-2027"
        " china-policy-2027 china-share-2027 china-share-35pct-2026 crude-mt-2026 crude-mt-2027"
        " cyber-together-2027 double-veto-2025 double-veto-2027 eu-cn-listings-2027"
        " nato-china-2023 nato-china-2025 nato-china-2027 neutrality-2025 neutrality-2027"
        " power-of-siberia-2-2025 power-of-siberia-2-2027 power-of-siberia-2-2028"
        " swiss-summit-2024 trade-usd-2026 un-against-2023 un-condemn-2027"
        " xi-putin-meetings-2023 xi-zelensky-call-2023 xi-zelensky-meeting-2027".split(),
    )
)
"""Questions of the replay: of every kind and state, with all that bears on one another."""


def begin(made: Path) -> subprocess.Popen[bytes] | None:
    """Begin the replay that will lie in `made`; None where somebody has begun it already."""
    with _lock(made).open("a") as lock, _log(made).open("a") as log:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        if made.exists():
            return None
        command = [sys.executable, "-m", __name__, str(made)]
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


def make(made: Path) -> None:
    """Make the replay, with one hostile headline at its end."""
    gc.set_threshold(50_000, 20, 100)
    sessions.PRAGMAS = UNSYNCED
    processes.load_question_set = load_a_part
    half = made.with_suffix(".half")
    main.cli.main(["--data", str(half), "demo", "--no-serve"], standalone_mode=False)
    publish(half, HOSTILE)
    half.rename(made)


def load_a_part(name: str) -> QuestionSet:
    """Load the questions that pages are looked at with, and the news about them: the more are open,
    the longer a day of the replay takes.
    """
    contents = load_question_set(name)
    recent = max(event.at for event in contents.events) - UNREVIEWED_PERIOD
    events = (replace(e, yes=_select(e.yes), no=_select(e.no)) for e in contents.events)
    return replace(
        contents,
        events=tuple(e for e in events if e.yes or e.no or e.at > recent),
        links=tuple(link for link in contents.links if {*link.question_ids} <= QUESTIONS),
        questions=tuple(q for q in contents.questions if q.id in QUESTIONS),
        **{
            name: tuple(row for row in getattr(contents, name) if row.question_id in QUESTIONS)
            for name in ("indicators", "resolutions", "forecasts", "repetitions")
        },
        **{
            name: {key: value for key, value in getattr(contents, name).items() if key in QUESTIONS}
            for name in ("overrides", "statements", "settlements")
        },
    )


def _select(questions: tuple[QuestionId, ...]) -> tuple[QuestionId, ...]:
    return tuple(question for question in questions if question in QUESTIONS)


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
    make(Path(sys.argv[1]))
