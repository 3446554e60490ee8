"""Every setting the program takes from outside: name, default, meaning. The only reader of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable. `default=None` means it must be given."""

    name: str
    default: str | None
    meaning: str


SETTINGS = (
    Setting(
        "DATABASE_URL", None, "Any PostgreSQL 15 or later, as a libpq address. `make run` starts its own."
    ),
    Setting(
        "SECRET_KEY", None, "Signs cookies and forms. `make run` makes one and keeps it in `var/secret_key`."
    ),
    Setting(
        "SECRET_KEY_FALLBACKS",
        "",
        "Earlier values of `SECRET_KEY`, separated by commas, newest first: what they locked still opens.",
    ),
    Setting("COMMONWEAL_HTTPS", "no", "`yes` behind TLS: secure cookies, HSTS, redirects to https."),
    Setting(
        "COMMONWEAL_HOSTS", "127.0.0.1,localhost", "Host names the site answers to, separated by commas."
    ),
    Setting(
        "COMMONWEAL_PROXIES",
        "",
        "Addresses or networks of our proxies, separated by commas: only what they say of a visitor's address is believed.",
    ),
    Setting(
        "COMMONWEAL_DEMO",
        "no",
        "`yes` takes the demo's printed passwords and second factors; `serve --demo` sets it. Never for a site in use.",
    ),
    Setting(
        "COMMONWEAL_VAR",
        "var",
        "Folder for what the program keeps on disk: photos, mail files, static files.",
    ),
    Setting("COMMONWEAL_NAME", "La Ruche commune", "The cooperative's name, on every page."),
    Setting("COMMONWEAL_PHONE", "02 555 01 23", "The help line printed on every page."),
    Setting(
        "COMMONWEAL_ADDRESS",
        "Rue du Marché 7, 1000 Bruxelles",
        "The counter's address, printed on every page.",
    ),
    Setting(
        "COMMONWEAL_IBAN",
        "BE68539007547034",
        "The cooperative's bank account (IBAN) for shares, on payment pages; statements of others are left out.",
    ),
    Setting("COMMONWEAL_EMAIL_FROM", "bonjour@ruche.example", "Sender of the messages."),
    Setting(
        "COMMONWEAL_SMTP", "", "Mail server as `host:port`; empty writes messages to files in `var/mail`."
    ),
    Setting("COMMONWEAL_SMTP_USER", "", "User name at the mail server, where it asks for one."),
    Setting("COMMONWEAL_SMTP_PASSWORD", "", "Password at the mail server."),
    Setting(
        "COMMONWEAL_DATA", "../shared/data", "Folder with public reference files used by imports and tests."
    ),
    Setting("COMMONWEAL_DB_POOL", "yes", "`no` opens one database connection per request (tests do)."),
    Setting(
        "COMMONWEAL_REQUEST_LOG",
        "no",
        "`yes` writes a line to the log for each request, not only for faults.",
    ),
    Setting(
        "COMMONWEAL_METRICS_TOKEN",
        "",
        "Token for `/metrics` (`Authorization: Bearer …`); empty answers this machine only, past the proxy.",
    ),
    Setting("COMMONWEAL_WORKERS", "2", "Web server processes."),
    Setting("COMMONWEAL_PORT", "8000", "Port the web server listens on."),
    Setting(
        "COMMONWEAL_LISTEN",
        "127.0.0.1",
        "Address the web server listens on; another only inside a container, never towards visitors.",
    ),
)


class Trouble(Exception):
    """Something the person at the keyboard must know; one line. `code` is the exit code: 2 for a file that is not what the
    command takes."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


class MissingSetting(Exception):
    """A setting without a default was not given; the message says which and how to give it."""


def value(name: str, environ: Mapping[str, str] | None = None) -> str:
    """The setting's value. Raises MissingSetting with one clear line, KeyError for a name not in the table."""
    setting = {each.name: each for each in SETTINGS}[name]
    given = (os.environ if environ is None else environ).get(name, setting.default)
    if given is None:
        raise MissingSetting(f"{name} is not set. {setting.meaning}")
    return given


def yes(name: str) -> bool:
    """Whether a yes/no setting is on."""
    return value(name).strip().lower() in {"1", "yes", "true", "on"}


def values(name: str) -> list[str]:
    """The parts of a setting that is a list separated by commas; none for an empty one."""
    return [part.strip() for part in value(name).split(",") if part.strip()]


def table() -> str:
    """The settings as the Markdown table the README carries."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for each in SETTINGS:
        shown = "must be given" if each.default is None else f"`{each.default}`" if each.default else "empty"
        rows.append(f"| `{each.name}` | {shown} | {each.meaning} |")
    return "\n".join(rows)
