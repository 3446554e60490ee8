"""A decided movement, read only, and undoing the decision about it after one more look."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from commonweal.people.access import for_staff, signed_in_person
from commonweal.people.rules import Act
from commonweal.treasury.actions import undoing as actions
from commonweal.treasury.models import BankMovement
from commonweal.treasury.queries import payments, undoing
from commonweal.treasury.queries.receivables import expected_of
from commonweal.treasury.rules.undoing import Obstacle
from commonweal.treasury.wording import movement_words, undo_words
from commonweal.ui.acting import acted
from commonweal.ui.forms import ReasonForm


def decided(request: HttpRequest, movement: BankMovement) -> HttpResponse:
    """What somebody decided about a movement, and what became of it; for a view that made sure who may read it."""
    decisions = payments.decisions_about(movement)
    against = undoing.obstacle_to(decisions[-1])
    context = {
        "movement": movement_words.with_others([movement_words.movement_row(movement, None, None)])[0],
        "decisions": undo_words.decision_rows(decisions),
        "taken": undo_words.taken_rows(movement),
        "parts": movement_words.kept_rows(payments.parts_of(movement)),
        **movement_words.opposite(movement),
        "against": "" if against is None else _(against.label),
    }
    return render(request, "treasury/movement_decided.html", context)


@for_staff(Act.MATCH_PAYMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def decision_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows what undoing the decision about a movement would do; with a reason, does exactly that."""
    movement = payments.movement_with(pk)
    if movement is None:
        raise Http404
    if movement.decision is None:
        messages.info(request, _(Obstacle.UNDONE.label))
        return redirect("treasury:movement-decide", pk)
    decision = payments.decisions_about(movement)[-1]
    against = undoing.obstacle_to(decision)
    if against is not None:
        messages.error(request, _(against.label))
        return redirect("treasury:movement-decide", pk)
    hint = _("One line for whoever looks at this later.")
    form = ReasonForm(request.POST or None, label=_("Why is it undone?"), help_text=hint)
    seen, by, now = request.POST.get("seen", ""), signed_in_person(request), timezone.now()
    undo = partial(actions.undo_decision, decision=decision, seen=seen, by=by, now=now)
    if acted(request, form, undo, _("The decision is undone. The movement waits on the list again.")):
        return redirect("treasury:movement-decide", pk)
    expected = expected_of([decision.subject]).get(decision.subject)
    effect = undoing.effect_of(decision, expected, movement.amount_cents)
    context = {
        "form": form,
        "movement": movement_words.movement_row(movement, None, None),
        "decision": undo_words.decision_rows([decision])[0],
        "effects": undo_words.effect_rows([effect]),
        "seen": undoing.digest_of([effect]),
    }
    return render(request, "treasury/decision_undo.html", context)
