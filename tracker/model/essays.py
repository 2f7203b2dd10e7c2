"""Values of the essay use cases."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from forecasts.essays.claim_map import ClaimCoverage, ClaimRejection, MappedSentence, TrackRecord
from forecasts.essays.comparison import RecordComparison
from forecasts.questions.question import Claim, Essay, EssayId, ForecasterId, QuestionId
from tracker.model.read_models import QuestionSummary


@dataclass(frozen=True, slots=True)
class EssayText:
    """One version of an essay's text; `source` is a file name or an address."""

    essay_id: EssayId
    version: int
    text: str
    source: str
    at: datetime
    by: ForecasterId


@dataclass(frozen=True, slots=True)
class NewEssay:
    """An essay to add; `text` is empty when only its record is added."""

    id: str
    title: str
    text: str
    source: str
    published: str = ""
    language: str = "en"
    note: str = ""


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """An unfinished question from the sentence at `offset`; `fields` are those of the form."""

    essay_id: EssayId
    offset: int
    by: ForecasterId
    saved_at: datetime
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EssaySummary:
    """An essay as one row: coverage by questions, and track records."""

    essay: Essay
    has_text: bool
    coverage: ClaimCoverage
    live: TrackRecord
    retrospective: TrackRecord
    questions: int


@dataclass(frozen=True, slots=True)
class EssayPage:
    """An essay with its track record.

    `mapped` are all sentences in order, then the claims whose words the text no longer has; or the
    claims alone without a stored text. `retrospective` is the record of questions written after
    their own window, kept apart from the live one.
    """

    essay: Essay
    text: EssayText | None
    mapped: tuple[MappedSentence, ...]
    coverage: ClaimCoverage
    live: TrackRecord
    retrospective: TrackRecord
    claims: tuple[Claim, ...]
    questions: Mapping[QuestionId, QuestionSummary]
    rejections: tuple[ClaimRejection, ...]
    drafts: Mapping[int, SavedDraft] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EssayComparison:
    """Two essays with their records side by side; live and retrospective ones stay apart."""

    first: Essay
    second: Essay
    live: RecordComparison
    retrospective: RecordComparison
