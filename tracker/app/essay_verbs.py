"""The verbs on essays: read a text, take its claims up or set them aside, see how it did.

A part of `Tracker`, apart because it is the part that reads texts of people.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from forecasts.evidence.evidence import Indicator
from forecasts.questions.question import EssayId, ForecasterId, Question
from tracker.app.lazy_module import LazyModule
from tracker.model.audit import Authorship
from tracker.settings import Settings
from tracker.storage.sessions import Store

if TYPE_CHECKING:
    from forecasts.essays.claim_map import ClaimRejection
    from forecasts.essays.draft import ClaimDraft
    from forecasts.questions.new_question import NewQuestion
    from tracker.essays import adding, extracting, horizons, opening, reading, titles
    from tracker.essays.horizons import PlannedQuestion
    from tracker.llm.drafting import ProposalResult
    from tracker.model.essays import EssayPage, EssaySummary, EssayText, NewEssay
else:  # what reads and drafts essays is a tenth of the start of a command
    adding, extracting, horizons, opening, reading, titles = (
        LazyModule(f"tracker.essays.{name}")
        for name in ("adding", "extracting", "horizons", "opening", "reading", "titles")
    )


class EssayVerbs:
    """What the application does with essays. All times are aware UTC; all errors are one line for a
    person.
    """

    settings: Settings
    now: Callable[[], datetime]
    me: ForecasterId
    _store: Store

    def essays(self) -> "tuple[EssaySummary, ...]":
        """All essays with how much of them was asked, and how their claims did."""
        with self._store.reading() as session:
            return reading.summarise_essays(session, self.now())

    def essay_titles(self) -> Mapping[EssayId, str]:
        """The titles of all essays by their names, in the order of the titles; quick, as no
        question is read.
        """
        with self._store.reading() as session:
            return reading.load_essay_titles(session)

    def essay(self, essay_id: str) -> "EssayPage":
        """An essay with its record written over it; raises `NotFound`."""
        with self._store.reading() as session:
            return reading.load_essay_page(session, EssayId(essay_id), self.now())

    def add_essay(self, new: "NewEssay") -> "EssayText":
        """Store an essay with its text, or a new version of its text; what was asked from it stays
        as it is.
        """
        with self._store.writing() as session:
            return adding.add_essay(session, new, self._mine())

    @staticmethod
    def read_text(raw: bytes, name: str) -> str:
        """The plain text of a saved file: text, Markdown or a web page; raises `Refused` for
        anything else.
        """
        return extracting.extract_text(raw, name)

    @staticmethod
    def read_title(raw: bytes, name: str) -> str:
        """The title of an essay in a saved file; empty when it shows none."""
        return titles.find_title(raw, name)

    def draft(self, essay_id: str, offset: int) -> "ClaimDraft":
        """What a question from the sentence at `offset` could look like."""
        with self._store.reading() as session:
            return opening.propose_draft(session, EssayId(essay_id), offset, self._mine())

    def save_draft(self, essay_id: str, offset: int, fields: Mapping[str, Any]) -> None:
        """Keep a question half written, in place of what was kept of it before."""
        with self._store.writing() as session:
            adding.save_draft(session, EssayId(essay_id), offset, fields, authorship=self._mine())

    def open_claim(
        self,
        asked: "NewQuestion",
        offset: int,
        *,
        indicators: Sequence[Indicator] = (),
        override: str = "",
    ) -> Question:
        """Open a question from a sentence of its essay; see `ask` for what is refused."""
        with self._store.writing() as session:
            return opening.open_claim(
                session,
                asked,
                offset,
                self.settings.keep_days,
                authorship=self._mine(),
                indicators=indicators,
                override=override,
            )

    def open_claims(
        self, wanted: "Sequence[PlannedQuestion]", offset: int, *, override: str = ""
    ) -> tuple[Question, ...]:
        """Open questions from one sentence, all or none; several last days of one event are bound
        as a group.
        """
        with self._store.writing() as session:
            return horizons.open_claims(
                session,
                wanted,
                offset,
                self.settings.keep_days,
                authorship=self._mine(),
                override=override,
            )

    def reject_claim(self, essay_id: str, offset: int, why: str) -> "ClaimRejection":
        """Set a sentence aside as untestable, with the reason that is shown over the essay."""
        with self._store.writing() as session:
            return adding.reject_claim(
                session, EssayId(essay_id), offset, why, authorship=self._mine()
            )

    def restore_claim(self, essay_id: str, offset: int) -> None:
        """Take a sentence up again that was set aside."""
        with self._store.writing() as session:
            adding.restore_claim(session, EssayId(essay_id), offset, self._mine())

    def propose(self, essay_id: str, offset: int) -> "ProposalResult":
        """Ask the model for slots and edge cases, if one is set up: proposals that a person takes
        or leaves.
        """
        from tracker.llm import drafting

        return drafting.propose_from_settings(
            self._store, self.settings, self.draft(essay_id, offset), self.now
        )

    def _mine(self) -> Authorship:
        """Who acts here, now."""
        return Authorship(self.me, self.now())
