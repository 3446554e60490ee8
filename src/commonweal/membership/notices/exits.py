"""Messages about requests to leave. Handlers may run twice: one event is one message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.kernel.days import day_of
from commonweal.membership.models import ExitRequest
from commonweal.membership.queries import payout_accounts_of, readers_for
from commonweal.people.actions import write_to
from commonweal.treasury.rules.ibans import shortened
from commonweal.ui.formats import day, euros

if TYPE_CHECKING:
    from commonweal.people.models import Event, Person
    from commonweal.treasury.models import PayoutAccount


def tell_exit_asked(event: Event) -> None:
    """Says to a member that a request to leave was kept, taken back, or waits for a later season: nobody asks in their name
    without them."""
    request = ExitRequest.objects.select_related("season", "member__person").get(pk=event.data["request"])
    for person in readers_for(request.member, day_of(event.at)):
        with translation.override(person.language):
            if event.name == "ExitAsked":
                said = _(
                    "we keep your request to leave or to give back shares. You can take it back until %(day)s."
                )
            elif event.name == "ExitMovedOn":
                said = _(
                    "by mistake we had noted that your membership had ended, and your request to leave or to give back "
                    "shares with it. We are sorry. Your request waits again, for the season of %(year)s, since the one "
                    "before is decided. You can take it back until %(day)s."
                )
            else:
                said = _("your request is taken back. Your shares and your membership stay as they were.")
            said %= {"day": day(request.season.closes_on), "year": request.season.year}
            body = (
                _("Dear %(name)s,") % {"name": str(person)},
                said,
                _("Was this not you? Call us at once: %(phone)s.") % {"phone": settings.SITE["phone"]},
            )
            subject = _("Your request to leave or give back shares")
            write_to(event=event, person=person, subject=subject, body="\n\n".join(body))


def tell_exits_answered(event: Event) -> None:
    """Tells each member of a few hundred requests what the board decided, what they get, and why.

    One letter a person, also when they speak for several members.
    """
    found = ExitRequest.objects.filter(pk__in=event.data["requests"]).select_related(
        "season", "member__person", "member__organisation"
    )
    requests = list(found.prefetch_related("refunds").order_by("pk"))
    accounts = payout_accounts_of([each.member for each in requests])
    readers: dict[int, tuple[Person, list[ExitRequest]]] = {}
    for each in requests:
        for person in readers_for(each.member, day_of(event.at)):
            readers.setdefault(person.pk, (person, []))[1].append(each)
    for person, own in readers.values():
        with translation.override(person.language):
            parts = [_("Dear %(name)s,") % {"name": str(person)}]
            for each in own:
                parts += _exit_answer(each, person.language, accounts.get(each.member_id))
            parts.append(
                _("You can read everything on your page. If you prefer to talk, call us: %(phone)s.")
                % {"phone": settings.SITE["phone"]}
            )
            subject = _("The answer to your request to leave or give back shares")
            write_to(event=event, person=person, subject=subject, body="\n\n".join(parts))


def _exit_answer(request: ExitRequest, language: str, account: PayoutAccount | None) -> list[str]:
    season = request.season
    told = {
        "number": request.member.number,
        "amount": euros(sum(each.cents for each in request.refunds.all())),
        "day": day(season.effect_on),
        "pay": day(season.pay_by),
        "year": season.year + 1,
    }
    # Read from the refunds too: when this is written, what was granted may already be paid.
    carried = ExitRequest.objects.filter(follows=request).exists()
    paid = request.state in ("granted", "part", "paid")
    if paid and not carried:
        said = _(
            "the request of member %(number)s is granted. %(amount)s are given back, with effect on %(day)s."
        )
    elif paid:
        said = _(
            "the request of member %(number)s is granted in part. %(amount)s are given back, with effect on %(day)s. "
            "The rest waits for the season of %(year)s, without interest."
        )
    elif carried:
        said = _("the request of member %(number)s has to wait for the season of %(year)s, without interest.")
    else:
        said = _("the request of member %(number)s is refused.")
    parts = [said % told]
    if reason := season.reasons.get(language):
        parts.append(_("The reason: %(reason)s") % {"reason": reason})
    if paid and account:
        parts.append(
            _("We pay it by %(day)s on the account %(iban)s.")
            % {"day": told["pay"], "iban": shortened(account.iban)}
        )
    elif paid and any(each.cents for each in request.refunds.all()):
        parts.append(_("We do not know yet on which account to pay you: tell us, on your page or by phone."))
    if request.member.left_on == season.effect_on:
        parts.append(_("With this the membership has ended. Thank you for having been with us."))
    return parts
