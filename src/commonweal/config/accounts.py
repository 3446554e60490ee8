"""How log-in behaves here: cost of a password check, who may sign up, how messages go out."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import SignupForm
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import IntegrityError, transaction


class LeanArgon2(Argon2PasswordHasher):
    """Argon2id at the cost OWASP's password storage sheet gives (19 MiB, two passes, one lane)."""

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1


class AccountAdapter(DefaultAccountAdapter):
    """allauth's hooks. Log-in and sign-up only; what an account may do is decided in `access`."""

    def save_user(self, request: Any, user: Any, form: Any, commit: bool = True) -> Any:
        """Keeps the address in lower case, so that one person has one account."""
        user = super().save_user(request, user, form, commit=False)
        user.email = user.email.lower()
        if commit:
            user.save()
        return user


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
