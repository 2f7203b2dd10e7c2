"""Record of the matcher for pages and commands: precision so far, demotions, and recall."""

from dataclasses import replace

from forecasts.evidence.matcher_record import estimate_recall
from tracker.model.evidence import MatcherRecord
from tracker.storage import matcher_precision
from tracker.storage.matcher_precision import load_demotions
from tracker.storage.sessions import Session


def load_matcher_record(session: Session) -> MatcherRecord:
    """Load the record of everything that people have judged so far."""
    demotions = load_demotions(session)(None)
    record = MatcherRecord(
        matcher_precision.count_by_question(session),
        matcher_precision.count_by_indicator(session),
        matcher_precision.count_by_feed(session),
        {**demotions.indicators, **demotions.feeds},
        None,
    )
    samples = [
        matcher_precision.sample_offer(session, offer)
        for offer in matcher_precision.list_offers(session)
    ]
    return replace(record, recall=estimate_recall(samples, record.total))
