"""Record of the matcher for pages and commands: precision so far, demotions, and recall."""

from dataclasses import replace

from forecasts.evidence.matcher_record import estimate_recall
from tracker.model.evidence import MatcherRecord
from tracker.storage import near_miss_offers, precision
from tracker.storage.demotions import load_demotions
from tracker.storage.sessions import Session


def load_matcher_record(session: Session) -> MatcherRecord:
    """Load the record of everything that people have judged so far."""
    demotions = load_demotions(session)(None)
    record = MatcherRecord(
        precision.count_by_question(session),
        precision.count_by_indicator(session),
        precision.count_by_feed(session),
        {**demotions.indicators, **demotions.feeds},
        None,
    )
    samples = [
        near_miss_offers.sample_offer(session, offer)
        for offer in near_miss_offers.list_offers(session)
    ]
    return replace(record, recall=estimate_recall(samples, record.total))
