"""Tables of accounts. Rows change and go; what was done to them stands in the log by opaque id."""

from datetime import datetime

from sqlmodel import Field

from tracker.storage.tables.base import SECRET, TableRow


class AccountRow(TableRow, table=True):
    __tablename__ = "account"
    id: str = Field(primary_key=True)
    forecaster_id: str = Field(foreign_key="forecaster.id", unique=True)
    role: str
    password_hash: str = Field(default="", sa_column_kwargs=SECRET)
    created_at: datetime
    disabled_at: datetime | None = None
    failures: int = 0
    failed_at: datetime | None = None


class LoginRow(TableRow, table=True):
    """A browser that is logged in; `account_id` is empty for the owner of the machine."""

    __tablename__ = "login"
    __table_args__ = SECRET
    id: str = Field(primary_key=True)
    account_id: str | None = Field(default=None, foreign_key="account.id", index=True)
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    browser: str


class IdentityRow(TableRow, table=True):
    """Name by which an issuer knows the person of an account; `group_role` is what it last gave."""

    __tablename__ = "identity"
    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    group_role: str = ""
    created_at: datetime


class AccessLinkRow(TableRow, table=True):
    __tablename__ = "access_link"
    __table_args__ = SECRET
    id: str = Field(primary_key=True)
    purpose: str
    role: str
    account_id: str | None = Field(default=None, foreign_key="account.id")
    expires_at: datetime
    used_at: datetime | None = None


class ApiTokenRow(TableRow, table=True):
    __tablename__ = "api_token"
    __table_args__ = SECRET
    id: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    name: str
    role: str
    secret_hash: str = Field(unique=True)
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None
