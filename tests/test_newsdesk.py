"""The newsdesk: what a process that matches holds in memory, and makes anew from the database at
any time.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import NOW, FakeClock, Press, a_feed, a_question, a_set, an_indicator
from tests.matching.small_encoder import SmallEncoder
from tracker.app.tracker import Tracker
from tracker.ingestion.match_state import OWN_TEXT, MatchState


def a_desk(monkeypatch: pytest.MonkeyPatch, encoder: SmallEncoder) -> MatchState:
    monkeypatch.setattr("tracker.matching.semantic.open_encoder", lambda *_: encoder)
    return MatchState("static", Path("nowhere"))


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
        desk.load_profiles(session, NOW)
        phrasings = list(encoder.asked)
    tracker.question_sets.load(
        a_set(
            a_question("later-2027"), indicators=[an_indicator("later-2027", name="Another sign")]
        )
    )
    with tracker.context.store.reading() as session:
        desk.load_profiles(session, NOW)
    assert len(encoder.asked) == len(set(encoder.asked))
    assert encoder.asked[len(phrasings) :] == ["Another sign"]


def test_a_question_without_indicators_is_matched_by_its_own_text(tracker: Tracker) -> None:
    tracker.question_sets.load(a_set(indicators=[]))
    with tracker.context.store.reading() as session:
        watch = tracker.context.match_state.load_profiles(session, NOW)
    ((indicator,),) = watch.indicators_by_profile.values()
    assert (indicator.id, indicator.direction) == (f"summit-2027/{OWN_TEXT}", 0)


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
        first = tracker.context.match_state.load_profiles(session, NOW)
        monkeypatch.setattr("tracker.matching.tokens.MAX_TOKENS", 1)
        assert tracker.context.match_state.load_profiles(session, NOW).matcher is not first.matcher
