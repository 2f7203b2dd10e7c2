"""Onboarding progress of a new database, and the size of the database."""

from sqlmodel import Session, col, select, text

from tracker.storage.tables import DecisionRow, FeedRow, ForecasterRow, ForecastRow, QuestionRow


def read_onboarding_progress(session: Session) -> tuple[bool, bool, bool, bool]:
    """Return which first steps are done.

    In order: a question exists, a person made a forecast, a feed was fetched, a person reviewed
    evidence.
    """
    forecasts = select(ForecastRow.id).join(
        ForecasterRow, col(ForecasterRow.id) == col(ForecastRow.forecaster_id)
    )
    reviews = select(DecisionRow.id).join(
        ForecasterRow, col(ForecasterRow.id) == col(DecisionRow.by)
    )
    queries = (
        select(QuestionRow.id),
        forecasts.where(ForecasterRow.kind == "person"),
        select(FeedRow.id).where(col(FeedRow.last_success_at).is_not(None)),
        reviews.where(ForecasterRow.kind == "person"),
    )
    has_question, has_forecast, has_polled_feed, has_review = (
        session.exec(query.limit(1)).first() is not None for query in queries
    )
    return has_question, has_forecast, has_polled_feed, has_review


def read_database_bytes(session: Session) -> int:
    """Return the size of the database in bytes, without its write-ahead log."""
    query = "SELECT pg_database_size(current_database())"
    if session.get_bind().dialect.name == "sqlite":
        query = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    return int(session.execute(text(query)).scalar_one())
