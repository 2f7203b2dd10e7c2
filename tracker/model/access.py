"""Access to a question or an essay: public, or private to its owner and members."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from forecasts.questions.question import ForecasterId


@dataclass(frozen=True, slots=True)
class Shared:
    """A question or an essay, which can be private."""

    kind: Literal["question", "essay"]
    id: str


@dataclass(frozen=True, slots=True)
class Access:
    """People who see a question or an essay: everybody, or `owner` and `members`.

    Whatever was never made private is public, without an owner. A question of a private essay is
    seen by nobody who does not see the essay.
    """

    is_private: bool = False
    owner: ForecasterId | None = None
    members: tuple[ForecasterId, ...] = ()
    changed_at: datetime | None = None

    def admits(self, forecaster: ForecasterId) -> bool:
        """Return whether a person sees the object.

        >>> Access(True, ForecasterId("ana"), (ForecasterId("ben"),)).admits(ForecasterId("cem"))
        False
        """
        return not self.is_private or forecaster == self.owner or forecaster in self.members


@dataclass(frozen=True, slots=True)
class Hidden:
    """Ids of the questions and essays that somebody does not see."""

    questions: frozenset[str] = frozenset()
    essays: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.questions or self.essays)


NOTHING_HIDDEN = Hidden()
