"""Staff roles and what each may do, doors, legal forms. Pure: no framework, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from commonweal.kernel.periods import age_on
from commonweal.kernel.text import plain
from commonweal.kernel.words import Words, gettext_noop


class Channel(Words):
    """The door through which something came."""

    WEB = "web", gettext_noop("web")
    PHONE = "phone", gettext_noop("phone")
    COUNTER = "counter", gettext_noop("counter")
    PAPER = "paper", gettext_noop("paper")
    API = "api", gettext_noop("API")


class LegalForm(Words):
    """What an organisation is in law, as far as the rules ask."""

    ASSOCIATION = "association", gettext_noop("non-profit association (asbl, vzw, VoG)")
    FOUNDATION = "foundation", gettext_noop("foundation")
    COOPERATIVE = "cooperative", gettext_noop("cooperative")
    COMPANY = "company", gettext_noop("company")
    PUBLIC = "public", gettext_noop("public body or school")
    INFORMAL = "informal", gettext_noop("group without legal form")


class PositionKind(Words):
    """What a person is in an organisation."""

    CONTACT = "contact", gettext_noop("contact person")
    BOARD = "board", gettext_noop("board member")
    TREASURER = "treasurer", gettext_noop("treasurer")


class MandateScope(Words):
    """What someone may do in another person's name."""

    APPLY = "apply", gettext_noop("send projects and follow them")
    READ = "read", gettext_noop("read letters and follow what happens")


class JointKind(Words):
    """What two administrators do together, and never one alone."""

    GIVE_ROLE = "give_role", gettext_noop("give a staff role")
    END_ROLE = "end_role", gettext_noop("end the role of an administrator")
    FACTORS_OFF = "factors_off", gettext_noop("take the second step off")
    CLOSE = "close", gettext_noop("close the account of an administrator")
    OPEN = "open", gettext_noop("open the account of an administrator again")


# The kinds that name a role.
WITH_ROLE = (JointKind.GIVE_ROLE, JointKind.END_ROLE)


class Act(StrEnum):
    """Things only staff may do; each is granted by roles and asked for by access checks."""

    MANAGE_CALLS = "manage_calls"
    CHECK_DOSSIERS = "check_dossiers"
    DECIDE_DOSSIERS = "decide_dossiers"
    ENTER_FOR_OTHERS = "enter_for_others"
    ENTER_PAPER_BALLOTS = "enter_paper_ballots"
    SEE_MEMBERS = "see_members"
    CLOSE_BALLOTS = "close_ballots"
    PUBLISH_RESULTS = "publish_results"
    APPOINT_STAFF = "appoint_staff"
    KEEP_REGISTER = "keep_register"
    MATCH_PAYMENTS = "match_payments"
    PAY_OUT = "pay_out"


# What moves money, shares, roles, a call or a vote: whoever sends a form for it showed lately who they are. What lies open
# at a desk that was left can be read, and nothing more.
ASKED_AGAIN = frozenset(
    {
        Act.MANAGE_CALLS,
        Act.CLOSE_BALLOTS,
        Act.PUBLISH_RESULTS,
        Act.APPOINT_STAFF,
        Act.KEEP_REGISTER,
        Act.MATCH_PAYMENTS,
        Act.PAY_OUT,
    }
)


class Purpose(Words):
    """What we may do with someone's details only if they say so; the label is what they agree to."""

    NEWS = "news", gettext_noop("We may write to you about projects, events and stories.")
    OFFERS = "offers", gettext_noop("We may write to you about what partners offer to members.")
    SURVEYS = "surveys", gettext_noop("We may ask for your opinion in surveys.")


# The texts above and beside them; a new wording is a new version, and asks again.
CONSENT_VERSION = "2026-11"


class Scope(Words):
    """What a program may do with a key, in the name of the person who made it and never more than they may."""

    OWN = "own", gettext_noop("read my own membership")
    MEMBERS = "members", gettext_noop("find and read members (staff)")
    REGISTER = "register", gettext_noop("read the share register (secretary)")
    MOVEMENTS = "movements", gettext_noop("book movements of shares (secretary)")
    PARTNER = "partner", gettext_noop("ask whether somebody is a member (partner organisations)")


AGE_MAX = 125


def kept_names(given_name: str, family_name: str) -> tuple[str, str]:
    """(first name, family name) as they are kept: who has one name only bears it as family name.

    So does a passport (ICAO Doc 9303, part 3, 3.4: the primary identifier), and lists by family name hold everybody.
    """
    return (given_name, family_name) if family_name else ("", given_name)


def plausible_birthday(born_on: date, today: date) -> bool:
    """Whether somebody alive may be born on a day: not after today, at most `AGE_MAX` years ago."""
    return born_on <= today and age_on(born_on, today) <= AGE_MAX


# A key is forgotten somewhere sooner or later: it ends by itself.
KEY_DAYS = 365
KEYS_MAX = 20


@dataclass(frozen=True, slots=True)
class StaffRole:
    """A staff role: its name, what it is for in one sentence, and the acts it grants."""

    code: str
    name: str
    description: str
    grants: frozenset[Act]


ROLES = (
    StaffRole(
        "adviser",
        gettext_noop("adviser"),
        gettext_noop("Checks dossiers, asks for more, admits or refuses, and helps people by phone."),
        frozenset({Act.CHECK_DOSSIERS, Act.DECIDE_DOSSIERS, Act.ENTER_FOR_OTHERS, Act.SEE_MEMBERS}),
    ),
    StaffRole(
        "counter",
        gettext_noop("counter and phone"),
        gettext_noop("Helps people who phone or come by, and enters paper ballots."),
        frozenset({Act.ENTER_FOR_OTHERS, Act.ENTER_PAPER_BALLOTS, Act.SEE_MEMBERS}),
    ),
    StaffRole(
        "programme",
        gettext_noop("programme manager"),
        gettext_noop("Opens calls, closes ballots and publishes results."),
        frozenset({Act.MANAGE_CALLS, Act.CHECK_DOSSIERS, Act.CLOSE_BALLOTS, Act.PUBLISH_RESULTS}),
    ),
    StaffRole(
        "secretary",
        gettext_noop("secretary"),
        gettext_noop("Keeps the share register: records movements, corrects them, gives it out."),
        frozenset({Act.KEEP_REGISTER, Act.SEE_MEMBERS, Act.ENTER_FOR_OTHERS}),
    ),
    StaffRole(
        "finance",
        gettext_noop("finance officer"),
        gettext_noop("Reads bank statements in, says what each payment is for, prepares what is paid out."),
        frozenset({Act.MATCH_PAYMENTS, Act.PAY_OUT, Act.SEE_MEMBERS}),
    ),
    StaffRole(
        "administrator",
        gettext_noop("administrator"),
        gettext_noop("Gives and withdraws staff roles; decides nothing about projects or votes."),
        frozenset({Act.APPOINT_STAFF}),
    ),
)


@dataclass(frozen=True, slots=True)
class Incompatible:
    """Two roles that one person does not hold together, from a day on, and why."""

    first: str
    second: str
    starts_on: date
    why: str


_APART = date(2020, 1, 1)
ADMINISTRATOR = "administrator"
# Own decision of this cooperative, after the separation of duties of NIST SP 800-53 (AC-5) and ISO/IEC 27001 (A.5.3).
# The database refuses the same pairs (people/migrations/0004_guards_of_staff.py); a test holds one to the other.
INCOMPATIBLE = (
    *(
        Incompatible(ADMINISTRATOR, role.code, _APART, "who gives roles uses none of what they open")
        for role in ROLES
        if role.code != ADMINISTRATOR
    ),
    Incompatible(
        "programme", "counter", _APART, "who closes a vote and has it counted enters no paper ballots"
    ),
)


def incompatible_with(role: str, held: frozenset[str], on: date) -> frozenset[str]:
    """Those of the roles held that do not go together with another, on a day."""
    pairs = [each for each in INCOMPATIBLE if each.starts_on <= on]
    return frozenset(
        other for other in held if any({role, other} == {each.first, each.second} for each in pairs)
    )


def granted(role_codes: frozenset[str]) -> frozenset[Act]:
    """All acts that the roles held give together; unknown codes give nothing."""
    return frozenset(act for role in ROLES if role.code in role_codes for act in role.grants)


# Enough to tell subscribers apart, whether the country or the first nought was typed or not.
PHONE_TAIL = 8
_IN_PHONES = frozenset("0123456789+()/.- ")


def phone_tail(text: str) -> str:
    """The last eight digits of what is typed or pasted like a telephone number; empty for anything else."""
    text = plain(text)
    digits = "".join(c for c in text if c.isascii() and c.isdigit())
    return digits[-PHONE_TAIL:] if len(digits) >= PHONE_TAIL and set(text) <= _IN_PHONES else ""
