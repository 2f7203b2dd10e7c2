"""Summary of a feed on trial: server answer, content, and what would be evidence.

A trial holds the whole document, up to 20 MB. A page keeps only this summary between reruns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from dashboard.components.columns_data import TIME, build_frame
from dashboard.wording import format_bytes, plural
from forecasts.questions.question import QuestionId
from tracker.feeds.answers import Deferred, Fetched, FetchFailed, FetchResult
from tracker.model.read_models import Trial, TrialMatch

if TYPE_CHECKING:  # it imports a page parser that only a trial needs
    from tracker.feeds.discovery.feed_links import FeedCandidate

MAX_PREVIEW_ENTRIES: Final = 10
"""Number of entries shown of a feed on trial."""


@dataclass(frozen=True, slots=True)
class FeedTrial:
    """Summary of a trial for a page; all texts in it come from the server.

    `preview` has the columns published (empty without a date) and title. `title` is "" if it is no
    feed, and then `reason` says why.
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
    candidates: "tuple[FeedCandidate, ...]"


def summarise_trial(trial: Trial) -> FeedTrial:
    """Summarise a trial without its document."""
    parsed = trial.parsed
    items = parsed.items if parsed else ()
    rows = [(item.published_at, item.title) for item in items[:MAX_PREVIEW_ENTRIES]]
    return FeedTrial(
        url=trial.url,
        answer=describe_fetch_result(trial.result),
        has_answered=isinstance(trial.result, Fetched),
        is_feed=parsed is not None,
        title=(parsed.title or "A feed without a title") if parsed else "",
        entries=len(items),
        odd=(parsed.warning or "") if parsed else "",
        preview=build_frame({"published": TIME, "title": "str"}, rows),
        matches=trial.matches,
        reason=trial.reason,
        candidates=trial.candidates,
    )


def describe_fetch_result(result: FetchResult) -> str:
    """Describe the server's answer in one line; it contains text from the server."""
    match result:
        case Fetched() as fetched:
            facts = (
                f"HTTP {fetched.status}",
                f"{format_bytes(len(fetched.body))} in {fetched.seconds:.2f} s",
                fetched.content_type or "no content type",
                fetched.url,
                f"moved for good to {fetched.moved_to}" if fetched.moved_to else "",
            )
            return " · ".join(filter(None, facts))
        case FetchFailed(reason=reason) | Deferred(reason=reason):
            return reason
        case _:
            return "not modified"


def trial_verdict(trial: FeedTrial) -> str:
    """Describe in a sentence, without foreign text, whether the feed is worth subscribing."""
    if not trial.is_feed:
        return "**This is no feed.**" if trial.has_answered else "**Nothing could be read there.**"
    questions = len({match.question_id for match in trial.matches})
    if not trial.matches:
        matches = "none would be evidence on an open question today"
    else:
        matches = (
            f"{plural(len(trial.matches), 'match', 'matches')} with "
            f"{plural(questions, 'open question')}"
        )
    return f"**A feed with {plural(trial.entries, 'entry', 'entries')}**; {matches}."


def trial_matches_frame(trial: FeedTrial, texts: Mapping[QuestionId, str]) -> pd.DataFrame:
    """Would-be evidence. Columns: title (feed text), question, signpost, words (that matched)."""
    types = {"title": "str", "question": "str", "signpost": "str", "words": "str"}
    rows = [
        (
            match.title,
            texts.get(match.question_id, match.question_id),
            match.indicator_name,
            ", ".join(match.matched),
        )
        for match in trial.matches
    ]
    return build_frame(types, rows)


def candidate_label(candidate: "FeedCandidate") -> str:
    """Label a candidate for a choice; contains text of the page, so show it without Markdown."""
    guess = " (a guess)" if candidate.how == "guess" else ""
    return f"{candidate.url}{guess}{f' · {candidate.title}' if candidate.title else ''}"
