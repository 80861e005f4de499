"""Every setting by its name: what it is for, and what holds without it. docs/reference/settings.md is generated from this."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """One setting: its name, what it is for in a sentence, and what holds when it is not given."""

    name: str
    meaning: str
    default: str


# What makes reading unusual, one number each; KINKEEPER_UNUSUAL_READING may change any of them.
UNUSUAL_READING = {
    # How many days are looked at.
    "days": 28,
    # Different records in one day, and how many times the reader’s usual day that must be.
    "records_a_day": 15,
    "times_usual": 3,
    # Different records in all these days, against the median of at least so many colleagues in the same role.
    "records_a_window": 30,
    "times_colleagues": 3,
    "least_colleagues": 3,
    # Children whose case somebody else had.
    "records_outside": 3,
    # From and until which hour it is night, and different records then.
    "night_from": 22,
    "night_until": 6,
    "records_at_night": 3,
    # Different records within so many minutes.
    "run_records": 10,
    "run_minutes": 10,
}

SETTINGS = (
    Setting("KINKEEPER_DATA", "The data folder: database, keys, documents, imports.", "`data` in the checkout"),
    Setting(
        "KINKEEPER_DATABASE_URL",
        "The database: `sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST:PORT/NAME`.",
        "SQLite in the data folder",
    ),
    Setting(
        "KINKEEPER_OWNER_DATABASE_URL",
        "With PostgreSQL: the address with the role that owns the tables, for `setup`, `upgrade`, `migrate`, `restore`, `demo`.",
        "`KINKEEPER_DATABASE_URL`",
    ),
    Setting(
        "KINKEEPER_BACKUP_DATABASE_URL",
        "With PostgreSQL: the address with the role that reads everything and changes nothing, for `backup`.",
        "the address of the owner",
    ),
    Setting("KINKEEPER_APPLICATION_ROLE", "With PostgreSQL: the role in which requests are asked.", "`kinkeeper_app`"),
    Setting(
        "KINKEEPER_BACKUP_ROLE", "With PostgreSQL: the role that reads all, changes nothing.", "`kinkeeper_backup`"
    ),
    Setting(
        "KINKEEPER_BACKUPS",
        "The folder that `kinkeeper backup` writes to; better on another disk.",
        "`backups` in the data folder",
    ),
    Setting(
        "KINKEEPER_BREACHED_PASSWORDS",
        "A file of passwords that became known elsewhere, one a line, sorted by bytes (`LC_ALL=C sort -u`): they are refused.",
        "no list",
    ),
    Setting(
        "KINKEEPER_CERTIFICATE",
        "The file of the HTTPS certificate (PEM), so that Kinkeeper warns before it runs out.",
        "not watched",
    ),
    Setting(
        "KINKEEPER_ANCHORS",
        "The folder for `anchors.log`, the signed heads of the journal’s chain: best on another machine.",
        "`anchors` in the data folder",
    ),
    Setting("KINKEEPER_DEBUG", "Show technical error pages: `yes` only while developing.", "`no`"),
    Setting("KINKEEPER_HOSTS", "Host names the server answers to, separated by commas.", "`localhost,127.0.0.1,[::1]`"),
    Setting("KINKEEPER_HTTPS", "`yes` behind HTTPS: secure cookies and strict transport.", "`no`"),
    Setting(
        "KINKEEPER_IDLE_MINUTES", "After so many minutes without a page somebody signs in again; 5 to 240.", "`30`"
    ),
    Setting("KINKEEPER_LANGUAGES", "Languages people may choose, separated by commas.", "`en,ru`"),
    Setting(
        "KINKEEPER_OIDC_SERVER",
        "Single sign-on: the address (issuer) of the association’s OpenID Connect directory, with https.",
        "no directory",
    ),
    Setting("KINKEEPER_OIDC_CLIENT", "The name under which the directory knows Kinkeeper (client id).", "none"),
    Setting("KINKEEPER_OIDC_SECRET", "The secret the directory gave Kinkeeper (client secret).", "none"),
    Setting("KINKEEPER_OIDC_NAME", "What people call the directory; the sign-in page shows it.", "`the directory`"),
    Setting(
        "KINKEEPER_SCIM_TOKEN",
        "Provisioning: the token with which the directory makes and closes accounts at `/scim/v2`; at least 40 characters.",
        "no provisioning",
    ),
    Setting(
        "KINKEEPER_SECOND_FACTOR",
        "`required`: whoever administers, oversees, opens or takes out records sets up a second factor first. "
        "`offered`: everybody may.",
        "`required`",
    ),
    Setting("KINKEEPER_SESSION_HOURS", "After so many hours everybody signs in again; 1 to 24.", "`10`"),
    Setting("KINKEEPER_TIME_ZONE", "The association’s time zone, for example `Asia/Tashkent`.", "`UTC`"),
    Setting(
        "KINKEEPER_LOG_LEVEL",
        "What is written to the log: `info` (each request, one line), `warning` or `error`.",
        "`info`; on a terminal `warning`",
    ),
    Setting(
        "KINKEEPER_METRICS_TOKEN",
        "Who may read `/metrics`: whoever sends this token, at least 20 characters.",
        "programs on this machine, not through a web server in front",
    ),
    Setting(
        "KINKEEPER_MAY_FORGET",
        "`yes` for tests alone: start although confirmed deeds could be lost with the power.",
        "`no`",
    ),
    Setting(
        "KINKEEPER_UNUSUAL_READING",
        "What the page “Unusual reading” counts as unusual, for example `records_a_day=20,night_from=21`.",
        "`" + ",".join(f"{name}={number}" for name, number in UNUSUAL_READING.items()) + "`",
    ),
    Setting("KINKEEPER_SECRET_KEY", "The key that signs sessions; at least 40 characters.", "made in the data folder"),
)
