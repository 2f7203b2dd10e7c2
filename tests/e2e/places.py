"""Every page of the dashboard and what stands on it: for the tests that visit all of them, and for
the pictures.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from forecasts.questions.question import ForecasterId
from tests.builders import FakeClock
from tracker.app.question_set_files import load_question_set
from tracker.app.tracker import open_tracker
from tracker.settings import Settings, replay_settings

OPEN: Final = "power-of-siberia-2-2028"
RESOLVED: Final = "ceasefire-2025"
ESSAY: Final = "grid_storage_2026"
FUTURES: Final = "china-policy-2027"
_ANA: Final = ForecasterId("ana")
_NAMED: Final = "{} · Scenario tracker"
_PIPELINE: Final = (
    "Will Gazprom and CNPC announce a signed supply contract for Power of Siberia 2, with a "
    "price formula,"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A page, or a part of one: its address, words that stand on it, the start of its title, and
    whether the docs show it."""

    path: str
    shows: str
    title: str
    pictured: str = ""

    @property
    def page(self) -> str:
        """The page's name in the navigation.

        >>> Place("/question?q=a", "", "").page, Place("/", "", "").page
        ('question', 'home')
        """
        return urlsplit(self.path).path.strip("/") or "home"


def _named(name: str, path: str, shows: str, pictured: str = "") -> Place:
    return Place(path, shows, _NAMED.format(name), pictured)


PLACES: Final[dict[str, Place]] = {
    "home": _named(
        "Home",
        "/",
        "What changed and why",
        "What changed and why, what needs you, and who disagrees.",
    ),
    "questions": _named(
        "Questions", "/questions", "edits your forecast", "Every question, with filters."
    ),
    "question": Place(
        f"/question?q={OPEN}",
        _PIPELINE,
        _PIPELINE,
        "A question: the number, what moved it, and the news.",
    ),
    "question-details": Place(
        f"/question?q={OPEN}&details=How+it+adds+up", "The lines add up to", _PIPELINE
    ),
    "question-disagreement": Place(
        f"/question?q={OPEN}&details=Disagreement", "apart in log-odds", _PIPELINE
    ),
    "question-comments": Place(f"/question?q={OPEN}&comments=open", "no volume was", _PIPELINE),
    "question-signposts": Place(
        f"/question?q={OPEN}&details=Signposts", "Signposts say in advance", _PIPELINE
    ),
    "question-wording": Place(f"/question?q={OPEN}&details=Criteria", "Base rate: ", _PIPELINE),
    "question-answer": Place(
        f"/question?q={OPEN}&details=Resolve+early", "If the outcome is already known", _PIPELINE
    ),
    "answered": Place(
        f"/question?q={RESOLVED}",
        "Evidence that helped",
        "Will a general ceasefire",
        "An answered question: everyone's score, and what there is to learn.",
    ),
    "looking-back": Place(
        f"/question?q={RESOLVED}&known=2025-06-30", "Viewing the past", "Will a general ceasefire"
    ),
    "no-question": _named("Question", "/question", "Choose a question"),
    "essays": _named(
        "Essays",
        "/essays",
        "likely to come true",
        "Every essay with its record.",
    ),
    "essay": Place(
        f"/essay?e={ESSAY}",
        "forward-looking sentences became questions",
        "After the Noon Glut",
        "An essay with its record written over it.",
    ),
    "essay-without-its-text": Place(
        "/essay?e=china_russia_2022", "The full text isn’t included", "Why China has not"
    ),
    "inbox": _named(
        "Inbox", "/inbox", "Evidence to judge", "Evidence at hand, judged with a key each."
    ),
    "add": _named(
        "Add evidence",
        f"/add?q={OPEN}&url=https%3A%2F%2Fpaper.example%2Fpipeline&title=Pipeline+talks+go+on",
        "Add evidence",
        "Evidence by hand: a report that no feed brought, shared from any page.",
    ),
    "calendar": _named(
        "Questions", "/calendar", "overdue for more than a month", "What to expect next."
    ),
    "board": _named("Questions", "/questions?view=board", "To forecast"),
    "scenarios": Place(
        f"/scenarios?q={FUTURES}",
        "Pro-Russian neutrality",
        "Which description fits",
        "Whole futures: what each means, and how likely it is.",
    ),
    "scenarios-mind": Place(
        f"/question?q={FUTURES}&details=What+would+change+it",
        "The questions that tell most come first",
        "Which description fits",
    ),
    "scenarios-table": Place(
        f"/question?q={FUTURES}&details=Likelihood+table",
        "The rows that tell the scenarios apart best",
        "Which description fits",
    ),
    "coherence": _named(
        "Links and contradictions",
        "/coherence",
        "Your forecasts contradict each other",
        "Forecasts that contradict each other, and the nearest that do not.",
    ),
    "record": _named(
        "Track record", "/record", "than the average of", "How good every forecaster was."
    ),
    "record-calibration": _named(
        "Track record", "/record?details=Calibration", "Penalty: ", "Do their 80% happen?"
    ),
    "record-compare": _named(
        "Track record", "/record?details=Compare", "Click a row to see how the evidence grew"
    ),
    "learned": _named(
        "Learned values",
        "/learned",
        "Your reviews and resolutions teach",
        "What reviews and answers have taught.",
    ),
    "feeds": _named(
        "Feeds", "/feeds", "Nothing is checked in a replay", "The health of every feed."
    ),
    "feed": Place(
        "/feeds?feed=al-jazeera-english",
        "Newest items",
        "Al Jazeera",
        "One feed: its items, and the evidence it brought.",
    ),
    "reports": _named(
        "Reports", "/reports", "Every table as it is stored", "Reports and tables to take along."
    ),
    "settings": _named(
        "Settings",
        "/settings",
        "Time zone",
        "Who is signed in, the time zone, and the request budget.",
    ),
    "people": _named(
        "People",
        "/people",
        "None of your programs has a token",
        "Who may log in with which role, and the tokens of your programs.",
    ),
    "notifications": _named(
        "Notifications",
        "/notifications",
        "You get no messages yet",
        "Channels, rules and times of what you are told.",
    ),
    "import": _named(
        "Import forecasts",
        "/import",
        "Nothing was imported yet",
        "Forecasts made elsewhere: from files or an account, seen before they enter, and undone.",
    ),
    "ask": _named("Ask a question", "/ask", "Base rate (optional)", "A question of your own."),
}
"""The places that every test of all pages visits. `pictured` is the caption of the docs' picture;
empty for none.
"""


def live_in(settings: Settings) -> None:
    """Use a replay as somebody would: a second essay with its text, some forecasts, two that
    contradict each other.
    """
    there = replay_settings(settings)
    with open_tracker(there) as tracker:
        until = tracker.system.replayed_until() or tracker.now()
    with open_tracker(there, now=FakeClock(until)) as tracker:
        tracker.question_sets.load(load_question_set(ESSAY))
        tracker.forecasts.submit(
            "power-of-siberia-2-2027", "60%", rationale="Both sides speak of the last details."
        )
        tracker.forecasts.submit(
            OPEN, "35%", rationale="The price is still open, as it was in May."
        )
        tracker.forecasts.submit(
            "ceasefire-2027", "30%", rationale="Talks go on, and neither side has moved."
        )
        tracker.forecasts.submit("nato-china-2027", "5%", rationale="No member has asked for it.")
        first = tracker.comments.add(OPEN, "Is there a price, @ben? https://example.org", by=_ANA)
        reply = tracker.comments.add(OPEN, "I hear of none.", reply_to=first.id)
        tracker.comments.edit(reply.id, "I hear of none, and no volume was named.")
        tracker.comments.write_note(OPEN, "Look again after the May summit.")
