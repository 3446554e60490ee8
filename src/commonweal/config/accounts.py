"""How log-in behaves here: cost of a password check, who may sign up, how messages go out."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import SignupForm
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import IntegrityError, transaction

from commonweal.config import lockbox
from commonweal.config.addresses import client_address

FACTOR = "second factor"


class LeanArgon2(Argon2PasswordHasher):
    """Argon2id at the cost OWASP's password storage sheet gives (19 MiB, two passes, one lane)."""

    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1


class AccountAdapter(DefaultAccountAdapter):
    """allauth's hooks. Log-in and sign-up only; what an account may do is decided in `access`."""

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

    def encrypt(self, text: str) -> str:
        """A secret as it lies in the database."""
        return lockbox.locked(text, FACTOR)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret. Raises CannotOpen where no key of ours opens it."""
        return lockbox.opened(encrypted_text, FACTOR)


@transaction.atomic
def lock_anew() -> int:
    """Locks all second factors with the newest key, so that an earlier one may go; gives how many there are."""
    count = 0
    for each in Authenticator.objects.select_for_update().order_by("pk").iterator():
        for name in {"secret", "seed"} & set(each.data):
            each.data[name] = lockbox.locked(lockbox.opened(each.data[name], FACTOR), FACTOR)
            count += 1
        each.save(update_fields=["data"])
    return count


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
