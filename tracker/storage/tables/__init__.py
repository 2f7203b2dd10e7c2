"""Table definitions. Used by the storage modules alone; a row is never a domain value.

SQLModel maps `datetime` to an aware UTC column on both dialects and rejects naive values. Natural
keys are unique, so that writes are idempotent.
"""

from tracker.storage.tables.base import Row
from tracker.storage.tables.claims import (
    ClaimDecisionRow,
    DraftRow,
    EssayTextRow,
    LikelihoodRow,
    LinkRow,
    LintOverrideRow,
    QuestionEditRow,
    RepairRow,
    RetractionRow,
    ScenarioSetRow,
    SignpostMarkRow,
    StatementsRow,
    UncheckedAnswerRow,
)
from tracker.storage.tables.evidence import (
    DecisionRow,
    EvidenceRow,
    LearnedRow,
    ModelAnswerRow,
    ModelDayRow,
    RematchRow,
)
from tracker.storage.tables.feeds import (
    ArticleRow,
    FeedDayRow,
    FeedDocumentRow,
    FeedRow,
    ItemRow,
    RevisionRow,
    StoryMergeRow,
    StoryRow,
)
from tracker.storage.tables.questions import (
    ClaimRow,
    EssayRow,
    IndicatorRow,
    OptionChangeRow,
    QuestionRow,
)
from tracker.storage.tables.record import (
    ForecasterRow,
    ForecastRow,
    JobRunRow,
    LogRow,
    PropertyRow,
    ResolutionRow,
    ScoreRow,
)

__all__ = [
    "ArticleRow",
    "ClaimDecisionRow",
    "ClaimRow",
    "DecisionRow",
    "DraftRow",
    "EssayRow",
    "EssayTextRow",
    "EvidenceRow",
    "FeedDayRow",
    "FeedDocumentRow",
    "FeedRow",
    "ForecastRow",
    "ForecasterRow",
    "IndicatorRow",
    "ItemRow",
    "JobRunRow",
    "LearnedRow",
    "LikelihoodRow",
    "LinkRow",
    "LintOverrideRow",
    "LogRow",
    "ModelAnswerRow",
    "ModelDayRow",
    "OptionChangeRow",
    "PropertyRow",
    "QuestionEditRow",
    "QuestionRow",
    "RematchRow",
    "RepairRow",
    "ResolutionRow",
    "RetractionRow",
    "RevisionRow",
    "Row",
    "ScenarioSetRow",
    "ScoreRow",
    "SignpostMarkRow",
    "StatementsRow",
    "StoryMergeRow",
    "StoryRow",
    "UncheckedAnswerRow",
]
