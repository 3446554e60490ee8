"""The site that tests of every page look at: its people, what its areas share, and the addresses each area names.

An area says in `tests/<area>/pages.py`, or in several `pages_<subject>.py`, what must exist and what is to be looked
at: a function `pages(site)` that gives `Pages`, and where it has any, the names of addresses in `NO_PAGE` (files,
answers to scripts, addresses that only lead on) and `ELSEWHERE` (looked at by tests of the area, with something typed).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from types import ModuleType

from django.core.cache import cache

import tests
from commonweal.ledger.models import Operation
from commonweal.membership.actions import admit_member
from commonweal.membership.models import Member
from commonweal.people.models import Account, Person
from commonweal.projects import actions as projects
from commonweal.projects.models import Call
from commonweal.voting import actions as voting
from commonweal.voting.committee import opened_file
from commonweal.voting.models import Ballot
from commonweal.voting.queries import sealed_bundle
from commonweal.voting.sealing import Sheet
from tests import factories as make
from tests.journeys.conftest import PASSWORD

LANGUAGES = ("fr", "nl", "de", "en")
# When the vote of `Site.voting_call` runs, and the call for projects of `make.NOW` is over.
VOTE_DAY = make.NOW + timedelta(days=21)
STAFF_ROLES = ("adviser", "programme", "counter", "administrator", "secretary", "finance")


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks at pages, and when; a visitor has no address to sign in with.

    Who `confirms` typed their password once more a moment ago, as pages of security ask.
    """

    email: str = ""
    moment: datetime = VOTE_DAY
    confirms: bool = False


VIEWERS = {
    "visitor": Viewer(),
    "newcomer": Viewer("new@example.org"),
    "applicant": Viewer("ada@example.org"),
    "confirmed": Viewer("ada@example.org", confirms=True),
    "staff": Viewer("staff@example.org"),
    # The same applicant while the call for projects is open.
    "writing": Viewer("ada@example.org", make.NOW),
}


@dataclass(frozen=True)
class Pages:
    """Addresses to look at, without their language, by who opens them; and those that answer with a refusal."""

    visitor: Sequence[str] = ()
    newcomer: Sequence[str] = ()
    applicant: Sequence[str] = ()
    confirmed: Sequence[str] = ()
    staff: Sequence[str] = ()
    writing: Sequence[str] = ()
    refusals: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Look:
    """One address, without its language, looked at by one viewer; `status` is the answer expected."""

    viewer: str
    address: str
    status: int = 200


class Site:
    """What several areas need on the site; each thing is made when the first area asks for it."""

    @cached_property
    def applicant(self) -> Person:
        """Germaine Petit, who applies for projects, holds shares and has an account."""
        return _with_account(make.person("Germaine", "Petit", email=VIEWERS["applicant"].email))

    @cached_property
    def newcomer(self) -> Account:
        """An account whose person has not told their name yet."""
        email = VIEWERS["newcomer"].email
        account = Account.objects.create_user(email=email, password=PASSWORD, person=None)
        account.emailaddress_set.create(email=email, verified=True, primary=True)
        return account

    @cached_property
    def staff(self) -> Person:
        """A member of staff in every role, with an account."""
        return _with_account(make.staff(*STAFF_ROLES, email=VIEWERS["staff"].email))

    @cached_property
    def member(self) -> Member:
        """The applicant as a member with ten shares."""
        return self._member_and_subscription[0]

    @cached_property
    def subscription(self) -> Operation:
        """The operation by which the applicant got their shares."""
        return self._member_and_subscription[1]

    @cached_property
    def other_member(self) -> Member:
        """A member with ten shares whom nothing else happens to."""
        member = make.member(joined_on=date(2020, 1, 1))
        make.shares(member, 10)
        return member

    @cached_property
    def organisation(self) -> Member:
        """An organisation with shares, as a member; the applicant speaks for it."""
        member = admit_member(
            organisation=make.organisation(self.applicant, name="Le Verger"),
            municipality=make.municipality(),
            language="fr",
            joined_on=date(2015, 1, 1),
            by=None,
            now=make.NOW,
        )
        make.shares(member, 4, "C")
        return member

    @cached_property
    def decided_call(self) -> Call:
        """A call whose members chose one of two projects, with enough votes to show figures by group."""
        for _each in range(30):
            make.member()
        call = make.call(budget_cents=3_000_00)
        make.admitted(call, self.staff, title="Une plaine de jeux")
        make.admitted(call, self.staff, title="Un four à pain", asked_cents=2_500_00)
        projects.end_applications(call=call, by=None, now=call.applies_until)
        ballot, sheets = self._vote(call)
        for voter in ballot.voters.order_by("id")[:25]:
            voting.cast_vote(
                ballot=ballot,
                voter=voter,
                choice=((1 + voter.pk % 2, 1),),
                code=voting.new_code(),
                by=None,
                now=lambda: call.vote_from,
            )
        projects.close_vote(call=call, by=None, now=call.vote_until)
        projects.hand_over(call=call, by=None, now=call.vote_until)
        votes = opened_file(sealed_bundle(ballot), sheets[:2])
        projects.bring_in_count(call=call, file=votes, by=None, now=call.vote_until)
        return projects.decide_call(call=call, by=None, now=call.vote_until)

    @cached_property
    def voting_call(self) -> Call:
        """A call with three projects that members, the applicant among them, vote on."""
        assert self.member  # who is to be on the roll
        call = make.call()
        for title in ("Peindre la ville", "Visites sur ma rue", "Étude sur l'habitat"):
            make.admitted(call, self.staff, title=title)
        projects.end_applications(call=call, by=None, now=call.applies_until)
        self._vote(call)
        return call

    def ballot(self, call: Call) -> Ballot:
        """The ballot of a call."""
        return Ballot.objects.get(subject=f"call:{call.pk}")

    def _vote(self, call: Call) -> tuple[Ballot, Sequence[Sheet]]:
        committee, sheets = make.committee_for(call)
        return projects.open_vote(call=call, by=None, now=call.vote_from, **committee), sheets

    @cached_property
    def _member_and_subscription(self) -> tuple[Member, Operation]:
        member = make.member(self.applicant)
        return member, make.shares(member, 10)


def _with_account(who: Person) -> Person:
    make.account(who, PASSWORD)
    return who


def modules() -> Iterator[ModuleType]:
    """The modules in which areas say what their pages are, in the order of their names."""
    for area in pkgutil.iter_modules(tests.__path__, "tests."):
        if area.ispkg:
            package = importlib.import_module(area.name)
            for each in pkgutil.iter_modules(package.__path__, f"{area.name}."):
                if each.name.rpartition(".")[2].split("_")[0] == "pages":
                    yield importlib.import_module(each.name)


def aside(kind: str) -> list[str]:
    """The names of addresses that areas set aside in `NO_PAGE` or `ELSEWHERE`."""
    return [name for module in modules() for name in sorted(getattr(module, kind, ()))]


def built() -> list[Look]:
    """A site with something on every page, made now; gives what to look at, each viewer's pages together.

    Caller has a fresh database, and a clock that stands at `make.NOW`.
    """
    # What limits log-ins counts here, and outlives a test: each begins with none.
    cache.clear()
    site = Site()
    areas = [module.pages(site) for module in modules() if hasattr(module, "pages")]
    return [
        Look(viewer, address, area.refusals.get(address, 200))
        for viewer in VIEWERS
        for area in areas
        for address in getattr(area, viewer)
    ]
