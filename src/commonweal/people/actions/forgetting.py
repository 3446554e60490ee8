"""Forgetting who someone was: what each model says becomes of its fields, carried out for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import transaction
from django.db.models import CharField, Model, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.privacy import Personal
from commonweal.people.access import demand, may
from commonweal.people.actions.people import StillOnStaff, record
from commonweal.people.models import Account, ApiKey, Person
from commonweal.people.queries import rows_about
from commonweal.people.rules import Act


@transaction.atomic
def erase_person(*, person: Person, by: Person, now: datetime) -> None:
    """Forgets who someone was; what they decided and received stays, without their name.

    Every field's fate is in the models' `personal` tables. Only the person or staff for them may.
    """
    if by != person:
        demand(may(by, Act.ENTER_FOR_OTHERS, day_of(now)))
    if person.appointments.filter(ends_on__isnull=True).exists():
        raise StillOnStaff(
            _("Someone on the staff is forgotten only after an administrator has ended their roles.")
        )
    ApiKey.objects.filter(person=person, ended_at__isnull=True).update(ended_at=now)
    for account in Account.objects.filter(person=person):
        account.set_unusable_password()
        account.is_active = False
        account.save()
        EmailAddress.objects.filter(user=account).delete()
        Authenticator.objects.filter(user=account).delete()
    for model in apps.get_models():
        _forget(model, person)
    Person.objects.filter(pk=person.pk).update(erased_at=now)
    record("PersonErased", f"person:{person.pk}", by=by, at=now)


# What takes the place of a value that is scrubbed, by field.
SCRUBBED: Mapping[str, Callable[[], object]] = {
    "people.Person.given_name": lambda: "—",
    "people.Person.family_name": lambda: Cast("pk", CharField()),
    "people.Account.email": lambda: Concat(Value("erased-"), Cast("pk", CharField()), Value("@invalid")),
    "people.ApiKey.name": lambda: "",
}


def _forget(model: type[Model], person: Person) -> None:
    """Carries out what the `personal` table of a model says of the rows about somebody."""
    fates: Mapping[str, Personal] = getattr(model, "personal", {})
    fields = {field.name: field for field in model._meta.concrete_fields}
    erased = [fields[name] for name, fate in fates.items() if fate == Personal.ERASED]
    about = {path.partition("__")[0] for path in getattr(model, "about", ())}
    rows = rows_about(model, person)
    if about & {field.name for field in erased}:
        # Whose it is goes as well: then nothing of the row stays.
        rows.delete()
        return
    # The password is made unusable above, which an empty one is not.
    values: dict[str, object] = {
        field.name: None if field.null else "" for field in erased if field.name != "password"
    }
    for name, fate in fates.items():
        if fate == Personal.SCRUBBED:
            values[name] = SCRUBBED[f"{model._meta.label}.{name}"]()
    if values:
        rows.update(**values)
