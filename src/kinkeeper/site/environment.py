"""Settings from the environment, read by typed readers that refuse nonsense with a sentence.

What can be set, and what for, stands in `adjustable.py`.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured

from kinkeeper.site.adjustable import UNUSUAL_READING

SOURCE = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Key:
    """A key file of the installation: what it opens, and the name of the Django setting that holds it, if one does."""

    file: str
    opens: str
    setting: str = ""


# The keys that open what is stored. They never go into a backup, and a backup is worth nothing without them: keep a copy
# of each elsewhere. A room that locks something with a key of its own adds a line.
KEYS = (
    Key("files.key", "the stored documents", "FILES_KEY"),
    Key("factors.key", "the second factors of those who sign in", "FACTORS_KEY"),
    Key("anchor.key", "nothing; it signs the anchors of the journal", "ANCHOR_KEY"),
    Key("records.key", "what is written about people"),
    Key("records.next.key", "what is written about people, while its key is changed"),
)

LANGUAGE_NAMES = {
    "en": "English",
    "ru": "Русский",
    "uz": "Oʻzbekcha",
    "sq": "Shqip",
    "nl": "Nederlands",
    "fr": "Français",
    "ar": "العربية",
}


def _given(name: str) -> str:
    return os.environ.get(name, "").strip()


def truth(name: str) -> bool:
    """`yes` or `no` (also true/false, 1/0, on/off); anything else is refused."""
    text = _given(name).casefold()
    if text in {"", "no", "false", "0", "off"}:
        return False
    if text in {"yes", "true", "1", "on"}:
        return True
    raise ImproperlyConfigured(f"{name} is “{text}”. Write yes or no.")


def number(name: str, default: int, least: int, most: int) -> int:
    """A whole number between two bounds."""
    text = _given(name) or str(default)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise ImproperlyConfigured(f"{name} is “{text}”. Write a whole number from {least} to {most}.")
    return int(text)


def one_of(name: str, choices: tuple[str, ...]) -> str:
    """One of some words; the first one where nothing is given."""
    text = _given(name).casefold() or choices[0]
    if text not in choices:
        raise ImproperlyConfigured(f"{name} is “{text}”. Write {' or '.join(choices)}.")
    return text


def directory() -> dict[str, object] | None:
    """The OpenID Connect directory as django-allauth wants to know it, or None where none is named."""
    server, client = _given("KINKEEPER_OIDC_SERVER").rstrip("/"), _given("KINKEEPER_OIDC_CLIENT")
    secret_text = _given("KINKEEPER_OIDC_SECRET")
    if not (server or client or secret_text):
        return None
    if not (server and client and secret_text):
        raise ImproperlyConfigured(
            "A directory needs KINKEEPER_OIDC_SERVER, KINKEEPER_OIDC_CLIENT and KINKEEPER_OIDC_SECRET together."
        )
    parts = urlsplit(server)
    if parts.scheme != "https" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise ImproperlyConfigured(f"KINKEEPER_OIDC_SERVER is “{server}”. Write an address that begins with https://.")
    return {
        "provider_id": "directory",
        "name": _given("KINKEEPER_OIDC_NAME") or "the directory",
        "client_id": client,
        "secret": secret_text,
        "settings": {"server_url": server, "oauth_pkce_enabled": True},
    }


def origin_of(name: str) -> list[str]:
    """The origin of an address, as a content security policy names it; nothing where no address is given."""
    parts = urlsplit(_given(name))
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []


def long_secret(name: str) -> str:
    """A secret of at least 40 characters; empty where none is given."""
    given = _given(name)
    if given and len(given) < 40:
        raise ImproperlyConfigured(f"{name} is too short. Give at least 40 random characters.")
    return given


def words(name: str, default: str) -> list[str]:
    """A list separated by commas; empty parts are dropped, an empty list is refused."""
    found = [part.strip() for part in (_given(name) or default).split(",") if part.strip()]
    if not found:
        raise ImproperlyConfigured(f"{name} is empty. Name at least one, separated by commas.")
    return found


def data_folder() -> Path:
    """The data folder as an absolute path; made on first use, readable by its owner alone."""
    given = _given("KINKEEPER_DATA")
    folder = Path(given).expanduser() if given else _usual_folder()
    if folder.exists() and not folder.is_dir():
        raise ImproperlyConfigured(f"KINKEEPER_DATA is “{folder}”, which is not a folder. Name a folder.")
    folder = folder.absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"The data folder “{folder}” cannot be made: {error.strerror}.") from error
    return folder


def anchors_folder() -> Path | None:
    """Where signed heads of the journal’s chain are written; None is the folder `anchors` in the data folder."""
    given = _given("KINKEEPER_ANCHORS")
    folder = Path(given).expanduser().absolute() if given else None
    if folder is not None and not folder.is_dir():
        raise ImproperlyConfigured(f"KINKEEPER_ANCHORS is “{folder}”, which is not a folder. Make it, or name another.")
    return folder


def unusual_reading() -> dict[str, int]:
    """What makes reading unusual: the defaults, changed by `NAME=NUMBER` parts separated by commas."""
    found = dict(UNUSUAL_READING)
    for part in filter(None, (one.strip() for one in _given("KINKEEPER_UNUSUAL_READING").split(","))):
        name, _equals, text = (piece.strip() for piece in part.partition("="))
        most = 23 if name.startswith("night_") else 10_000
        if name not in found or not text.isdecimal() or not 1 <= int(text) <= most:
            raise ImproperlyConfigured(
                f"KINKEEPER_UNUSUAL_READING says “{part}”. Write NAME=NUMBER with a number from 1 to {most:,} and one of: "
                f"{', '.join(found)}."
            )
        found[name] = int(text)
    return found


def _usual_folder() -> Path:
    if (SOURCE / "pyproject.toml").is_file():
        return SOURCE / "data"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "kinkeeper"


def backup_folder(data: Path) -> Path:
    """Where backups are written; it need not exist yet."""
    given = _given("KINKEEPER_BACKUPS")
    folder = Path(given).expanduser() if given else data / "backups"
    if folder.exists() and not folder.is_dir():
        raise ImproperlyConfigured(f"KINKEEPER_BACKUPS is “{folder}”, which is not a folder. Name a folder.")
    return folder.absolute()


def breached_passwords() -> Path | None:
    """The list of passwords that became known elsewhere, if any; refused where it cannot be read or is not sorted."""
    given = _given("KINKEEPER_BREACHED_PASSWORDS")
    if not given:
        return None
    file = Path(given).expanduser()
    try:
        with file.open("rb") as lines:
            first = [line.rstrip(b"\r\n") for line in islice(lines, 1000)]
    except OSError as error:
        raise ImproperlyConfigured(
            f"KINKEEPER_BREACHED_PASSWORDS names “{file}”, which cannot be read: {error.strerror}."
        ) from error
    if first != sorted(first):
        raise ImproperlyConfigured(
            f"KINKEEPER_BREACHED_PASSWORDS names “{file}”, which is not sorted by bytes. "
            "Sort it: LC_ALL=C sort -u list.txt > sorted.txt"
        )
    return file


def certificate() -> Path | None:
    """The certificate that is watched, if any; whether it can be read is said on the page about this installation."""
    given = _given("KINKEEPER_CERTIFICATE")
    return Path(given).expanduser() if given else None


def log_level() -> str:
    """How much is written to the log; on a terminal only what somebody should look at."""
    given = _given("KINKEEPER_LOG_LEVEL").upper() or ("WARNING" if sys.stderr.isatty() else "INFO")
    if given not in {"INFO", "WARNING", "ERROR"}:
        raise ImproperlyConfigured(f"KINKEEPER_LOG_LEVEL is “{given.lower()}”. Write info, warning or error.")
    return given


def metrics_token() -> str:
    """The token that opens `/metrics`, or nothing."""
    given = _given("KINKEEPER_METRICS_TOKEN")
    if given and len(given) < 20:
        raise ImproperlyConfigured("KINKEEPER_METRICS_TOKEN is too short. Give at least 20 random characters.")
    return given


def languages() -> list[tuple[str, str]]:
    """The languages people may choose, with their own names."""
    codes = words("KINKEEPER_LANGUAGES", "en,ru")
    unknown = [code for code in codes if code not in LANGUAGE_NAMES]
    if unknown:
        known = ", ".join(LANGUAGE_NAMES)
        raise ImproperlyConfigured(f"KINKEEPER_LANGUAGES names “{unknown[0]}”. Known are: {known}.")
    return [(code, LANGUAGE_NAMES[code]) for code in codes]


def time_zone() -> str:
    """A time zone of the tz database."""
    name = _given("KINKEEPER_TIME_ZONE") or "UTC"
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ImproperlyConfigured(f"KINKEEPER_TIME_ZONE is “{name}”, which is not a time zone. Try UTC.") from error
    return name


def secret(data: Path, name: str) -> str:
    """A secret of this installation, made once in the data folder and readable by its owner alone."""
    path = data / "keys" / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _kept_secret(path)
    with os.fdopen(descriptor, "w") as file:
        text = secrets.token_urlsafe(48)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return text


def _kept_secret(path: Path) -> str:
    if path.stat().st_mode & 0o077:
        raise ImproperlyConfigured(f"The key file “{path}” can be read by others. Run: chmod 600 {path}")
    text = path.read_text().strip()
    if len(text) < 40:
        raise ImproperlyConfigured(f"The key file “{path}” is damaged (too short). Restore it from a backup.")
    return text


def secret_key(data: Path) -> str:
    """The key that signs sessions: given, or made in the data folder."""
    given = _given("KINKEEPER_SECRET_KEY")
    if given and len(given) < 40:
        raise ImproperlyConfigured("KINKEEPER_SECRET_KEY is too short. Give at least 40 random characters.")
    return given or secret(data, "signing.key")


def database(data: Path) -> dict[str, object]:
    """The database settings for Django, from KINKEEPER_DATABASE_URL."""
    url = _given("KINKEEPER_DATABASE_URL") or f"sqlite:///{data / 'kinkeeper.sqlite3'}"
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        # sqlite:////absolute and sqlite:///relative, as elsewhere in the Python world.
        return _sqlite(unquote(parts.path[1:]))
    if parts.scheme in {"postgresql", "postgres"}:
        return _postgresql(url)
    raise ImproperlyConfigured(
        f"KINKEEPER_DATABASE_URL begins with “{parts.scheme}”. Write sqlite:///PATH or postgresql://USER@HOST/NAME."
    )


# What alters tables, and so needs the role that owns them.
AS_OWNER = frozenset({"setup", "upgrade", "migrate", "restore", "demo", "generate"})


def be_owner(command: str) -> None:
    """Before the settings are read: let a command that alters tables sign in with the role that owns them."""
    owner = _given("KINKEEPER_OWNER_DATABASE_URL")
    if owner and command in AS_OWNER:
        os.environ["KINKEEPER_DATABASE_URL"] = owner


def backup_database() -> dict[str, object] | None:
    """Where `pg_dump` signs in, or None where it is the application’s own address."""
    url = _given("KINKEEPER_BACKUP_DATABASE_URL") or _given("KINKEEPER_OWNER_DATABASE_URL")
    return _postgresql(url) if url else None


def role_name(name: str, default: str) -> str:
    """The name of a role of PostgreSQL, in the letters that need no quotes."""
    value = _given(name) or default
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", value):
        raise ImproperlyConfigured(f"{name} is “{value}”. The name of a role is made of a-z, 0-9 and _.")
    return value


def _sqlite(path: str) -> dict[str, object]:
    if not path:
        raise ImproperlyConfigured("KINKEEPER_DATABASE_URL names no file. Write sqlite:///PATH.")
    pragmas = "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;PRAGMA secure_delete=ON;"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(Path(path).absolute()),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas},
    }


def _postgresql(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    name = parts.path.lstrip("/")
    if not name:
        raise ImproperlyConfigured("KINKEEPER_DATABASE_URL names no database. Write postgresql://USER@HOST/NAME.")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(name),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", "")) or (parts.hostname or ""),
        "PORT": query.get("port", "") or (str(parts.port) if parts.port else ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
