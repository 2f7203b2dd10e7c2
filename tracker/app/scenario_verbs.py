"""The verbs on scenarios, links between questions, and what is expected by a date.

A part of `Tracker`, apart because it is the part where questions speak about each other.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from forecasts.questions.links import Link
from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.scenarios.scenario_set import ScenarioLikelihoods, ScenarioSet
from tracker.app.lazy_module import LazyModule
from tracker.model.audit import Authorship, SignpostStatus
from tracker.settings import Settings
from tracker.storage import properties
from tracker.storage.sessions import Store

if TYPE_CHECKING:
    from tracker.model.scenarios import (
        CoherenceReport,
        LinkGroup,
        RepairDecision,
        RepairWord,
        ScenarioPage,
        ScenarioSummary,
        SignpostCalendar,
    )
    from tracker.questions.scenarios import changing, coherence, reading, signposts
else:
    changing, coherence, reading, signposts = (
        LazyModule(f"tracker.questions.scenarios.{name}")
        for name in ("changing", "coherence", "reading", "signposts")
    )


class ScenarioVerbs:
    """What the application does with bound questions. All times are aware UTC; all errors are one
    line for a person.
    """

    settings: Settings
    now: Callable[[], datetime]
    me: ForecasterId
    _store: Store

    def scenario_sets(self) -> "tuple[ScenarioSummary, ...]":
        """All scenario sets."""
        with self._store.reading() as session:
            return reading.summarise_scenario_sets(session, self.now())

    def scenarios(self, question_id: str) -> "ScenarioPage":
        """One scenario set with its table, its board and its history; raises `NotFound`."""
        with self._store.reading() as session:
            return reading.load_scenario_page(session, question_id, self.now())

    def add_scenario_set(self, new: ScenarioSet) -> None:
        """Make a categorical question a scenario set."""
        with self._store.writing() as session:
            changing.add_scenario_set(session, new, self._at())

    def set_likelihoods(self, scenario_question: str, row: ScenarioLikelihoods) -> ScenarioSet:
        """Say anew what the scenarios make of an indicator question; a row without numbers takes it
        out.
        """
        with self._store.writing() as session:
            return changing.revise_row(session, QuestionId(scenario_question), row, self._at())

    def add_link(self, link: Link) -> None:
        """Bind questions to each other."""
        with self._store.writing() as session:
            changing.add_link(session, link, self._at())

    def groups(self, question_id: str) -> "tuple[LinkGroup, ...]":
        """The links that a question is part of."""
        with self._store.reading() as session:
            return reading.load_groups(session, question_id, self.now())

    def coherence(self) -> "CoherenceReport":
        """What contradicts what now, and how earlier repairs did."""
        with self._store.reading() as session:
            return coherence.load_coherence(session, self.now())

    def decide_repair(
        self, link_id: str, decision: "RepairWord", *, why: str = "", by: ForecasterId | None = None
    ) -> "RepairDecision":
        """Adopt the repair of one's own forecasts on a link, or decline it; both are scored
        later.
        """
        with self._store.writing() as session:
            return coherence.decide_repair(session, link_id, decision, self._at(by), why=why)

    def calendar(self) -> "SignpostCalendar":
        """What to expect next, and what was noted of it lately; in a replay, from the time that it
        has reached.
        """
        with self._store.reading() as session:
            return signposts.load_calendar(
                session, properties.read_replay_time(session) or self.now()
            )

    def mark_signposts(self) -> tuple[SignpostStatus, ...]:
        """Note expected indicators that were seen, and those whose date passed in silence; what is
        new.
        """
        now = self.now()
        with self._store.writing() as session:
            return signposts.mark_signposts(
                session, signposts.list_watched_questions(session, now), now
            )

    def _at(self, by: ForecasterId | None = None) -> Authorship:
        """Who acts here, now."""
        return Authorship(by or self.me, self.now())
