"""One way for a page to do what its form asks: read it, act, say what was refused beside what was typed."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest

from commonweal.kernel.decision import Refusal


def acted(request: HttpRequest, form: Form, act: Callable[..., object], say: str = "") -> bool:
    """Whether the form was sent, holds, and `act`, called with its cleaned values, did what it asks; then `say` is said.

    What is refused stands on the form, with all that was typed: the page is shown again. The page goes on elsewhere when it
    was done, so that a second click does nothing.
    """
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        act(**form.cleaned_data)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    if say:
        messages.success(request, say)
    return True
