"""Reads of applications for shares: the note in force, one's own, those of the desk, what is paid on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Q, QuerySet

from commonweal.ledger import queries as ledger
from commonweal.membership.models import Application, InformationNote, Member
from commonweal.membership.queries.members import members_on
from commonweal.membership.queries.shares import MovementLine, all_terms, held_on, movements_of, setting_on
from commonweal.membership.rules.joining import ApplicationState, fits
from commonweal.membership.rules.statutes import SettingName, Terms
from commonweal.membership.states import OPEN
from commonweal.people.queries import organisations_named, people_named
from commonweal.treasury.queries.receivables import dues_of as dues_by_subject
from commonweal.treasury.rules.matching import Due
from commonweal.treasury.rules.names import HolderName
from commonweal.treasury.rules.receivables import Expected, Standing

if TYPE_CHECKING:
    from commonweal.ledger.models import Operation
    from commonweal.people.models import Organisation, Person

# The kind of receivable an application is.
APPLICATION = "application"
_STANDINGS = {
    ApplicationState.ASKED: Standing.EARLY,
    ApplicationState.AWAITING: Standing.DUE,
    ApplicationState.PAID: Standing.PAID,
    ApplicationState.MEMBER: Standing.ENTERED,
    ApplicationState.WITHDRAWN: Standing.ENDED,
    ApplicationState.LAPSED: Standing.LAPSED,
    ApplicationState.REFUSED: Standing.ENDED,
}
APPLICATIONS_MAX = 200
# A bank that takes the same money back more often than this is asked why.
ENTRIES_MAX = 9
# So many requests of one name are told apart in a line.
NAMED_MAX = 5


def note_on(day: date, language: str) -> InformationNote | None:
    """The information note in force on a day, in a language."""
    found = InformationNote.objects.filter(starts_on__lte=day, language=language)
    return found.order_by("-starts_on", "-version").first()


def note_with(pk: int) -> InformationNote | None:
    """One information note."""
    return InformationNote.objects.filter(pk=pk).first()


def payment_days(day: date) -> int:
    """Days within which someone who asks on a day pays."""
    return int(setting_on(SettingName.JOIN_PAYMENT_DAYS, day))


def terms_open_to(day: date, is_person: bool) -> list[Terms]:
    """Terms of the classes a new holder of this kind can ask for on a day, by class."""
    return [terms for terms in terms_in_force(day) if fits(terms, is_person)]


def terms_in_force(day: date) -> list[Terms]:
    """Terms of every class on a day, by class."""
    return list({terms.share_class: terms for terms in all_terms() if terms.starts_on <= day}.values())


def holder_on(person: Person | None, organisation: Organisation | None, day: date) -> Member | None:
    """The membership behind who would hold shares, if they are a member on a day."""
    found = members_on(day).filter(person=person, organisation=organisation)
    return found.select_related("municipality").first()


def left_last(person: Person | None, organisation: Organisation | None) -> date | None:
    """The day on which their latest membership that has an end ended."""
    told = Member.objects.filter(person=person, organisation=organisation).aggregate(last=Max("left_on"))
    found: date | None = told["last"]
    return found


def holds(person: Person | None, organisation: Organisation | None, share_class: str, day: date) -> int:
    """How many shares of a class they hold on a day."""
    member = holder_on(person, organisation, day)
    return held_on(member.number, share_class, day).shares if member else 0


def child_of(representative: Person, *, given_name: str, family_name: str, born_on: date) -> Person | None:
    """The minor of this name and birthday for whom somebody asked before."""
    asked = Application.objects.filter(
        representative=representative,
        person__given_name__iexact=given_name,
        person__family_name__iexact=family_name,
        person__born_on=born_on,
    )
    found = asked.select_related("person").first()
    return found.person if found else None


def _applications() -> QuerySet[Application]:
    return Application.objects.select_related(
        "person", "organisation", "representative", "member", "note", "municipality"
    )


def own_applications(person: Person) -> QuerySet[Application]:
    """What a person asked for themselves, for a minor or for an organisation, latest first."""
    return _applications().filter(Q(person=person) | Q(representative=person))


def applications_in(state: str = "") -> list[Application]:
    """Applications in a state, or all that are open, those who wait longest first; at most two hundred."""
    found = _applications().filter(state__in=[state] if state else sorted(OPEN))
    return list(found.order_by("asked_at", "id")[:APPLICATIONS_MAX])


def papers_to_check() -> int:
    """How many applications wait for the secretary to look at papers."""
    return Application.objects.filter(state=ApplicationState.ASKED).count()


def application_with(pk: int) -> Application | None:
    """One application."""
    return _applications().filter(pk=pk).first()


def applications_named(text: str) -> list[Application]:
    """Requests that can still be paid, by the words with which names of their holder or representative begin; at most
    five, those who wait longest first."""
    people, organisations = people_named(text), organisations_named(text)
    whose = Q(person__in=people) | Q(representative__in=people) | Q(organisation__in=organisations)
    states = (ApplicationState.ASKED, ApplicationState.AWAITING, ApplicationState.LAPSED)
    found = _applications().filter(whose, state__in=states)
    return list(found.order_by("asked_at", "id")[:NAMED_MAX])


def open_application_of(person: Person | None, organisation: Organisation | None) -> Application | None:
    """The application of someone that is not ended yet."""
    return _applications().filter(person=person, organisation=organisation, state__in=sorted(OPEN)).first()


def overdue_applications(day: date) -> list[Application]:
    """Applications whose last day to pay lies before a day and on which nothing was paid; three queries."""
    late = list(_applications().filter(state=ApplicationState.AWAITING, lapses_on__lt=day).order_by("pk"))
    dues = dues_of(late)
    return [each for each in late if not dues[each.pk].paid_cents]


def applications_with(communications: Iterable[str], numbers: Iterable[int]) -> list[Application]:
    """Applications by their structured communication, or by number; one query."""
    found = _applications().filter(Q(communication__in=set(communications)) | Q(pk__in=set(numbers)))
    return list(found.order_by("pk"))


def subject_of(application: Application) -> str:
    """The subject under which events and money are about an application."""
    return f"{APPLICATION}:{application.pk}"


def expected_from(application: Application) -> Expected:
    """An application as money that comes in sees it."""
    state = ApplicationState(application.state)
    return Expected(
        subject=subject_of(application),
        communication=application.communication,
        holder=application.holder_name,
        language=application.language,
        due_cents=application.due_cents,
        standing=_STANDINGS[state],
        state=state.label,
        lapses_on=application.lapses_on,
        names=tuple(_names(application)),
        person_id=application.person_id,
        organisation_id=application.organisation_id,
        representative_id=application.representative_id,
    )


def _names(application: Application) -> Iterator[HolderName]:
    """The names that may pay for an application: of who would hold the shares and of who represents them."""
    if application.organisation:
        yield HolderName(application.organisation.name)
    for person in (application.person, application.representative):
        if person:
            yield HolderName(person.family_name, person.given_name)


def dues_of(applications: Iterable[Application]) -> dict[int, Due]:
    """What is due and paid on each, by id; one query. What the bank took back is paid no more."""
    found = {each.pk: expected_from(each) for each in applications}
    dues = dues_by_subject(found.values())
    return {pk: dues[each.subject] for pk, each in found.items()}


def home_of(person: Person, day: date) -> dict[str, Any]:
    """What the register needs to know of a person and knows already: birthday, street, postcode, and either the
    municipality or, abroad, country and town."""
    told: dict[str, Any] = {
        "born_on": person.born_on,
        "street": person.street,
        "postcode": person.postcode,
    }
    placed = person if person.is_placed else holder_on(person, None, day)
    if placed is not None:
        told["municipality"] = placed.municipality
        if placed.town:
            told |= {"country": placed.country, "town": placed.town}
    return {name: value for name, value in told.items() if value}


def entries_for(application: Application) -> list[Operation]:
    """The operations that entered an application's shares, oldest first: more than one when money came back in between."""
    keys = [entry_key(application, place) for place in range(1, ENTRIES_MAX + 1)]
    return ledger.operations_with_keys(keys)


def entry_key(application: Application, place: int) -> str:
    """The key of the ledger under which an application is entered, for the first time or a later one."""
    key = f"application:{application.pk}"
    return key if place == 1 else f"{key}:{place}"


def entry_of(application: Application) -> MovementLine | None:
    """The movement that brought an application's shares into the register, among its holder's latest ones."""
    entered = entries_for(application)
    if application.member is None or not entered:
        return None
    latest = entered[-1].pk
    return next((line for line in movements_of(application.member) if line.operation.pk == latest), None)
