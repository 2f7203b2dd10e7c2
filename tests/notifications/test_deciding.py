"""Each kind of notice comes from its threshold on, about the right questions, and once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from forecasts.distributions.distribution import Binary
from forecasts.questions.question import (
    SUGGESTION,
    Forecaster,
    ForecasterId,
    QuestionId,
    Resolution,
)
from tests.builders import DAY, NOW, a_question
from tests.tables import check_rows
from tracker.feeds.feed import Feed, FeedState, PublicationRate
from tracker.feeds.item import FeedId
from tracker.model.comments import Mention
from tracker.model.feed_read_models import FeedHealth
from tracker.model.notifications import (
    DEFAULT_RULES,
    ChannelMemory,
    Notification,
    NotificationKind,
    Rule,
    StrongEvidence,
)
from tracker.model.proposed_answers import MissingAnswer
from tracker.model.read_models import CurrentForecast, QuestionSummary
from tracker.model.signed_heads import SignedHead
from tracker.notifications.decide import News, decide

ADA, BEN = ForecasterId("ada"), ForecasterId("ben")
PEOPLE = {BEN: Forecaster(BEN, "Ben", "person")}
SINCE = NOW - 10 * DAY
KNOWN = ChannelMemory(SINCE)


def a_row(
    history: Mapping[float, float] | None = None,
    mine: float | None = 0.4,
    mine_days: float = 5,
    **changed: Any,
) -> QuestionSummary:
    """A question with its estimate by days ago, and Ada's forecast."""
    history = {20: 0.3, 0: 0.3} if history is None else history
    steps = tuple((NOW - days * DAY, p) for days, p in history.items())
    standings = {
        SUGGESTION: CurrentForecast(
            Forecaster(SUGGESTION, "Estimate", "suggestion"), Binary(steps[-1][1]), steps[-1][0]
        )
    }
    if mine is not None:
        since = NOW - mine_days * DAY
        standings[ADA] = CurrentForecast(Forecaster(ADA, "Ada", "person"), Binary(mine), since)
    values: dict[str, Any] = {
        "question": a_question(),
        "status": "open",
        "resolution": None,
        "standings": standings,
        "history": steps,
        "change_7d": None,
        "evidence": 0,
        "waiting": 0,
    }
    return QuestionSummary(**{**values, **changed})


def an_answer(days_ago: float, by: str = "ben") -> Resolution:
    """The answer YES, entered so many days ago."""
    at = NOW - days_ago * DAY
    return Resolution(
        a_question().id, "yes", "https://arland.example", "", at, at, at, ForecasterId(by)
    )


def tell(
    kind: NotificationKind,
    *rows: QuestionSummary,
    memory: ChannelMemory = KNOWN,
    rule: Rule | None = None,
    **more: Any,
) -> list[str]:
    """Return the titles of the notices of one kind."""
    news = News(NOW, ADA, True, rows, people=PEOPLE, **more)
    notices = decide(news, [rule or DEFAULT_RULES[kind]], memory)
    assert all(notice.kind == kind for notice in notices)
    return [notice.title for notice in notices]


@check_rows(
    [
        # Since the channel was added, not since the forecast of five days ago.
        ({20: 0.3, 6: 0.5, 0: 0.5}, ["Up 20 points to 50%"]),
        ({20: 0.5, 0: 0.4}, ["Down 10 points to 40%"]),
        ({20: 0.5, 0: 0.4001}, []),
        # There and back again.
        ({20: 0.3, 5: 0.9, 0: 0.31}, []),
        # A question that is younger than the channel: since its first estimate.
        ({5: 0.3, 0: 0.45}, ["Up 15 points to 45%"]),
        ({5: 0.3}, []),
    ]
)
def test_a_move_is_told_from_its_threshold_on(
    history: Mapping[float, float], titles: list[str]
) -> None:
    assert tell("moved", a_row(history)) == titles


@given(st.lists(st.floats(0.01, 0.99), min_size=2, max_size=12), st.floats(1, 50))
def test_moves_told_add_up_and_none_is_below_the_threshold(
    path: list[float], threshold: float
) -> None:
    rule = Rule("moved", "at once", threshold=threshold)
    memory, last = KNOWN, path[0]
    for hour in range(1, len(path)):
        now = NOW + hour * timedelta(hours=1)
        steps = {-h / 24: p for h, p in enumerate(path[: hour + 1])}
        news = News(now, ADA, True, (a_row({20.0: path[0], **steps}),))
        notices = decide(news, [rule], memory)
        assert bool(notices) == (abs(path[hour] - last) * 100 >= threshold - 1e-9)
        for notice in notices:
            assert (notice.before, notice.now) == (last, path[hour])
            assert notice.key not in memory.keys
            last = path[hour]
            memory = replace(
                memory, keys=memory.keys | {notice.key}, last={QuestionId("summit-2027"): now}
            )


@check_rows(
    [
        ("closes", {"question": a_question(closes_at=NOW + 2 * DAY)}, ["Closes in 2 days"]),
        ("closes", {"question": a_question(closes_at=NOW + timedelta(hours=3))}, ["Closes within a day"]),
        ("closes", {"question": a_question(closes_at=NOW + 4 * DAY)}, []),
        ("closes", {"question": a_question(closes_at=NOW - DAY), "status": "closed"}, []),
        ("stale", {"mine_days": 31, "history": {40: 0.3, 0: 0.5}}, ["Your forecast is 31 days old"]),
        ("stale", {"mine_days": 31, "history": {40: 0.3, 0: 0.35}}, []),
        ("stale", {"mine_days": 29, "history": {40: 0.3, 0: 0.5}}, []),
        ("stale", {"mine": None, "history": {40: 0.3, 0: 0.5}}, []),
        ("answered", {"resolution": an_answer(1), "status": "resolved"}, ["Answered: YES"]),
        ("answered", {"resolution": an_answer(11), "status": "resolved"}, []),
        ("answered", {"resolution": an_answer(1, "ada"), "status": "resolved"}, []),
        ("week", {"change_7d": 0.2}, ["1 moved, 0 answered, 0 close within a week"]),
        ("week", {"change_7d": 0.01}, []),
    ]
)  # fmt: skip
def test_other_kinds_have_their_thresholds(
    kind: NotificationKind, changed: dict[str, Any], titles: list[str]
) -> None:
    rule = replace(DEFAULT_RULES[kind], pace="digest")
    assert tell(kind, a_row(**changed), rule=rule) == titles


def test_a_signed_head_is_told_with_its_check() -> None:
    head = SignedHead(12, "ab" * 32, NOW, "cd" * 32, "ef" * 64)
    news = News(NOW, ADA, True, (), head=head)
    (notice,) = decide(news, [replace(DEFAULT_RULES["head"], pace="digest")], KNOWN)
    assert f"--head 12:{head.root}" in notice.detail
    assert decide(news, [DEFAULT_RULES["head"]], replace(KNOWN, keys={notice.key})) == ()


def test_nothing_but_the_answer_is_told_of_an_answered_question() -> None:
    row = a_row(
        {20: 0.3, 0: 0.9},
        mine_days=40,
        question=a_question(closes_at=NOW + DAY),
        resolution=an_answer(1),
        status="resolved",
    )
    mention = Mention(1, row.question.id, ADA, BEN, NOW, "look")
    news = News(
        NOW, ADA, True, (row,), mentions=(mention,), missing=(MissingAnswer(row.question, ""),)
    )
    rules = [rule for rule in DEFAULT_RULES.values() if rule.pace != "off"]
    notices = decide(news, rules, KNOWN)
    assert [notice.kind for notice in notices] == ["answered"]


def test_a_mention_reaches_its_person_if_they_see_the_question() -> None:
    def mention(who: str, at: datetime = NOW, question: str = "summit-2027") -> Mention:
        return Mention(1, QuestionId(question), ForecasterId(who), BEN, at, "What do you say?")

    row = a_row(mine=None)
    assert tell("mention", row, mentions=(mention("ada"),)) == ["Ben mentioned you"]
    assert tell("mention", row, mentions=(mention("eve"),)) == []
    assert tell("mention", row, mentions=(mention("ada", SINCE - DAY),)) == []
    assert tell("mention", row, mentions=(mention("ada", question="hidden"),)) == []
    assert (
        tell("mention", row, mentions=(mention("ada"),), attention={row.question.id: "mute"}) == []
    )


def test_scope_and_attention_choose_the_questions() -> None:
    moved, foreign = {20: 0.3, 0: 0.9}, {"mine": None}
    everything = Rule("moved", "digest", "all", 10)
    summit = a_question().id
    assert tell("moved", a_row(moved, **foreign)) == []
    assert tell("moved", a_row(moved, **foreign), rule=everything)
    assert tell("moved", a_row(moved, **foreign), attention={summit: "follow"})
    assert tell("moved", a_row(moved), rule=everything, attention={summit: "mute"}) == []
    assert tell("moved", a_row(moved, question=a_question(retrospective=True))) == []


@check_rows([(2.0, True), (0.5, False)])
def test_a_feed_is_silent_after_some_usual_gaps(days: float, silent: bool) -> None:
    feed = Feed(FeedId("wire"), "The wire", "https://wire.invalid/rss", "wire")
    rhythm = PublicationRate(items=70, days=7, at=NOW - days * DAY)
    state = FeedState(feed, NOW, last_new_at=NOW - days * DAY, rhythm=rhythm)
    health = FeedHealth(state, "quiet", 0, 0, "nothing new since Sunday")
    rule = Rule("feed", "digest", "all", 3)
    assert tell("feed", feeds=(health,), rule=rule) == ["Silent feed"] * silent
    assert tell("feed", feeds=(replace(health, silence=""),), rule=rule) == []


def test_a_known_key_is_told_no_more() -> None:
    row = a_row(question=a_question(closes_at=NOW + DAY))
    (notice,) = decide(News(NOW, ADA, True, (row,)), [DEFAULT_RULES["closes"]], KNOWN)
    assert isinstance(notice, Notification)
    memory = replace(KNOWN, keys=frozenset({notice.key}))
    assert tell("closes", row, memory=memory) == []


@check_rows(
    [("ben", 5, "Decisive evidence for it"), ("ben", 4, "Strong evidence for it"), ("ada", 5, "")]
)
def test_evidence_that_others_accepted_is_told(by: str, strength: int, title: str) -> None:
    row = a_row()
    piece = StrongEvidence(
        7, row.question.id, 1, strength, "", "They meet", "The wire", NOW - DAY, ForecasterId(by)
    )
    assert tell("evidence", row, evidence=(piece,)) == ([title] if title else [])
    assert tell("evidence", row, evidence=(replace(piece, accepted_at=SINCE - DAY),)) == []
