"""Access to questions and essays, and the rows that it hides from a person.

A session that is opened for a person hides what they may not see: each SELECT leaves out the rows
of hidden questions and essays, in every table that names one. So no query can forget it. Statements
other than SELECT are left as they are: what they change was read before.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final, Literal, cast

from sqlalchemy import Connection, Engine, FromClause, Join, Select, Table, event, or_
from sqlalchemy.sql import visitors
from sqlalchemy.sql.selectable import AliasedReturnsRows, SelectBase
from sqlmodel import Session, col, func, select

from forecasts.questions.question import ForecasterId, QuestionId
from tracker.model.access import NOTHING_HIDDEN, Access, Hidden, Shared
from tracker.model.audit import Authorship
from tracker.storage import facts
from tracker.storage.tables import AccessRow, EvidenceRow, QuestionRow, TableRow

HIDDEN_OPTION: Final = "tracker_hidden"
"""Execution option of a session or a statement: what it hides."""

SEE_ALL: Final = {HIDDEN_OPTION: NOTHING_HIDDEN}
"""Execution options of a statement that hides nothing."""

_Kind = Literal["questions", "essays", "evidence"]

_COLUMNS: Final[Mapping[tuple[str, str], _Kind]] = {
    ("question", "id"): "questions",
    ("essay", "id"): "essays",
    ("likelihood", "scenario_question_id"): "questions",
    ("learned", "scope"): "questions",
}
"""Columns that name a question or an essay and are not called so."""

_COLUMNS_EVERYWHERE: Final[Mapping[str, _Kind]] = {
    "question_id": "questions",
    "essay_id": "essays",
    "evidence_id": "evidence",
}


def set_access(session: Session, shared: Shared, access: Access, authorship: Authorship) -> None:
    """Append who sees a question or an essay from now on."""
    columns = {
        "shared": shared.kind,
        "name": shared.id,
        "is_private": access.is_private,
        "owner": access.owner or "",
        "members": list(access.members),
    }
    facts.append_fact(session, "access", shared.id, columns, at=authorship.at, by=authorship.by)


def find_access(session: Session, shared: Shared) -> Access:
    """Return who sees a question or an essay."""
    return _load_newest(session).get(shared, Access())


def load_hidden(session: Session, viewer: ForecasterId) -> Hidden:
    """Return what a person does not see; a question of a hidden essay is hidden, too."""
    closed = [s for s, access in _load_newest(session).items() if not access.admits(viewer)]
    hidden = {shared.id for shared in closed if shared.kind == "question"}
    essays = {shared.id for shared in closed if shared.kind == "essay"}
    if essays:
        hidden.update(
            session.exec(select(QuestionRow.id).where(col(QuestionRow.essay_id).in_(essays)))
        )
    return Hidden(frozenset(hidden), frozenset(essays))


def _load_newest(session: Session) -> dict[Shared, Access]:
    newest = select(func.max(AccessRow.id)).group_by(AccessRow.shared, AccessRow.name)
    rows = session.exec(select(AccessRow).where(col(AccessRow.id).in_(newest)))
    return {
        Shared(cast(Any, row.shared), row.name): Access(
            row.is_private,
            ForecasterId(row.owner) if row.owner else None,
            tuple(map(ForecasterId, row.members)),
            row.at,
        )
        for row in rows
    }


def hide(session: Session, hidden: Hidden) -> None:
    """Let a session hide these rows from now on."""
    session.info[HIDDEN_OPTION] = hidden
    session.connection(execution_options={HIDDEN_OPTION: hidden})


def sees_questions(session: Session, question_ids: Iterable[QuestionId | str]) -> bool:
    """Return whether a session sees all of these questions; for lists of ids in one column."""
    hidden: Hidden = session.info.get(HIDDEN_OPTION, NOTHING_HIDDEN)
    return hidden.questions.isdisjoint(question_ids)


def hide_rows(engine: Engine) -> None:
    """Let all sessions of an engine hide what their options say."""
    event.listen(engine, "before_execute", _filter_statement, retval=True)


def _filter_statement(
    _connection: Connection, statement: Any, rows: Any, row: Any, options: Mapping[str, Any]
) -> tuple[Any, Any, Any]:
    hidden: Hidden = options.get(HIDDEN_OPTION, NOTHING_HIDDEN)
    if hidden and isinstance(statement, SelectBase):
        statement = visitors.cloned_traverse(
            statement, {}, {"select": lambda part: _leave_out(part, hidden)}
        )
    return statement, rows, row


def _leave_out(part: Select[Any], hidden: Hidden) -> None:
    """Add the conditions of one SELECT, perhaps inside another, to it."""
    conditions = [
        # Of an outer join a row may be missing: NULL is nobody's secret.
        or_(source.c[name].is_(None), source.c[name].not_in(_list_ids(kind, hidden)))
        for source, table in _list_tables(part.get_final_froms())
        for name, kind in _list_columns(table)
    ]
    if conditions:
        Select.where.non_generative(part, *conditions)  # type: ignore[attr-defined]


def _list_ids(kind: _Kind, hidden: Hidden) -> Any:
    if kind == "questions":
        return sorted(hidden.questions)
    if kind == "essays":
        return sorted(hidden.essays)
    of_hidden = col(EvidenceRow.question_id).in_(sorted(hidden.questions))
    return select(EvidenceRow.id).where(of_hidden)


def _list_tables(sources: Iterable[FromClause]) -> Iterable[tuple[FromClause, Table]]:
    """Iterate over the tables of a FROM, each under the name by which the statement calls it."""
    for source in sources:
        if isinstance(source, Join):
            yield from _list_tables((source.left, source.right))
        elif isinstance(source, Table):
            yield source, source
        elif isinstance(source, AliasedReturnsRows) and isinstance(source.element, Table):
            yield source, source.element


@cache
def _list_columns(table: Table) -> tuple[tuple[str, _Kind], ...]:
    if table.metadata is not TableRow.metadata:
        return ()
    kinds = (
        (name, _COLUMNS.get((table.name, name)) or _COLUMNS_EVERYWHERE.get(name))
        for name in table.c.keys()  # noqa: SIM118 -- not a mapping
    )
    return tuple((name, kind) for name, kind in kinds if kind is not None)
