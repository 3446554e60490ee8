"""One way for a page to do what its form asks: read it, act, say what was refused beside what was typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest

from commonweal.kernel.decision import Refusal

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class Done(Generic[Given]):
    """What an action gave, which may be nothing; itself always true."""

    value: Given


def acted(
    request: HttpRequest,
    form: Form,
    act: Callable[..., Given],
    say: StrOrPromise = "",
    *,
    at: Callable[[Refusal], Iterable[str]] = lambda refusal: (),
) -> Done[Given] | None:
    """What `act` gave, called with the form's cleaned values, where the form was sent and holds; then `say` is said.

    What is refused stands on the form, at the fields `at` names or above all of them, with all that was typed: the page is
    shown again. The page goes on elsewhere when it was done, so that a second click does nothing.
    """
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        done = Done(act(**form.cleaned_data))
    except Refusal as refusal:
        for field in tuple(at(refusal)) or (None,):
            form.add_error(field, str(refusal))
        return None
    if say:
        messages.success(request, str(say))
    return done


def pressed(request: HttpRequest, act: Callable[[], Given], say: StrOrPromise = "") -> Done[Given] | None:
    """What `act` gave, for a button beside which nothing is typed; then `say` is said, or what was refused."""
    try:
        done = Done(act())
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return None
    if say:
        messages.success(request, str(say))
    return done
