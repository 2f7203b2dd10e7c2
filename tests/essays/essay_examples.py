"""A short essay for tests, and what is asked from its sentences."""

from typing import Any

from forecasts.questions.new_question import NewQuestion
from forecasts.questions.question import EssayId
from tests.lives import an_asked
from tracker.app.tracker import Tracker
from tracker.model.essays import EssayText, NewEssay

TEXT = """The river treaty

Arland will sign the river treaty by the end of 2027. Prices fell in May. Borland may leave the customs union in 2028.

The dam will hold.
"""
SIGNS, PRICES, LEAVES, HOLDS = (
    TEXT.index(words) for words in ("Arland", "Prices", "Borland", "The dam")
)
RIVER = EssayId("river")


def add(tracker: Tracker, text: str = TEXT, **changed: Any) -> EssayText:
    """The essay as somebody hands it in."""
    said = {"id": "river", "title": "On the river", "text": text, "source": "river.txt"}
    return tracker.essays.add(NewEssay(**{**said, **changed}))


def asked_of(name: str = "rain", **changed: Any) -> NewQuestion:
    """A sound question that belongs to the essay."""
    text = f"Will it {name} in Arland before 31 December 2026?"
    return an_asked(name, **{"text": text, "essay_id": RIVER, **changed})


def states(tracker: Tracker, essay: str = "river") -> dict[int, str]:
    """The state of each sentence that is forward-looking, by where it stands."""
    idle = ("not forward-looking", "dropped")
    return {
        one.sentence.offset: one.state
        for one in tracker.essays.get(essay).mapped
        if one.state not in idle
    }
