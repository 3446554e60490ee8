"""How log-in behaves here: cost of a password check, who may sign up, how messages go out."""

from __future__ import annotations

import contextlib
import logging
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import SignupForm
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from commonweal.config import account_texts, lockbox
from commonweal.config.addresses import client_address
from commonweal.people.access import (
    FACTORS,
    factors_of,
    on_staff,
    proven_lately,
    staff_without_factor,
    viewer,
)
from commonweal.people.actions.accounts import end_sessions
from commonweal.people.actions.security import note_change
from commonweal.people.queries import sessions_of
from commonweal.people.rules import published

FACTOR = "second factor"
logger = logging.getLogger(__name__)


class LeanArgon2(Argon2PasswordHasher):
    """Argon2id at the cost OWASP's password storage sheet gives (19 MiB, two passes, one lane)."""

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1


class AccountAdapter(DefaultAccountAdapter):
    """allauth's hooks. Log-in and sign-up only; what an account may do is decided in `access`."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        **account_texts.ERRORS,
        "published": _("This password is printed in the instructions of the demo. It opens nothing here."),
    }

    def authenticate(self, request: Any, **credentials: Any) -> Any:
        """allauth's check of a password; what the demo prints opens the demo only. Raises ValidationError."""
        if credentials.get("password") == published.PASSWORD and not settings.DEMO:
            raise self.validation_error("published")
        return super().authenticate(request, **credentials)

    def get_login_redirect_url(self, request: Any) -> str:
        """One's own page; on the staff and without a second factor, the page that asks for one."""
        person = viewer(request)
        if person is not None and staff_without_factor(person):
            return reverse("portal:second-factor")
        return str(super().get_login_redirect_url(request))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """How somebody shows again who they are; the password is no way for who has a second factor."""
        ways: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if user.is_authenticated and factors_of(user):
            return [each for each in ways if each["id"] != "reauthenticate"]
        return ways

    def is_reauthentication_required(self, *, app: str = "") -> bool:
        """Whether who is signed in must show again that it is them: the proof is older than `FRESH_MINUTES`."""
        return not proven_lately(context.request)

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """What allauth tells of a changed address, password or second factor: noted, and told in our words."""
        kind = template_prefix.rpartition("/")[2]
        if kind == "webauthn_added":
            # The passkey was just shown: whoever set it up has it.
            record_authentication(self.request, user, method="mfa", type=Authenticator.Type.WEBAUTHN)
        note_change(account=user, kind=kind, details=context or {}, now=timezone.now())
        if kind in ("totp_activated", "webauthn_added"):
            self._end_sessions_without_it(user)

    def _end_sessions_without_it(self, user: Any) -> None:
        """With the first second factor, sessions opened by the password alone end: one of them may be somebody else's."""
        if Authenticator.objects.filter(user=user, type__in=FACTORS).count() == 1:
            now, own = timezone.now(), self.request.session.row_name()
            others = sessions_of(user, now).exclude(session_key=own).values_list("session_key", flat=True)
            end_sessions(account=user, rows=list(others), now=now)

    def get_client_ip(self, request: Any) -> str:
        """The visitor's address, by which tries are counted."""
        return client_address(request)

    def _get_login_attempts_cache_key(self, request: Any, **credentials: Any) -> str:
        """Wrong passwords are counted by account and address: who fails elsewhere keeps nobody out."""
        key = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{self.get_client_ip(request)}"

    def save_user(self, request: Any, user: Any, form: Any, commit: bool = True) -> Any:
        """Keeps the address in lower case, so that one person has one account."""
        user = super().save_user(request, user, form, commit=False)
        user.email = user.email.lower()
        if commit:
            user.save()
        return user


class FactorAdapter(DefaultMFAAdapter):
    """allauth's hooks for second factors: the secrets of authenticator apps and recovery codes lie locked."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        **account_texts.FACTOR_ERRORS,
    }

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """The name a new passkey has until its owner gives it another."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)s") % {"number": count + 1}

    def encrypt(self, text: str) -> str:
        """A secret as it lies in the database."""
        return lockbox.locked(text, FACTOR)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; one that nobody knows in place of the one the demo prints, where there is no demo, and of one that no
        key of ours opens: its codes are then wrong ones, and two administrators take it off."""
        try:
            secret = lockbox.opened(encrypted_text, FACTOR)
        except lockbox.CannotOpen:
            logger.warning("a second factor was locked with a key that is gone")
            return str(totp.generate_totp_secret())
        known = secret == published.TOTP_SECRET and not settings.DEMO
        return str(totp.generate_totp_secret()) if known else secret

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whether a second factor may go: on the staff the last one stays."""
        person = authenticator.user.person
        if person is None or authenticator.type not in FACTORS or not on_staff(person):
            return True
        others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS)
        return others.exclude(pk=authenticator.pk).exists()


@transaction.atomic
def lock_anew() -> int:
    """Locks all second factors with the newest key, so that an earlier one may go; gives how many were locked. Those
    that no key opens stay as they are."""
    count = 0
    for each in Authenticator.objects.select_for_update().order_by("pk").iterator():
        for name in {"secret", "seed"} & set(each.data):
            with contextlib.suppress(lockbox.CannotOpen):
                each.data[name] = lockbox.locked(lockbox.opened(each.data[name], FACTOR), FACTOR)
                count += 1
        each.save(update_fields=["data"])
    return count


class SetUpAppForm(ActivateTOTPForm):
    """allauth's form that sets an app up; its right code is a second factor shown, as at a log-in."""

    def clean_code(self) -> str:
        """The code. Raises ValidationError for a wrong one."""
        code = str(super().clean_code())
        record_authentication(context.request, self.user, method="mfa", type=Authenticator.Type.TOTP)
        return code


class AddKeyForm(AddWebAuthnForm):
    """allauth's form that adds a passkey, its label in the reader's language."""

    name = forms.CharField(label=_("Name"), required=False, help_text=_("By which you know it again."))


class RenameKeyForm(EditWebAuthnForm):
    """allauth's form that renames a passkey, its label in the reader's language."""

    name = forms.CharField(label=_("Name"), help_text=_("By which you know it again."))


class NotPublished:
    """Refuses the password that the demo's instructions print."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError for that one."""
        if password == published.PASSWORD:
            raise ValidationError(
                _("This password is printed in the instructions of the demo. It opens nothing here."),
                code="published",
            )

    def get_help_text(self) -> str:
        """What it refuses, in a sentence."""
        return str(_("It is not the one printed in the instructions of the demo."))


def demo_context(request: Any) -> dict[str, Any]:
    """For page frames: the code an authenticator app with the demo's secret shows now; empty without a demo."""
    if not settings.DEMO:
        return {"demo_code": ""}

    def code() -> str:
        return totp.format_hotp_value(
            totp.hotp_value(published.TOTP_SECRET, next(totp.yield_hotp_counters_from_time()))
        )

    return {"demo_code": SimpleLazyObject(code)}


class SignUpForm(SignupForm):
    """allauth's form; of several that sign one address up at the same moment, all but one meet an account that exists."""

    def try_save(self, request: Any) -> tuple[Any, Any]:
        """The new account, or the answer that a known address gets."""
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
            return super().try_save(request)
