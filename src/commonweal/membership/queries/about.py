"""What is about a person by another tie than a foreign key: the postings of their shares, money for what they asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from commonweal.ledger.queries import postings_of
from commonweal.membership.models import Application, Member
from commonweal.membership.queries.joining import subject_of
from commonweal.treasury.queries.receivables import money_for

if TYPE_CHECKING:
    from commonweal.people.models import Person


def what_is_about(person: Person) -> dict[str, list[dict[str, object]]]:
    """All that a member holds and held in the ledger, and what was decided about money for what they asked."""
    numbers = list(Member.objects.filter(person=person).values_list("number", flat=True))
    asked = Application.objects.filter(Q(person=person) | Q(representative=person))
    return {
        "ledger": postings_of(numbers),
        "payments": money_for([subject_of(each) for each in asked.only("pk")]),
    }
