"""Whoever owns a question chooses on its page who sees it; others' pages do not know it."""

import pytest

from dashboard.server.response_cache import ResponseCache
from forecasts.questions.question import ForecasterId
from tests.builders import a_set
from tests.dashboard.pages import button, open_page, row_words, seen, words
from tests.lives import an_asked
from tracker.app.tracker import Tracker
from tracker.errors import NotFound
from tracker.model.essays import NewEssay
from tracker.model.principal import Principal

SECRET = "pact-2027"
ADA, BEN, CEM = map(ForecasterId, ("ada", "ben", "cem"))


def enter(tracker: Tracker, person: ForecasterId) -> Tracker:
    """The tracker as an analyst with an account has it."""
    return tracker.serve(Principal(person, "analyst", "page", account=f"account-of-{person}"))


@pytest.fixture
def world(tracker: Tracker) -> Tracker:
    """A public question, and one that only Ben sees."""
    tracker.question_sets.load(a_set())
    for name in ("Ada", "Ben", "Cem"):
        tracker.people.add(name)
    asked = an_asked(SECRET, text="Will Zanzibar sign before 31 December 2026?")
    enter(tracker, BEN).questions.ask(asked, override="a test", private_to=[])
    return tracker


def test_an_owner_shares_a_question_on_its_page(world: Tracker) -> None:
    page = open_page(enter(world, BEN), "question", q=SECRET, details="Sharing")
    assert "Private. Seen by: you." in words(page)
    page.multiselect(key=f"members-{SECRET}").select(CEM)
    page = seen(button(seen(page.run()), "Save").click().run())
    assert "Private. Seen by: you, Cem." in words(page)
    page.checkbox(key=f"private-{SECRET}").uncheck()
    page = seen(button(seen(page.run()), "Save").click().run())
    assert "Everybody with an account here sees it." in words(page)
    assert enter(world, ADA).questions.get(SECRET)


def test_a_member_is_told_and_changes_nothing(world: Tracker) -> None:
    enter(world, BEN).questions.share(SECRET, [CEM])
    page = open_page(enter(world, CEM), "question", q=SECRET, details="Sharing")
    assert "Private. Seen by: Ben, you." in words(page)
    assert not [b for b in page.button if b.label == "Save"]


def test_the_pages_of_a_stranger_do_not_know_it(world: Tracker) -> None:
    cem = enter(world, CEM)
    for name in ("home questions inbox record calendar feeds learned essays").split():
        page = open_page(cem, name)
        assert "Zanzibar" not in " ".join([words(page), *row_words(page)]), name
    page = open_page(cem, "question", q=SECRET)
    assert "There is no such question" in words(page)
    assert "Zanzibar" not in words(page)


def test_a_cached_answer_is_not_shown_to_another(world: Tracker) -> None:
    cache = ResponseCache(world)
    ben, cem = (cache.serve(enter(world, person).principal) for person in (BEN, CEM))
    for _ in range(2):
        assert SECRET in {s.question.id for s in ben.questions.list()}
        assert SECRET not in {s.question.id for s in cem.questions.list()}
    ben.questions.share(SECRET, [CEM])
    assert SECRET in {s.question.id for s in cem.questions.list()}


def test_an_essay_can_be_private_too(world: Tracker) -> None:
    text = "Zanzibar will sign the pact before 2028.\n"
    enter(world, BEN).essays.add(NewEssay("memo", "Memo", text, "memo.txt"), private_to=[])
    page = open_page(enter(world, BEN), "essay", e="memo", details="Sharing")
    assert "Private. Seen by: you." in words(page)
    with pytest.raises(NotFound):
        enter(world, CEM).essays.get("memo")
