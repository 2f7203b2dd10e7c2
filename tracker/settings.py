"""Settings from environment and one file: read once, frozen, passed on.

Order: built-in default, then `tracker.toml` in the data directory, then `TRACKER_*` in the
environment (or `TRACKER_*_FILE`, the path of a file with the value), then the command line. Every
setting is described in docs/settings.md.
"""

import getpass
import os
import re
import reprlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from forecasts.questions.question import RESERVED
from tracker.errors import BadSettings
from tracker.files.user_files import create_private_file
from tracker.model.bind_address import AccessPolicy
from tracker.model.identities import EntryRules, OidcClient, ProxyTrust

if TYPE_CHECKING:
    from tracker.model.llm_endpoint import LlmEndpoint

SETTINGS_FILE = "tracker.toml"
MAX_FILE_BYTES = 64 * 1024
"""Maximum bytes of the settings file; a larger one is refused."""
DEFAULT_DATA_DIR = Path("data")
"""Default data directory, in the working directory."""
_NAME_PATTERN = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
_USER_PATTERN = re.compile(r"[\w+]+://[^@/:?]+(?=@)")
"""Start of a database address up to its user, who has no password there."""
_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


ENCODERS = ("auto", "static", "minilm", "none")


def _login_name() -> str:
    try:
        name = re.sub(r"[^a-z0-9]+", "-", getpass.getuser().lower()).strip("-")
    except (OSError, KeyError):  # no such user in a container
        name = ""
    return name if name and name not in RESERVED else "analyst"


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings.

    `data_dir` holds the database; `database_url` overrides it (PostgreSQL), with the password
    `database_password`. A process that is to run on waits `database_wait` seconds for its server.
    `me` is the default forecaster. `request_budget` is the number of requests a day that all feeds
    together may cause, 0 for 24 a feed. `private_feeds` names hosts and networks, separated by
    commas, whose feeds may be read although they are not on the public internet. `contact` is part
    of the user agent so that a publisher can reach us. `keep_days` is the retention of texts of
    items without a match, 0 for ever. With `backups` there is one a day, and one before each
    upgrade, in `backup_dir`, "" for a folder in the data directory. `signing_key` is the file of
    the key that signs heads of the log, "" for that in the data directory; `head_places` are
    further directories that keep those heads, separated by commas. `encoder` compares meanings:
    `minilm` (a transformer judges what a table proposes), `static` (the table alone), `none`, or
    `auto` for the best available.
    `model_url` is the base address of an OpenAI-compatible endpoint that may judge evidence, "" for
    none; `model_name`, `model_key`, `model_seconds`, `model_tokens` and `model_budget` (requests a
    day) are its parameters. Without `mcp_writes` agents only read by MCP; `mcp_daily_forecasts` and
    `mcp_daily_evidence` limit what each of them writes on a day. Linked questions elsewhere are
    read every `benchmark_hours`, those of Metaculus with `metaculus_token`. `allowed_hosts` are the
    host names that the dashboard accepts beside the loopback names, separated by commas;
    `public_url` is its address behind a proxy. Without `require_login` whoever reaches the
    dashboard acts as its owner. `api_per_minute` is the number of requests to the API that each
    account, token or address may send, 0 for any number. Each process that runs for long keeps
    `log_megabytes` of its log in the data directory, 0 for none.

    `oidc_…` register the tracker at an OpenID provider, without whose `oidc_issuer` there is none;
    `trusted_proxies` are addresses and networks of proxies that name in `trusted_header` whom they
    have logged in. `newcomer_role` is the role of those who come so for the first time, "" for the
    invited alone; `group_roles` are GROUP=ROLE, separated by commas.
    """

    data_dir: Path = DEFAULT_DATA_DIR
    database_url: str = ""
    database_password: str = field(default="", repr=False)
    database_wait: float = 60.0
    me: str = "analyst"
    request_budget: float = 0.0
    fetch_seconds: float = 30.0
    fetch_megabytes: float = 5.0
    private_feeds: str = ""
    contact: str = ""
    keep_days: float = 90.0
    backups: bool = True
    backup_dir: str = ""
    signing_key: str = ""
    head_places: str = ""
    encoder: str = "auto"
    model_url: str = ""
    model_name: str = ""
    model_key: str = field(default="", repr=False)
    model_seconds: float = 60.0
    model_tokens: int = 1000
    model_budget: int = 200
    mcp_writes: bool = True
    mcp_daily_forecasts: int = 50
    mcp_daily_evidence: int = 20
    benchmark_hours: float = 6.0
    metaculus_token: str = field(default="", repr=False)
    log_level: str = "info"
    log_json: bool = False
    log_megabytes: float = 50.0
    port: int = 8501
    address: str = "127.0.0.1"
    require_login: bool = True
    api_per_minute: int = 300
    allowed_hosts: str = ""
    public_url: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_name: str = "single sign-on"
    oidc_scopes: str = "openid profile email"
    oidc_name_claim: str = "name"
    oidc_groups_claim: str = "groups"
    trusted_proxies: str = ""
    trusted_header: str = "Remote-User"
    trusted_groups_header: str = ""
    newcomer_role: str = ""
    group_roles: str = ""

    @property
    def url(self) -> str:
        """Database address: `database_url`, or SQLite in the data directory."""
        if not self.database_url:
            return f"sqlite:///{self.data_dir.absolute() / 'tracker.sqlite'}"
        user = _USER_PATTERN.match(self.database_url)
        if not self.database_password or user is None:
            return self.database_url
        host = self.database_url[user.end() :]
        return f"{user[0]}:{quote(self.database_password, safe='')}{host}"

    @property
    def has_database(self) -> bool:
        """False if the database is the file in the data directory, and the file is missing."""
        return bool(self.database_url) or (self.data_dir / "tracker.sqlite").exists()

    @property
    def backup_folder(self) -> Path:
        """Folder of the backups."""
        return Path(self.backup_dir) if self.backup_dir else self.data_dir / "backups"

    @property
    def private_hosts(self) -> tuple[str, ...]:
        """Hosts and networks of `private_feeds` as a tuple."""
        return tuple(place.strip() for place in self.private_feeds.split(",") if place.strip())

    @property
    def key_file(self) -> Path:
        """File of the key that signs heads of the log; it may not exist yet."""
        return Path(self.signing_key) if self.signing_key else self.data_dir / "signing.key"

    @property
    def head_files(self) -> tuple[Path, ...]:
        """Files that keep signed heads: in the data directory, and in those of `head_places`."""
        # A replay has its database beside the live one, and a log of its own.
        name = "replay-heads.jsonl" if self.url.endswith("/replay.sqlite") else "heads.jsonl"
        places = (place.strip() for place in self.head_places.split(","))
        return (self.data_dir / name, *(Path(place) / name for place in places if place))

    @property
    def file(self) -> Path:
        """Path of the settings file, which may not exist."""
        return self.data_dir / SETTINGS_FILE

    @property
    def access_policy(self) -> AccessPolicy:
        """Host names and origins by which the dashboard may be used."""
        return AccessPolicy.from_settings(self.allowed_hosts, self.public_url)

    @property
    def entry_rules(self) -> EntryRules:
        """Roles of those whom a provider or a proxy vouches for."""
        return EntryRules.from_settings(self.newcomer_role, self.group_roles)

    @property
    def proxy_trust(self) -> ProxyTrust:
        """Proxies that may say who sends a request."""
        return ProxyTrust.from_settings(
            self.trusted_proxies, self.trusted_header, self.trusted_groups_header
        )

    @property
    def oidc_client(self) -> OidcClient | None:
        """Registration at an OpenID provider; None without one."""
        values = {f.name: getattr(self, f"oidc_{f.name}") for f in fields(OidcClient)}
        return OidcClient(**values).check() if self.oidc_issuer else None

    @property
    def base_url(self) -> str:
        """Address of the dashboard, with a slash at its end: behind a proxy, the public one."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return (self.access_policy.public_origin or f"http://{host}:{self.port}") + "/"

    @property
    def has_public_names(self) -> bool:
        """True if host names for other machines are set."""
        return bool(self.allowed_hosts.strip(" ,") or self.public_url)

    @property
    def user_agent(self) -> str:
        """User agent of requests to publishers."""
        contact = f" (+{self.contact})" if self.contact else ""
        return f"scenario-tracker/0.1{contact}"


def load_settings(
    data_dir: Path | None = None, environ: Mapping[str, str] = os.environ
) -> Settings:
    """Read file and environment once; raises `BadSettings` with the name of the bad setting."""
    directory = data_dir or Path(environ.get("TRACKER_DATA_DIR") or DEFAULT_DATA_DIR)
    settings = Settings(data_dir=directory, me=_login_name())
    path = directory / SETTINGS_FILE
    settings = _apply_values(settings, _parse_toml(_read_file(path), path), str(path))
    return check_settings(_apply_values(settings, _read_environment(environ), "environment"))


def _read_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Read settings from `TRACKER_NAME`, or from the file that `TRACKER_NAME_FILE` names."""
    values: dict[str, str] = {}
    for name in (f.name for f in fields(Settings) if f.name != "data_dir"):
        variable = _variable(name)
        path = environ.get(f"{variable}_FILE")
        if path and variable in environ:
            raise BadSettings(f"{variable} and {variable}_FILE are both set: keep one of them")
        if path:
            values[name] = _read_secret(f"{variable}_FILE", Path(path))
        elif variable in environ:
            values[name] = environ[variable]
    return values


def _read_secret(variable: str, path: Path) -> str:
    """Read the value in a file, without the line break at its end."""
    value = _read_file(path).rstrip("\r\n")
    if not value:
        raise BadSettings(f"{variable} names {path}, which is missing or empty")
    return value


def _variable(name: str) -> str:
    return f"TRACKER_{name.upper()}"


def replay_settings(settings: Settings) -> Settings:
    """Same settings with the replay's own database file, beside the live one."""
    path = settings.data_dir.absolute() / "replay.sqlite"
    return replace(settings, database_url=f"sqlite:///{path}")


def _read_file(path: Path) -> str:
    """Read the settings file, "" if there is none; raises `BadSettings` if it is unreadable."""
    try:
        if not path.exists():
            return ""
        if not path.is_file():  # a pipe would be waited for, a device read without end
            raise BadSettings(
                f"{path} is not a regular file: move it away, or put a file in its place"
            )
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise BadSettings(
                f"{path} is larger than {MAX_FILE_BYTES // 1024} kB, which no setting needs"
            )
        return content.decode()
    except OSError as error:
        raise BadSettings(f"{path} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise BadSettings(f"{path} is not written in UTF-8") from None


def _parse_toml(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise BadSettings(f"{path} is not valid TOML: its values are nested too deeply") from None
    except ValueError as error:  # TOMLDecodeError is one; so is a number of thousands of digits
        raise BadSettings(f"{path} is not valid TOML: {error}") from None


def _apply_values(settings: Settings, values: Mapping[str, Any], where: str) -> Settings:
    types = {f.name: f.type for f in fields(Settings)}
    for name in values:
        if name not in types or name == "data_dir":
            raise BadSettings(
                f"{where}: unknown setting {name!r}; known: "
                f"{', '.join(sorted(set(types) - {'data_dir'}))}"
            )
    return replace(
        settings,
        **{name: _convert_value(name, value, types[name]) for name, value in values.items()},
    )


def _convert_value(name: str, value: Any, kind: Any) -> Any:
    try:
        if kind is bool and isinstance(value, str):
            return _parse_bool(value)
        if (kind is not bool and isinstance(value, bool)) or isinstance(value, list | dict):
            raise ValueError
        return kind(value)
    except (TypeError, ValueError, OverflowError):
        raise BadSettings(
            f"setting {name!r} must be {_TYPE_NAMES[kind]}, not {_SHORT_REPR.repr(value)}"
        ) from None


def _parse_bool(text: str) -> bool:
    if text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    raise ValueError(text)


_SHORT_REPR = reprlib.Repr()  # what was given may be long, or nested too deeply to be written out
_SHORT_REPR.maxstring = _SHORT_REPR.maxother = _SHORT_REPR.maxlong = 80
_TYPE_NAMES = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    Path: "a path",
}


def check_settings(settings: Settings) -> Settings:
    """Refuse values that cannot work."""
    if not _NAME_PATTERN.fullmatch(settings.me) or settings.me in RESERVED:
        raise BadSettings(
            f"setting 'me' is {settings.me!r}: use lower-case letters and digits, and no "
            "reserved name"
        )
    if settings.database_password and not _USER_PATTERN.match(settings.database_url):
        raise BadSettings(
            "'database_password' is set, so write 'database_url' with a user and no password: "
            "postgresql+psycopg://user@host/name"
        )
    limits = (
        ("database_wait", 0, 3600),
        ("request_budget", 0, 1e7),
        ("fetch_seconds", 1, 600),
        ("fetch_megabytes", 0.1, 500),
        ("keep_days", 0, 36500),
        ("mcp_daily_forecasts", 0, 10_000),
        ("mcp_daily_evidence", 0, 10_000),
        ("api_per_minute", 0, 1_000_000),
        ("benchmark_hours", 1, 168),
        ("log_megabytes", 0, 100_000),
    )
    for name, low, high in limits:
        if not low <= getattr(settings, name) <= high:
            raise BadSettings(
                f"setting {name!r} must lie between {low} and {high}, not {getattr(settings, name)}"
            )
    if not 1 <= settings.port <= 65535:
        raise BadSettings(f"setting 'port' must lie between 1 and 65535, not {settings.port}")
    if settings.encoder not in ENCODERS:
        raise BadSettings(
            f"setting 'encoder' must be one of {', '.join(ENCODERS)}, not {settings.encoder!r}"
        )
    if settings.log_level not in ("debug", "info", "warning", "error"):
        raise BadSettings(
            f"setting 'log_level' must be debug, info, warning or error, not {settings.log_level!r}"
        )
    make_model_endpoint(settings)
    AccessPolicy.from_settings(settings.allowed_hosts, settings.public_url)
    _ = (settings.entry_rules, settings.proxy_trust, settings.oidc_client)
    return settings


def make_model_endpoint(settings: Settings) -> "LlmEndpoint | None":
    """Endpoint of the model with its limits; None without an address. Raises `BadSettings`."""
    if not settings.model_url:
        return None
    # Imported here because it loads an address parser that most commands never need.
    from tracker.model.llm_endpoint import LlmEndpoint

    try:
        return LlmEndpoint(
            base_url=settings.model_url,
            model=settings.model_name,
            key=settings.model_key,
            timeout_seconds=settings.model_seconds,
            max_tokens=settings.model_tokens,
            budget_per_day=settings.model_budget,
        )
    except BadSettings as error:
        raise BadSettings(f"settings 'model_…': {error}") from None


def is_overridden(name: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Return True if the environment sets this, which overrides the file."""
    return bool({_variable(name), f"{_variable(name)}_FILE"} & environ.keys())


def write_setting(data_dir: Path, name: str, value: str) -> None:
    """Set one text in the settings file and keep all other text; raises `BadSettings`.

    The file is replaced atomically, so that a concurrent start reads the old one or the new one.
    Nobody else can read it.
    """
    import tomlkit  # few commands write settings

    path = data_dir / SETTINGS_FILE
    text = _read_file(path)
    values = {**_parse_toml(text, path), name: value}
    check_settings(_apply_values(Settings(data_dir=data_dir), values, str(path)))
    document = tomlkit.parse(text)
    document[name] = value
    fresh = path.with_name(f".{SETTINGS_FILE}.{os.getpid()}")
    try:
        fresh.unlink(missing_ok=True)
        create_private_file(fresh)
        fresh.write_text(document.as_string(), encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise BadSettings(f"{path} cannot be written: {error.strerror or error}") from None
