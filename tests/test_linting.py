"""What the linter is told of the surroundings is what stands in the database, and whom it blocks
has to insist.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasts.distributions.distribution import Binary
from forecasts.linting.lint import Flaw
from forecasts.questions.question import ClaimId, EssayId, Question
from tests.builders import (
    DAY,
    NOW,
    FakeClock,
    a_denial,
    a_question,
    a_set,
    an_indicator,
    no_network,
)
from tests.lives import ADA, an_asked
from tests.terminals import at_a_terminal
from tests.test_cli import Shell
from tracker.app import question_set_files
from tracker.app.tracker import Tracker, open_tracker
from tracker.errors import Unresolvable
from tracker.feeds.feed import Feed
from tracker.feeds.item import FeedId
from tracker.questions import question_lifecycle
from tracker.settings import Settings
from tracker.storage import event_log, questions

VAGUE = "YES if it rains a significant amount."
SURE, NEAR = "summit-2028", "summit-2027"
WHY = "we know what we mean"


def codes(tracker: Tracker, asked: object = None) -> dict[str, str]:
    """What the linter finds in a question, each finding with its reason."""
    found = tracker.questions.lint(asked or an_asked())  # type: ignore[arg-type]
    return {flaw.code: flaw.reason for flaw in found}


def subscribe(tracker: Tracker, title: str, theme: str = "", *topics: tuple[str, ...]) -> None:
    name = title.lower().replace(" ", "-")
    tracker.feeds.add(
        Feed(
            FeedId(name), title, f"https://{name}.invalid/rss", name, theme=theme, categories=topics
        )
    )


# Feeds


def test_while_nothing_is_polled_no_report_can_come(tracker: Tracker) -> None:
    assert codes(tracker)["no-feed"] == "no feed is polled"


@pytest.mark.parametrize(
    ("title", "theme", "topics", "carries"),
    [
        ("Cats of the week", "animals", (), False),
        ("Arland gazette", "", (), True),
        ("The gazette", "rain and wind", (), True),
        ("The gazette", "", (("Europe", "Arland"),), True),
        ("The gazette", "", (("Europe", "Borland"), ("Cats",)), False),
        ("Reuters wire", "", (), True),
    ],
    ids=["another subject", "title", "theme", "topic", "other topics", "all news"],
)
def test_a_question_without_a_reporting_feed_is_told(
    tracker: Tracker, title: str, theme: str, topics: tuple[tuple[str, ...], ...], carries: bool
) -> None:
    subscribe(tracker, title, theme, *topics)
    assert ("no-feed" not in codes(tracker)) is carries
    subscribe(tracker, "Dogs of the week")
    assert carries or codes(tracker)["no-feed"].startswith("none of 2 feeds is about arla")


def test_a_question_with_an_answer_is_not_asked_again(tracker: Tracker) -> None:
    tracker.questions.ask(an_asked())
    again = replace(an_asked(), id="rain-again")
    assert all(flaw.severity == "advice" for flaw in tracker.questions.lint(again))
    tracker.resolutions.resolve(
        an_asked().id, "no", source_url="https://example.org", known_at=tracker.now()
    )
    (flaw,) = [f for f in tracker.questions.lint(again) if f.severity == "blocking"]
    assert (flaw.code, flaw.reason) == (
        "already-settled", f"“{an_asked().text}” (rain) asks the same and has its answer: NO",
    )  # fmt: skip


def test_one_event_in_other_words_is_to_be_linked(tracker: Tracker) -> None:
    tracker.questions.ask(an_asked())
    text = "Before 31 December 2026, will Arland see rain?"
    assert "shared-event" not in codes(tracker)  # the same words make a family anyway
    told = {f.code: f for f in tracker.questions.lint(an_asked("wet", text=text))}
    name = f"“{an_asked().text}”"
    assert told["shared-event"].reason == f"{name} seems to ask about the same event in other words"
    assert "add-link`, rain)" in told["shared-event"].fix
    other = an_asked("wet", text="Will Arland join the river pact before 31 December 2026?")
    assert "shared-event" not in {f.code for f in tracker.questions.lint(other)}


def test_what_an_indicator_looks_for_counts_as_the_subject(tracker: Tracker) -> None:
    subscribe(tracker, "Umbrella trade")
    assert "no-feed" in codes(tracker)
    sign = an_indicator("rain", terms=(("umbrella*",),), name="Umbrellas sell out")
    assert "no-feed" not in {flaw.code for flaw in tracker.questions.lint(an_asked(), [sign])}


def test_a_paused_feed_carries_nothing_until_it_is_polled_again(tracker: Tracker) -> None:
    subscribe(tracker, "Arland gazette")
    tracker.feeds.pause("arland-gazette")
    assert codes(tracker)["no-feed"] == "no feed is polled"
    tracker.feeds.retry("arland-gazette")
    assert "no-feed" not in codes(tracker)


# Indicators


def find_missing_sides(tracker: Tracker, question_id: str) -> list[Flaw]:
    return [
        flaw for flaw in tracker.questions.lint_stored(question_id) if flaw.code == "no-indicators"
    ]


def test_a_stored_question_is_judged_with_its_own_indicators(tracker: Tracker) -> None:
    tracker.question_sets.load(
        a_set(a_question(), a_question("talks-2027"), indicators=[a_denial("talks-2027")])
    )
    assert "no-indicators" in {flaw.code for flaw in tracker.questions.lint_stored(NEAR)}
    (missing,) = find_missing_sides(tracker, "talks-2027")
    assert missing.reason == "all 1 indicators speak for NO"
    tracker.questions.add_indicator(an_indicator(NEAR))
    (one_sided,) = find_missing_sides(tracker, NEAR)
    assert one_sided.reason == "all 1 indicators speak for YES"
    tracker.questions.add_indicator(a_denial(NEAR))
    assert find_missing_sides(tracker, NEAR) == []


# How long reports are kept


@pytest.fixture
def keeping(
    on_sqlite: Settings, clock: FakeClock, request: pytest.FixtureRequest
) -> Iterator[Tracker]:
    """A tracker that keeps reports for so many days."""
    with open_tracker(
        replace(on_sqlite, keep_days=request.param), now=clock, fetch=no_network
    ) as opened:
        yield opened


@pytest.mark.parametrize(
    ("keeping", "objects"), [(29, True), (30, False), (0, False)], indirect=["keeping"]
)
def test_a_question_that_outlives_its_reports_is_told_so(keeping: Tracker, objects: bool) -> None:
    found = codes(keeping)
    assert ("retention" in found) is objects
    assert (
        not objects
        or found["retention"] == "it is open for 30 days, but reports are deleted after 29"
    )
    keeping.questions.ask(an_asked())  # advice keeps nobody from asking
    assert ("retention" in {flaw.code for flaw in keeping.questions.lint_stored("rain")}) is objects
    assert keeping.questions.get("rain").override is None


# Other questions of the same claim


def sure(**changed: object) -> Question:
    """All but settled, a year after the nearer one."""
    later = {
        "closes_at": a_question().closes_at + 365 * DAY,
        "resolves_at": a_question().resolves_at + 365 * DAY,
    }
    return a_question(SURE, **{"prior": Binary(0.99), **later, **changed})


def blocks(tracker: Tracker, question: Question) -> bool:
    return "extreme-prior" in {
        flaw.code for flaw in tracker.questions.lint(question) if flaw.severity == "blocking"
    }


def test_only_the_nearest_day_has_to_be_uncertain(tracker: Tracker) -> None:
    assert blocks(tracker, sure())
    tracker.question_sets.load(a_set(a_question()))
    assert not blocks(tracker, sure())
    assert blocks(tracker, sure(claim_ids=()))
    assert blocks(tracker, sure(claim_ids=(ClaimId("C2"),)))
    assert not blocks(tracker, sure(claim_ids=(ClaimId("C2"), ClaimId("C1"))))
    assert blocks(tracker, sure(retrospective=True))
    assert blocks(
        tracker, sure(closes_at=a_question().closes_at, resolves_at=a_question().resolves_at)
    )


def test_retracted_and_closed_questions_are_no_neighbours(
    tracker: Tracker, clock: FakeClock
) -> None:
    tracker.question_sets.load(a_set(a_question()))
    clock.time = a_question().closes_at
    assert blocks(tracker, sure())
    clock.time = NOW
    assert not blocks(tracker, sure())
    tracker.questions.retract(NEAR, "asked twice")
    assert blocks(tracker, sure())


# The same by one way and by the other


@pytest.mark.parametrize("name", ["grid_storage_2026"])
def test_a_loaded_set_has_the_flaws_of_its_check(tracker: Tracker, name: str) -> None:
    read = question_set_files.load_question_set(name)
    tracker.question_sets.load(read)
    checked = question_set_files.lint_question_set(read, 60, NOW)
    assert len(checked) > 5
    with tracker.context.store.reading() as session:
        everything = questions.list_questions(session)
        around = question_lifecycle.gather_surroundings(session, everything, 60, NOW)
        for question in everything:
            then = replace(around, now=min(NOW, question.opens_at))
            signs = questions.list_indicators(session, [question.id])
            found = question_lifecycle.find_question_flaws(
                session, question, 60, then.now, indicators=signs
            )
            assert found == question_lifecycle.find_flaws_among(everything, question, then, signs)
            assert found == checked.get(question.id, ())


def some_question(
    number: int, claims: tuple[ClaimId, ...], years: int, p: float, essay: EssayId
) -> Question:
    closes = a_question().closes_at + 365 * years * DAY
    return a_question(
        f"q-{number}",
        claim_ids=claims,
        closes_at=closes,
        resolves_at=closes,
        prior=Binary(p),
        essay_id=essay,
    )


@st.composite
def neighbours(draw: st.DrawFn) -> list[Question]:
    """Questions of a few claims of two essays."""
    claims = st.lists(st.sampled_from([ClaimId("C1"), ClaimId("C2")]), unique=True).map(tuple)
    rest = (
        claims,
        st.integers(0, 3),
        st.sampled_from([0.01, 0.5]),
        st.sampled_from([EssayId("a"), EssayId("b")]),
    )
    return [
        some_question(number, *draw(st.tuples(*rest))) for number in range(draw(st.integers(1, 6)))
    ]


@settings(max_examples=30)
@given(neighbours(), st.randoms(use_true_random=False))
def test_only_questions_of_the_same_claim_count_in_whatever_order(
    asked: list[Question], random: object
) -> None:
    around = question_lifecycle.LintContext(NOW)
    shuffled = sorted(asked, key=lambda _: random.random())  # type: ignore[attr-defined]
    for question in asked:
        alike = [
            q
            for q in shuffled
            if q.essay_id == question.essay_id and set(q.claim_ids) & set(question.claim_ids)
        ]
        found = question_lifecycle.find_flaws_among(asked, question, around, ())
        assert found == question_lifecycle.find_flaws_among(shuffled, question, around, ())
        assert found == question_lifecycle.find_flaws_among(alike, question, around, ())
        nearer = any(q.closes_at < question.closes_at for q in alike)
        settled = isinstance(question.prior, Binary) and question.prior.p < 0.02 and not nearer
        assert settled is ("extreme-prior" in {flaw.code for flaw in found})


# Whoever insists says why


@pytest.mark.parametrize("override", ["", "  \n"])
def test_a_blocked_question_needs_a_reason(tracker: Tracker, override: str) -> None:
    before = tracker.system.verify()
    with pytest.raises(Unresolvable, match="a stranger could not resolve rain") as refusal:
        tracker.questions.ask(
            an_asked(criteria=VAGUE), indicators=[an_indicator("rain")], override=override
        )
    assert {flaw.severity for flaw in refusal.value.flaws} == {"blocking"}
    assert tracker.system.verify() == before
    assert tracker.questions.list() == ()
    tracker.questions.ask(an_asked())  # the name is still free


def test_who_insisted_on_what_and_why_is_logged_and_shown(
    tracker: Tracker,
    clock: FakeClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(Unresolvable) as refusal:
        tracker.questions.ask(an_asked(criteria=VAGUE))
    blocking = tuple(dict.fromkeys(flaw.code for flaw in refusal.value.flaws))
    tracker.questions.ask(an_asked(criteria=VAGUE), override=f"  {WHY}\n")
    override = tracker.questions.get("rain").override
    assert override is not None
    assert (override.codes, override.why, override.by, override.at) == (blocking, WHY, ADA, NOW)
    with tracker.context.store.reading() as session:
        (entry,) = (
            entry for entry in event_log.iterate_entries(session) if entry.kind == "override"
        )
    assert entry.subject == "rain"
    assert f'"why":"{WHY}"' in entry.body
    assert all(f'"{code}"' in entry.body for code in blocking)
    shell: Shell = at_a_terminal(tracker, clock, capsys, monkeypatch)
    said = " ".join(shell("question", "show", "rain").split())
    assert f"Opened against the linter ({', '.join(blocking)}) by ada: {WHY}" in said
    assert tracker.system.verify().bad_seq is None


def test_a_sound_question_logs_no_override(tracker: Tracker) -> None:
    tracker.questions.ask(an_asked(), override=WHY)
    assert tracker.questions.get("rain").override is None
    with tracker.context.store.reading() as session:
        assert "override" not in {entry.kind for entry in event_log.iterate_entries(session)}


def test_a_set_with_a_blocked_question_is_not_loaded(tracker: Tracker) -> None:
    sound, vague = (
        a_question(),
        a_question("talks-2027", criteria="YES if they talk a significant amount."),
    )
    bare = replace(a_set(sound, vague), overrides={NEAR: WHY})
    before = tracker.system.verify()
    with pytest.raises(Unresolvable, match="talks-2027"):
        tracker.question_sets.load(bare)
    assert tracker.system.verify() == before
    assert (tracker.questions.list(), tracker.essays.list(), tracker.feeds.list()) == ((), (), ())
    tracker.question_sets.load(replace(bare, overrides={NEAR: WHY, "talks-2027": WHY}))
    assert len(tracker.questions.list()) == 2
    override = tracker.questions.get("talks-2027").override
    assert override is not None
    assert (override.why, override.by) == (WHY, "question-set")
    assert "vague-word" in override.codes
