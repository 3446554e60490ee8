"""One way for a page to act: what is typed stays, what is refused is said where it belongs, what is done is said once."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest
from django.test import RequestFactory

from commonweal.kernel.decision import Refusal
from commonweal.ui.acting import acted, pressed


class Form(forms.Form):
    name = forms.CharField()
    count = forms.IntegerField()


def asked(method: str = "post") -> HttpRequest:
    request: Any = getattr(RequestFactory(), method)("/")
    request._messages = CookieStorage(request)
    return request  # type: ignore[no-any-return]


def said(request: HttpRequest) -> list[str]:
    return [f"{each.level_tag}: {each}" for each in get_messages(request)]


def refuse(**_typed: object) -> None:
    raise Refusal("Not today.", code="closed")


TYPED = {"name": "Ada", "count": "3"}


def test_what_is_done_is_said_and_gives_what_the_action_gave() -> None:
    request = asked()
    done = acted(request, Form(TYPED), lambda name, count: (name, count), "Noted.")
    assert done is not None
    assert done.value == ("Ada", 3)
    assert said(request) == ["success: Noted."]


def test_nothing_given_is_done_all_the_same() -> None:
    assert acted(asked(), Form(TYPED), lambda **typed: None)
    assert pressed(asked(), lambda: None)


@pytest.mark.parametrize(
    ("request_", "form"),
    [(asked("get"), Form(TYPED)), (asked(), Form()), (asked(), Form({"name": "Ada", "count": "three"}))],
    ids=["looked at", "not sent", "does not hold"],
)
def test_what_was_not_sent_or_does_not_hold_is_not_done(request_: HttpRequest, form: Form) -> None:
    assert acted(request_, form, refuse, "Noted.") is None
    assert "Not today." not in str(form.errors)
    assert said(request_) == []


def test_what_is_refused_stands_on_the_form_with_all_that_was_typed() -> None:
    request, form = asked(), Form(TYPED)
    assert acted(request, form, refuse, "Noted.") is None
    assert form.non_field_errors() == ["Not today."]
    assert form["name"].value() == "Ada"
    assert said(request) == []


def test_what_is_refused_stands_at_the_fields_it_is_about() -> None:
    form = Form(TYPED)
    acted(asked(), form, refuse, at=lambda refusal: ("name", "count") if refusal.code == "closed" else ())
    assert form.errors == {"name": ["Not today."], "count": ["Not today."]}
    other = Form(TYPED)
    acted(asked(), other, refuse, at=lambda refusal: ("name",) if refusal.code == "elsewhere" else ())
    assert other.non_field_errors() == ["Not today."]


def test_a_button_without_a_form_says_what_was_refused() -> None:
    request = asked()
    assert pressed(request, refuse, "Noted.") is None
    assert said(request) == ["error: Not today."]
    again = asked()
    done = pressed(again, lambda: 5, "Noted.")
    assert done is not None
    assert (done.value, said(again)) == (5, ["success: Noted."])


def test_a_fault_of_the_program_is_no_refusal() -> None:
    with pytest.raises(ZeroDivisionError):
        acted(asked(), Form(TYPED), lambda name, count: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        pressed(asked(), lambda: 1 // 0)
