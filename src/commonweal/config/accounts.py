"""How log-in behaves here: cost of a password check, who may sign up, how messages go out."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.hashers import Argon2PasswordHasher


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
