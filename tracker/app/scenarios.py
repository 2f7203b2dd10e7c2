"""Scenario sets, links between questions, coherence, and the calendar of signposts."""

from forecasts.questions.links import Link
from forecasts.questions.question import ForecasterId, QuestionId
from forecasts.scenarios.scenario_set import ScenarioLikelihoods, ScenarioSet
from tracker.app.service import Service, cacheable
from tracker.model.audit import SignpostStatus
from tracker.model.scenarios import (
    CoherenceReport,
    LinkGroup,
    RepairDecision,
    RepairWord,
    ScenarioPage,
    ScenarioSummary,
    SignpostCalendar,
)
from tracker.questions.scenarios import (
    coherence_repairs,
    scenario_edits,
    scenario_pages,
    signpost_marks,
)
from tracker.storage import database_info


class ScenarioService(Service, noun="scenarios"):
    """Use cases on scenario sets."""

    @cacheable()
    def list(self) -> tuple[ScenarioSummary, ...]:
        """Return all scenario sets."""
        with self._store.reading() as session:
            return scenario_pages.summarise_scenario_sets(session, self._now())

    @cacheable()
    def get(self, question_id: str) -> ScenarioPage:
        """Return a scenario set with its likelihood table and history; raises `NotFound`."""
        with self._store.reading() as session:
            return scenario_pages.load_scenario_page(session, question_id, self._now())

    def add(self, new: ScenarioSet) -> None:
        """Turn a categorical question into a scenario set."""
        with self._store.writing() as session:
            scenario_edits.add_scenario_set(session, new, self._authorship())

    def set_likelihoods(self, scenario_question: str, row: ScenarioLikelihoods) -> ScenarioSet:
        """Set a row of the likelihood table; a row without numbers is removed."""
        with self._store.writing() as session:
            question_id = QuestionId(scenario_question)
            return scenario_edits.revise_row(session, question_id, row, self._authorship())


class LinkService(Service, noun="links"):
    """Use cases on links between questions."""

    def add(self, link: Link) -> None:
        """Link questions to each other."""
        with self._store.writing() as session:
            scenario_edits.add_link(session, link, self._authorship())

    @cacheable()
    def groups(self, question_id: str) -> tuple[LinkGroup, ...]:
        """Return the groups that a question belongs to."""
        with self._store.reading() as session:
            return scenario_pages.load_groups(session, question_id, self._now())

    @cacheable()
    def coherence(self) -> CoherenceReport:
        """Return current contradictions between forecasts, and how earlier repairs scored."""
        with self._store.reading() as session:
            return coherence_repairs.load_coherence(session, self._now())

    def decide_repair(
        self, link_id: str, decision: RepairWord, *, why: str = "", by: ForecasterId | None = None
    ) -> RepairDecision:
        """Adopt or decline the repair of one's own forecasts on a link; both are scored later."""
        with self._store.writing() as session:
            return coherence_repairs.decide_repair(
                session, link_id, decision, self._authorship(by), why=why
            )


class SignpostService(Service, noun="signposts"):
    """Use cases on expected indicators."""

    @cacheable()
    def calendar(self) -> SignpostCalendar:
        """Return upcoming signposts, closes and answers, and recently marked signposts.

        A replay looks ahead from the time that it has reached.
        """
        with self._store.reading() as session:
            return signpost_marks.load_calendar(
                session, database_info.read_replay_time(session) or self._now()
            )

    def mark(self) -> tuple[SignpostStatus, ...]:
        """Mark signposts that were seen and those whose date has passed; return the new marks."""
        now = self._now()
        with self._whole_store.writing() as session:
            return signpost_marks.mark_signposts(
                session, signpost_marks.list_watched_questions(session, now), now
            )
