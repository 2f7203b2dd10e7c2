"""Questions of every kind: options, ranges, priors and answers that are no single number; the
crowd.

Scores are derived: those of the older rules are replaced when the tracker opens the database.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

question = sa.table("question", *map(sa.column, ("id", "kind")), sa.column("prior", sa.JSON()))
number = sa.table(
    "question", sa.column("id"), sa.column("prior", sa.Float()), sa.column("prior_json", sa.JSON())
)
forecaster = sa.table("forecaster", sa.column("id"), sa.column("name"), sa.column("kind"))


def upgrade() -> None:
    op.add_column(
        "question", sa.Column("prior_json", sa.JSON(), server_default="{}", nullable=False)
    )
    for found in op.get_bind().execute(sa.select(number.c.id, number.c.prior)).all():
        known = number.update().where(number.c.id == found.id)
        op.get_bind().execute(known.values(prior_json={"kind": "binary", "p": found.prior}))
    op.drop_column("question", "prior")
    op.execute("ALTER TABLE question RENAME COLUMN prior_json TO prior")
    op.add_column("question", sa.Column("options", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("question", sa.Column("scale", sa.JSON(), nullable=True))
    op.add_column(
        "resolution",
        sa.Column("answer", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False),
    )
    op.create_table(
        "option_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("question_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("change", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("log_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["log_seq"], ["log.seq"], name=op.f("fk_option_change_log_seq_log")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_option_change_question_id_question")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_option_change")),
        sa.UniqueConstraint("log_seq", name=op.f("uq_option_change_log_seq")),
    )
    op.create_index(op.f("ix_option_change_question_id"), "option_change", ["question_id"])
    for statement in append_only(op.get_context().dialect.name):
        op.execute(statement)
    op.bulk_insert(forecaster, [{"id": "crowd", "name": "Crowd", "kind": "crowd"}])


def append_only(dialect: str) -> list[str]:
    """Refuse to change or remove a change of options, by the triggers that the other facts have."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER option_change_no_{verb} BEFORE {verb} ON option_change"
            " BEGIN SELECT RAISE(ABORT, 'option_change is append-only'); END"
            for verb in ("update", "delete")
        ]
    return [
        "CREATE TRIGGER option_change_append_only BEFORE UPDATE OR DELETE ON option_change"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    ]


def downgrade() -> None:
    others = question.c.kind != "binary"
    if op.get_bind().execute(sa.select(question.c.id).where(others).limit(1)).first():
        raise RuntimeError(
            "questions that are not binary have no place in the older tables: restore a backup"
        )
    priors = op.get_bind().execute(sa.select(question.c.id, question.c.prior)).all()
    op.drop_table("option_change")
    op.drop_column("resolution", "answer")
    for column in ("scale", "options", "prior"):
        op.drop_column("question", column)
    op.add_column("question", sa.Column("prior", sa.Float(), server_default="0.5", nullable=False))
    for found in priors:
        op.get_bind().execute(
            number.update().where(number.c.id == found.id).values(prior=found.prior["p"])
        )
    op.execute("DELETE FROM score WHERE forecaster_id = 'crowd'")
    op.execute("DELETE FROM forecaster WHERE id = 'crowd'")
    op.execute(
        "DELETE FROM property WHERE key = 'scores'"
    )  # so that the way up again works the scores out
