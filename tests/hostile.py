"""Text that strangers could send, and a tracker in which every field that takes text has some of
it.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final

from forecasts.evidence.evidence import Direction, Strength
from forecasts.questions.links import Link, LinkId
from forecasts.questions.question import Forecaster, ForecasterId, QuestionId
from forecasts.scenarios.scenario_set import ScenarioLikelihoods, ScenarioSet
from tests.builders import FakeClock, Press, a_feed, a_question, a_set, an_indicator, an_rss
from tests.lives import an_asked
from tracker.app.tracker import Tracker
from tracker.model.essays import NewEssay

MARK: Final = "evil.example"
"""Stands in all of it. Where Markdown is read it has to be escaped, and then these letters do not
stand there so.
"""

STRINGS: Final[dict[str, str]] = {
    "script": (
        f"<script>document.title='{MARK}'</script><img src=x onerror=\"document.title='{MARK}'\">"
    ),
    "image": f"![x](http://{MARK}/p.png) <img src='http://{MARK}/q.png'>",
    "link": (
        f"[now](http://{MARK}) http://{MARK} www.{MARK} me@{MARK} <a href='javascript:alert(1)'>"
    ),
    "formula": f"$5 {MARK} $x^2$ $$\\frac{{1}}{{2}}$$",
    "badge": f":red-badge[LIVE {MARK}] :red[{MARK}] :material/home: :streamlit: :smile: -> >=",
    "marks": f"# {MARK} **{MARK}** `{MARK}` | {MARK} | ~~{MARK}~~ > {MARK}",
    "backwards": f"\u202e{MARK}\u202c \u2066{MARK}\u2069 \u200f{MARK}",
    "formula cell": f'=HYPERLINK("http://{MARK}") @{MARK} +1',
    "unbroken": MARK + "W" * 250,
}
EVERYTHING: Final = " ".join(STRINGS.values())
LONG: Final = f"{EVERYTHING} " * (100_000 // len(EVERYTHING) + 1)
"""More than a hundred thousand characters."""

OPEN, ANSWERED, FUTURES, PACT = (
    QuestionId(name) for name in ("summit-2027", "answered", "futures", "pact")
)
EVE: Final = ForecasterId("eve")
ESSAY: Final = "hostile-text"
FEED: Final = "wire"
_WHY: Final = "a question of a test"


def fill(tracker: Tracker, press: Press, clock: FakeClock) -> None:
    """Write hostile text wherever text goes, as of ten days before the clock's time."""
    until = clock.time
    clock.time = until - timedelta(days=10)
    _questions(tracker, clock)
    _futures(tracker, clock)
    _essay(tracker)
    _news(tracker, press, clock)
    _people(tracker, clock)
    clock.time = until


def _questions(tracker: Tracker, clock: FakeClock) -> None:
    opens = clock.time - timedelta(days=1)
    text = f"Will {EVERYTHING}?"
    told = {
        "text": text, "criteria": LONG, "sources": (EVERYTHING,), "tags": (STRINGS["badge"], STRINGS["link"]),
        "prior_reason": EVERYTHING, "opens_at": opens,
    }  # fmt: skip
    asked = tuple(
        a_question(
            name,
            **told,
            closes_at=clock.time + timedelta(days=days),
            resolves_at=clock.time + timedelta(days=days),
        )
        for name, days in ((OPEN, 200), (ANSWERED, 5))
    )
    signs = tuple(
        an_indicator(name, name=EVERYTHING, examples=("Arland invites Borland", EVERYTHING))
        for name in (OPEN, ANSWERED)
    )
    found = a_set(
        *asked, indicators=signs, feeds=(a_feed(FEED, title=EVERYTHING, theme=STRINGS["badge"]),)
    )
    (claim,) = found.claims
    tracker.question_sets.load(
        replace(
            found,
            essay=replace(found.essay, title=EVERYTHING, published=STRINGS["badge"], note=LONG),
            claims=(replace(claim, quote=STRINGS["link"], restatement=EVERYTHING),),
        )
    )


def _futures(tracker: Tracker, clock: FakeClock) -> None:
    times = {"opens_at": clock.time, "closes_at": clock.time + timedelta(days=90)}
    times["resolves_at"] = times["closes_at"]
    options = (f"![x](http://{MARK}/p.png)", STRINGS["marks"], "Other")
    tracker.questions.ask(
        an_asked(
            FUTURES, text=f"Which future? {EVERYTHING}", kind="categorical", horizon_shape="state_at", options=options,
            prior_reason=EVERYTHING, **times,
        ),
        override=_WHY,
    )  # fmt: skip
    tracker.questions.ask(
        an_asked(
            PACT,
            text=f"Will they sign? {EVERYTHING}",
            prior="30%",
            prior_reason=EVERYTHING,
            **times,
        ),
        override=_WHY,
    )
    row = ScenarioLikelihoods(PACT, (0.9, 0.1, 0.2), EVERYTHING)
    tracker.scenarios.add(
        ScenarioSet(FUTURES, EVERYTHING, (EVERYTHING, EVERYTHING, EVERYTHING), (row,), EVERYTHING)
    )
    tracker.links.add(Link(LinkId("bound"), "implies", (PACT, OPEN), EVERYTHING, (), EVERYTHING))


def _essay(tracker: Tracker) -> None:
    text = (
        f"{EVERYTHING}\n\nArland will sign the treaty {EVERYTHING} by the end of 2027.\n\nIt "
        "will rain in 2028."
    )
    tracker.essays.add(
        NewEssay(ESSAY, EVERYTHING, text, "pasted", published=f"2026 {STRINGS['badge']}")
    )


def _news(tracker: Tracker, press: Press, clock: FakeClock) -> None:
    clock.time += timedelta(days=1)
    heads = [
        (f"Arland invites Borland to a summit {text}", f"https://wire.invalid/{n}")
        for n, text in enumerate(STRINGS.values())
    ]
    document = an_rss(
        *heads, (f"Arland invites Borland to a summit {LONG}", "https://wire.invalid/long")
    )
    body = f"<description><![CDATA[{LONG}]]></description><author><![CDATA[{EVERYTHING}]]></author></item>"
    press.serve(FEED, document.replace(b"</item>", body.encode()))
    tracker.feeds.poll()
    first, second, *_ = tracker.evidence.inbox()
    tracker.evidence.review(first.evidence.id, "confirmed", note=EVERYTHING)
    tracker.evidence.review(
        second.evidence.id,
        "edited",
        direction=Direction.NO,
        strength=Strength.SLIGHT,
        note=LONG[:1_000],
    )


def _people(tracker: Tracker, clock: FakeClock) -> None:
    clock.time += timedelta(days=1)
    tracker.people.register(Forecaster(EVE, EVERYTHING, "person"))
    for question in (OPEN, ANSWERED, PACT):
        tracker.forecasts.submit(question, "40%", rationale=LONG, forecaster=EVE)
        tracker.forecasts.submit(question, "90%", rationale=EVERYTHING)
    piece = tracker.evidence.list(OPEN)[0].evidence.id
    comment = tracker.comments.add(OPEN, f"{EVERYTHING} @eve", evidence_id=piece, by=EVE)
    tracker.comments.edit(comment.id, f"{EVERYTHING} @ada @eve", by=EVE)
    tracker.comments.add(OPEN, EVERYTHING, reply_to=comment.id)
    tracker.comments.write_note(OPEN, EVERYTHING)
    clock.time += timedelta(days=1)
    tracker.forecasts.submit(OPEN, "5%", rationale=EVERYTHING)
    tracker.resolutions.resolve(
        ANSWERED,
        "yes",
        source_url=f"https://{MARK}/?q=%3Cscript%3E",
        known_at=clock.time,
        note=EVERYTHING,
    )


VISITS: Final[tuple[tuple[str, dict[str, str]], ...]] = (
    *(
        (name, {})
        for name in (
            "home",
            "essays",
            "inbox",
            "calendar",
            "coherence",
            "learned",
            "feeds",
            "reports",
            "settings",
            "people",
            "notifications",
            "import",
            "ask",
        )
    ),
    ("questions", {"state": "All"}),
    ("questions", {"at": OPEN}),
    *(
        ("question", {"q": OPEN, "details": section, "evidence": "1"})
        for section in (
            "How it adds up",
            "Signposts",
            "Criteria",
            "Resolve early",
            "Repeat",
            "Sharing",
        )
    ),
    ("question", {"q": OPEN, "comments": "open", "details": "Disagreement"}),
    ("question", {"q": ANSWERED}),
    ("question", {"q": ANSWERED, "details": "Scores"}),
    ("question", {"q": FUTURES, "with": f"{EVE},{FUTURES}"}),
    ("question", {"q": OPEN, "with": f"{EVE},{PACT}", "details": "Compare", "moved-in": "30 d"}),
    ("essay", {"e": ESSAY, "s": str(len(EVERYTHING) + 2)}),
    ("essay", {"e": "essay"}),
    *(
        ("scenarios", {"q": FUTURES, "section": name})
        for name in ("Why", "Your forecast", "What would change it", "Table")
    ),
    ("add", {"q": OPEN, "url": f"https://{MARK}/x", "title": EVERYTHING, "text": EVERYTHING}),
    ("record", {"kind": "Live", "details": "Standing"}),
    ("feeds", {"feed": FEED}),
)
"""Every page, as (name, parameters), with what it shows of this world."""
