"""The newsdesk: what a process that matches holds in memory, and makes anew from the database at
any time.
"""

from datetime import timedelta

import pytest

from forecasts.distributions.distribution import Categorical
from forecasts.evidence.evidence import OWN_TEXT, Direction
from forecasts.questions.question import Option
from tests.builders import NOW, FakeClock, Press, a_feed, a_question, a_set, an_indicator
from tests.matching.small_encoder import SmallEncoder
from tracker.app.tracker import Tracker
from tracker.ingestion.match_state import MatchState
from tracker.matching.matcher import ItemText
from tracker.matching.semantic import Encoders

OPTIONS = (Option("Geneva"), Option("Doha"))


def a_desk(monkeypatch: pytest.MonkeyPatch, encoder: SmallEncoder) -> MatchState:
    monkeypatch.setattr(
        "tracker.matching.semantic.open_encoders", lambda _: Encoders(encoder, encoder)
    )
    return MatchState("minilm")


def test_the_matcher_is_kept_while_questions_stay_the_same(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set())
    with tracker.context.store.reading() as session:
        first = tracker.context.match_state.load_profiles(session, NOW)
        assert (
            tracker.context.match_state.load_profiles(session, NOW + timedelta(minutes=1)).matcher
            is first.matcher
        )
    tracker.question_sets.load(
        a_set(
            a_question("later-2027"), indicators=[an_indicator("later-2027", name="Another sign")]
        )
    )
    with tracker.context.store.reading() as session:
        assert tracker.context.match_state.load_profiles(session, NOW).matcher is not first.matcher


def test_a_phrasing_is_encoded_once(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    tracker.question_sets.load(a_set())
    encoder = SmallEncoder()
    desk = a_desk(monkeypatch, encoder)
    with tracker.context.store.reading() as session:
        assert desk.load_profiles(session, NOW).matcher
        phrasings = list(encoder.asked)
    tracker.question_sets.load(
        a_set(
            a_question("later-2027"), indicators=[an_indicator("later-2027", name="Another sign")]
        )
    )
    with tracker.context.store.reading() as session:
        assert desk.load_profiles(session, NOW).matcher
    assert len(encoder.asked) == len(set(encoder.asked))
    assert encoder.asked[len(phrasings) :] == ["Another sign"]


def test_the_judge_reads_a_line_once(tracker: Tracker, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as the process lives, whatever questions come and go."""
    tracker.question_sets.load(a_set())
    wide, judge = SmallEncoder(), SmallEncoder("minilm-ofwords")
    monkeypatch.setattr("tracker.matching.semantic.open_encoders", lambda _: Encoders(wide, judge))
    desk = MatchState("minilm")
    title = ItemText("Arland invites Borland to a summit", "")
    for question in ("summit-2027", "later-2027"):
        tracker.question_sets.load(
            a_set(a_question(question), indicators=[an_indicator(question, name=question)])
        )
        with tracker.context.store.reading() as session:
            (matches,) = desk.load_profiles(session, NOW).matcher.match([title])
        assert matches
    lines = [text for text in judge.asked if text != title.title]
    assert title.title in judge.asked
    assert {"Arland invites Borland to a summit", "later-2027"} <= set(judge.asked)
    assert len(lines) == len(set(lines))


def test_a_question_is_matched_by_its_own_lines_beside_its_indicators(tracker: Tracker) -> None:
    for written in ([], [an_indicator()]):
        tracker.question_sets.load(a_set(indicators=written))
        with tracker.context.store.reading() as session:
            watch = tracker.context.match_state.load_profiles(session, NOW)
        *others, (own,) = watch.indicators_by_profile.values()
        assert (own.id, own.direction) == (f"summit-2027/{OWN_TEXT}", Direction.YES)
        assert [i.id for group in others for i in group] == [i.id for i in written]


def test_each_option_is_matched_by_its_own_statement(tracker: Tracker) -> None:
    place = a_question(
        kind="categorical", options=OPTIONS, prior=Categorical(("Geneva", "Doha"), (0.5, 0.5)),
        text="Where will both leaders meet?",
    )  # fmt: skip
    tracker.question_sets.load(a_set(place, indicators=[]))
    with tracker.context.store.reading() as session:
        watch = tracker.context.match_state.load_profiles(session, NOW)
    options = {
        profile.text: [(i.option, i.direction) for i in group]
        for profile, group in watch.indicators_by_profile.items()
    }
    assert options == {
        "Both leaders meet in Geneva": [("Geneva", Direction.YES)],
        "Both leaders meet in Doha": [("Doha", Direction.YES)],
    }


def test_copies_that_another_process_stored_are_known(
    tracker_with_press: Tracker, press: Press, clock: FakeClock
) -> None:
    tracker = tracker_with_press
    tracker.question_sets.load(a_set(feeds=[a_feed("wire"), a_feed("agency")]))
    press.publish("wire", "Arland invites Borland to a summit in the spring")
    tracker.feeds.poll()
    tracker.context.match_state.clear_caches()  # as a process that starts only now
    clock.advance(hours=1)
    press.publish(
        "agency",
        "Arland invites Borland to a summit in the spring - The Agency",
        "https://agency.invalid/1",
    )
    assert tracker.feeds.poll(every=True).new_evidence == 0
    (card,) = tracker.questions.get("summit-2027").evidence
    assert [report.copy_of is not None for report in card.items] == [False, True]


def test_a_full_vocabulary_is_replaced_with_its_matcher(
    tracker: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracker.question_sets.load(a_set())
    with tracker.context.store.reading() as session:
        first = tracker.context.match_state.load_profiles(session, NOW).matcher
        assert tracker.context.match_state.load_profiles(session, NOW).matcher is first
        monkeypatch.setattr("tracker.matching.tokens.MAX_TOKENS", 1)
        assert tracker.context.match_state.load_profiles(session, NOW).matcher is not first
