"""How far a new database has come, and how large it is."""

from sqlmodel import Session, col, select, text

from tracker.storage.tables import DecisionRow, FeedRow, ForecasterRow, ForecastRow, QuestionRow


def beginnings(session: Session) -> tuple[bool, bool, bool, bool]:
    """Whether there is a question, a person's forecast, a feed that ever answered, a person's
    judgement of evidence.
    """
    by_people = select(ForecastRow.id).join(
        ForecasterRow, col(ForecasterRow.id) == col(ForecastRow.forecaster_id)
    )
    judged = select(DecisionRow.id).join(
        ForecasterRow, col(ForecasterRow.id) == col(DecisionRow.by)
    )
    found = (
        select(QuestionRow.id),
        by_people.where(ForecasterRow.kind == "person"),
        select(FeedRow.id).where(col(FeedRow.last_success_at).is_not(None)),
        judged.where(ForecasterRow.kind == "person"),
    )
    asked, forecast, polled, reviewed = (
        session.exec(query.limit(1)).first() is not None for query in found
    )
    return asked, forecast, polled, reviewed


def size(session: Session) -> int:
    """Bytes that the database takes up, without what is still to be written into it."""
    asked = "SELECT pg_database_size(current_database())"
    if session.get_bind().dialect.name == "sqlite":
        asked = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    return int(session.execute(text(asked)).scalar_one())
