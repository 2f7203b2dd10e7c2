"""An address on trial: what it answered, what is in it, what of that would be evidence.

A trial holds the whole document, up to 20 MB of it. What a page keeps between two clicks is this.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from dashboard.components.columns_data import TIME, frame_of
from dashboard.wording import plural, size
from forecasts.questions.question import QuestionId
from tracker.feeds.answers import Deferred, Fetched, FetchFailed, FetchResult
from tracker.model.read_models import Trial, TrialMatch

if TYPE_CHECKING:  # it brings a parser of pages with it, which only a trial needs
    from tracker.feeds.discovery.feed_links import Candidate

PREVIEW: Final = 10
"""Entries shown of a feed on trial."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a page shows of a trial; everything in it but the counts is the server's own text.

    `preview` has the columns published (empty without a date) and title. `title` is "" when it is
    no feed, and then `reason` says why.
    """

    url: str
    answer: str
    has_answered: bool
    is_feed: bool
    title: str
    entries: int
    odd: str
    preview: pd.DataFrame
    matches: tuple[TrialMatch, ...]
    reason: str
    candidates: "tuple[Candidate, ...]"


def tried(trial: Trial) -> Tried:
    """What is worth keeping of a trial."""
    parsed = trial.parsed
    items = parsed.items if parsed else ()
    rows = [(item.published_at, item.title) for item in items[:PREVIEW]]
    return Tried(
        url=trial.url,
        answer=answer_in_words(trial.result),
        has_answered=isinstance(trial.result, Fetched),
        is_feed=parsed is not None,
        title=(parsed.title or "A feed without a title") if parsed else "",
        entries=len(items),
        odd=(parsed.warning or "") if parsed else "",
        preview=frame_of({"published": TIME, "title": "str"}, rows),
        matches=trial.matches,
        reason=trial.reason,
        candidates=trial.candidates,
    )


def answer_in_words(result: FetchResult) -> str:
    """The server's answer in one line; it has the server's own words in it."""
    match result:
        case Fetched() as got:
            facts = (
                f"HTTP {got.status}",
                f"{size(len(got.body))} in {got.seconds:.2f} s",
                got.content_type or "no content type",
                got.url,
                f"moved for good to {got.moved_to}" if got.moved_to else "",
            )
            return " · ".join(filter(None, facts))
        case FetchFailed(reason=reason) | Deferred(reason=reason):
            return reason
        case _:
            return "not modified"


def verdict(found: Tried) -> str:
    """Whether it is worth reading, in a sentence of our own words."""
    if not found.is_feed:
        return "**This is no feed.**" if found.has_answered else "**Nothing could be read there.**"
    questions = len({match.question_id for match in found.matches})
    if not found.matches:
        would = "none would be evidence on an open question today"
    else:
        would = (
            f"{plural(len(found.matches), 'match', 'matches')} with "
            f"{plural(questions, 'open question')}"
        )
    return f"**A feed with {plural(found.entries, 'entry', 'entries')}**; {would}."


def matches_frame(found: Tried, texts: Mapping[QuestionId, str]) -> pd.DataFrame:
    """What would be evidence. Columns: title (feed text), question, signpost, words (that
    matched).
    """
    types = {"title": "str", "question": "str", "signpost": "str", "words": "str"}
    rows = [
        (m.title, texts.get(m.question_id, m.question_id), m.indicator_name, ", ".join(m.matched))
        for m in found.matches
    ]
    return frame_of(types, rows)


def named(candidate: "Candidate") -> str:
    """A candidate as a choice; its title is the page's own text, so only where no Markdown is
    read.
    """
    guess = " (a guess)" if candidate.how == "guess" else ""
    return f"{candidate.url}{guess}{f' · {candidate.title}' if candidate.title else ''}"
