"""Explain in a line why the matcher had not logged an item as evidence on a question."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from forecasts.evidence.evidence import Indicator
from forecasts.questions.formatting import format_count, format_utc_day
from forecasts.questions.question import Question
from tracker.feeds.feed import BY_HAND
from tracker.ingestion.item_matches import select_best_matches
from tracker.ingestion.match_state import OpenProfiles
from tracker.matching.matching_profile import Profile
from tracker.storage.learned import MatcherCalibration

if TYPE_CHECKING:
    from tracker.matching.matcher import ItemText, Match
    from tracker.storage.items import SavedItem


NOT_READ: Final = "It was not read in any feed"


def mention_story(miss: str, report_count: int) -> str:
    """Return an explanation that does not hide that `report_count` reports of its story were read.

    >>> mention_story("It was not read in any feed: no word in common.", 9)
    'It was not read in these words, but 9 reports of its story were: no word in common.'
    """
    if not report_count:
        return miss
    verb = "was" if report_count == 1 else "were"
    reports = f"{format_count(report_count, 'report')} of its story {verb}"
    return miss.replace(NOT_READ, f"It was not read in these words, but {reports}", 1)


def explain_miss(
    profiles: OpenProfiles,
    question: Question,
    text: "ItemText",
    stored: "SavedItem | None",
    *,
    known: MatcherCalibration,
) -> str:
    """Return why an item is not yet evidence on a question; `stored` is None if it is new.

    `known` is what reviews have taught by now.
    """
    from tracker.ingestion.rematch import REMATCH_PERIOD

    seen = None if stored is None or stored.feed_id == BY_HAND.id else stored.seen_at
    read = NOT_READ if seen is None else f"It was read {format_utc_day(seen)}"
    match = find_match(profiles, question, text, threshold=0.0)
    if match is None:
        veto = _find_veto(_list_watched(profiles, question), text)
        reason = f"vetoed by the word “{veto}” of a rule" if veto else "no word or name in common"
        return f"{read}: {reason}."
    relevance = f"relevance {match.relevance:.2f}"
    if find_match(profiles, question, text) is None:
        return f"{read}, and the matcher finds too little: {relevance} with “{match.nearest}”."
    (matches,) = profiles.matcher.match([text])
    best = select_best_matches(matches, profiles, known)[question.id]
    if known.is_left_out(best.relevance, question.id, profiles.matcher.heads.threshold):
        return (
            f"{read}, and reports like it were rejected on this question: {relevance}, "
            f"{best.relevance:.2f} after these judgements."
        )
    if seen is None:
        return f"{read}: the matcher would have logged it ({relevance})."
    if seen < question.opens_at - REMATCH_PERIOD:
        return f"{read}, long before this question opened ({relevance})."
    return (
        f"{read}, before the matcher knew this question as it is now ({relevance}): "
        "`tracker evidence rematch` finds more like it."
    )


def find_match(
    profiles: OpenProfiles, question: Question, text: "ItemText", threshold: float | None = None
) -> "Match | None":
    """Return the best match of an item with a question, by default one that would be logged."""
    (matches,) = profiles.matcher.match([text], threshold)
    watched = {profile for profile, _ in _list_watched(profiles, question)}
    return next((match for match in matches if match.profile in watched), None)


def _list_watched(
    profiles: OpenProfiles, question: Question
) -> Sequence[tuple[Profile, Indicator]]:
    return [
        (profile, indicator)
        for profile, indicators in profiles.indicators_by_profile.items()
        for indicator in indicators
        if indicator.question_id == question.id
    ]


def _find_veto(watched: Sequence[tuple[Profile, Indicator]], text: "ItemText") -> str:
    """Return the first veto word that occurs in the text; "" if none does."""
    from tracker.matching.term_rules import fulfils_rule

    words = (word for profile, _ in watched for word in profile.unless)
    whole = f"{text.title}\n{text.summary}"
    return next((word for word in words if fulfils_rule(whole, Profile("", terms=((word,),)))), "")
