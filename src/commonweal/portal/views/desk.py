"""The staff desk: what waits, by what one's roles allow; members, letters, staff roles."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.casework.wording.tiles import TileKind
from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal, no
from commonweal.membership.queries import SEARCH_LIMIT, members_matching
from commonweal.people import actions
from commonweal.people.access import demand, for_persons, for_staff, fresh, may, roles_of, signed_in_person
from commonweal.people.queries import appointments_on, letters_to_print
from commonweal.people.rules import ADMINISTRATOR, ROLES, Act, JointKind, granted
from commonweal.portal.forms import TEXT_MAX, AppointForm, WhyForm
from commonweal.portal.views import wording
from commonweal.ui.acting import acted

if TYPE_CHECKING:
    from commonweal.people.models import Person

LETTERS_MAX = 50
# Refusals that are about whom one named, not about the role.
OF_THE_PERSON = {"oneself", "tied", "namesake"}
END_HINT = gettext_lazy("Your name and your reason are kept, and your colleagues read them.")


@for_persons
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for someone on the staff. Tiles follow from roles; without a role there is no desk."""
    person, now = signed_in_person(request), timezone.now()
    roles = roles_of(person, day_of(now))
    acts = granted(roles)
    if not acts:
        demand(
            no(
                "not_staff",
                _("This is for staff with the right role. Ask the administrator if it should be yours."),
            )
        )
    kinds: Sequence[TileKind] = import_string(settings.DESK)
    context = {
        "roles": [role.name for role in ROLES if role.code in roles],
        "tiles": [kind.tile(person, acts, now) for kind in kinds if kind.acts & acts],
        # Asked above; the navigation need not ask again.
        "is_staff_person": True,
    }
    return render(request, "portal/desk.html", context)


@for_staff(Act.SEE_MEMBERS)
@require_safe
def desk_members(request: HttpRequest) -> HttpResponse:
    """Members by number or the start of their names; the first fifty."""
    text, language = request.GET.get("text", "")[:TEXT_MAX].strip(), get_language() or "en"
    found = members_matching(text, day_of(timezone.now()), contact=True) if text else []
    rows = [
        {
            "number": member.number,
            "name": str(member.person or member.organisation),
            "is_person": member.person_id is not None,
            "born_on": member.person.born_on if member.person else None,
            "municipality": member.place_in(language),
            "joined_on": member.joined_on,
        }
        for member in found
    ]
    context = {
        "text": text,
        "rows": rows,
        "limit": SEARCH_LIMIT,
        "cut": len(rows) == SEARCH_LIMIT,
        "may_enter": bool(may(signed_in_person(request), Act.ENTER_FOR_OTHERS, day_of(timezone.now()))),
    }
    return render(request, "portal/desk_members.html", context)


@for_staff(Act.ENTER_FOR_OTHERS)
@require_http_methods(["GET", "HEAD", "POST"])
def desk_letters(request: HttpRequest) -> HttpResponse:
    """Letters to people without e-mail, one a page when printed; then noted as posted."""
    if request.method == "POST":
        asked = request.POST.getlist("letter")[:LETTERS_MAX]
        chosen = [int(pk) for pk in asked if pk.isascii() and pk.isdigit() and len(pk) < 18]
        count = actions.mark_printed(messages=chosen, by=signed_in_person(request), now=timezone.now())
        messages.success(request, _("Noted as printed and posted: %(count)s.") % {"count": count})
        return redirect("portal:desk-letters")
    waiting = letters_to_print()
    letters = list(waiting.select_related("person__municipality", "event")[:LETTERS_MAX])
    shown = [
        {
            "pk": letter.pk,
            "name": str(letter.person),
            "street": letter.person.street,
            "town": _town(letter.person, letter.language),
            "language": letter.language,
            "at": letter.event.at,
            "subject": letter.subject,
            "body": letter.body,
        }
        for letter in letters
    ]
    more = waiting.count() - len(shown) if len(shown) == LETTERS_MAX else 0
    return render(request, "portal/desk_letters.html", {"letters": shown, "more": more})


def _town(person: Any, language: str) -> str:
    return f"{person.postcode} {person.place_in(language)}".strip()


@for_staff(Act.APPOINT_STAFF)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def desk_staff(request: HttpRequest) -> HttpResponse:
    """Staff roles, what each may do, who holds them; and a form to ask for one, which another administrator confirms."""
    form = AppointForm(request.POST or None)
    by, now = signed_in_person(request), timezone.now()

    def ask(email: Person, role: str, why: str) -> None:
        actions.ask_jointly(kind=JointKind.GIVE_ROLE, person=email, role=role, why=why, by=by, now=now)

    def at(refusal: Refusal) -> tuple[str]:
        return ("email",) if refusal.code in OF_THE_PERSON else ("role",)

    if acted(request, form, ask, _("Another administrator must confirm it now. They are told."), at=at):
        return redirect("portal:desk-staff")
    held: dict[str, list[Any]] = {}
    for each in appointments_on(day_of(timezone.now())):
        held.setdefault(each.role, []).append(each)
    roles = [
        {"name": role.name, "description": role.description, "holders": held.get(role.code, [])}
        for role in ROLES
    ]
    context = {"form": form, "roles": roles, "waiting": wording.joint_rows()}
    return render(request, "portal/desk_staff.html", context)


@for_staff(Act.APPOINT_STAFF)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def desk_staff_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once more, then takes a role away; an administrator's role is asked for, with a reason."""
    appointment, by, now = (
        get_object_or_404(appointments_on(day_of(timezone.now())), pk=pk),
        signed_in_person(request),
        timezone.now(),
    )
    joint = appointment.role == ADMINISTRATOR
    form = WhyForm(request.POST or None, help_text=END_HINT) if joint else None
    if request.method == "POST" and form is None:
        actions.end_appointment(appointment=appointment, by=by, now=now)
        messages.success(request, _("The role has ended."))
        return redirect("portal:desk-staff")
    ask = partial(
        actions.ask_jointly,
        kind=JointKind.END_ROLE,
        person=appointment.person,
        role=appointment.role,
        by=by,
        now=now,
    )
    said = _("Another administrator must confirm it now. They are told.")
    if form is not None and acted(request, form, ask, said):
        return redirect("portal:desk-staff")
    name = next((role.name for role in ROLES if role.code == appointment.role), appointment.role)
    context = {"person": str(appointment.person), "role": name, "form": form}
    return render(request, "portal/desk_staff_end.html", context)
