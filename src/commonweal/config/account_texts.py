"""Words of the library for accounts that people meet here, said as we say them: our catalogue goes before the library's.

What the library says in its templates stands in ours (`ui/templates/account`, `mfa`); here is what its code says.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

# Under the library's own codes.
ERRORS = {
    "account_inactive": _("This account is closed. Call us."),
    "cannot_remove_primary_email": _("This is the address we use. Choose another one first."),
    "duplicate_email": _("This address is already one of yours."),
    "email_password_mismatch": _("Address and password do not go together. Check both."),
    "email_taken": _("Another account has this address."),
    "enter_current_password": _("This is not the password you have now."),
    "incorrect_code": _("This is not the code. Look once more."),
    "incorrect_password": _("This is not your password. Try again."),
    "invalid_or_expired_key": _("This link no longer works."),
    "invalid_login": _("This does not open an account."),
    "invalid_password_reset": _("This link no longer works. Ask for another one."),
    "max_email_addresses": _("An account has at most %d addresses."),
    "too_many_login_attempts": _("Too many tries. Wait a few minutes, then try again."),
    "unknown_email": _("No account has this address."),
    "unverified_primary_email": _("Confirm this address first, with the code we send there."),
    "same_as_current": _("This is what it is already."),
    "select_only_one": _("Choose one."),
    "rate_limited": _("Too many tries. Wait a few minutes, then try again."),
}
FACTOR_ERRORS = {
    "add_email_blocked": _(
        "With a second step, an address is not added here. Call us: we change it with you."
    ),
    "cannot_delete_authenticator": _("Staff keep a second step. Add another one first."),
    "cannot_generate_recovery_codes": _("You get spare codes once you use a passkey or an app."),
    # The library gives one answer for both, and each code opens once.
    "incorrect_code": _(
        "This code is not right, or it was used already. Wait until the app shows the next one, and type that."
    ),
    "unverified_email": _("First confirm your e-mail address."),
}
# Labels as the library has them, for our translations of them.
LABELS = (
    gettext_noop("Authenticator code"),
    gettext_noop("Code"),
    gettext_noop("Current Password"),
    gettext_noop("Email"),
    gettext_noop("Email address"),
    gettext_noop("Forgot your password?"),
    gettext_noop("New Password"),
    gettext_noop("New Password (again)"),
    gettext_noop("Password"),
    gettext_noop("Password (again)"),
    gettext_noop("Passwordless"),
    gettext_noop("Remember Me"),
    gettext_noop("Use a security key"),
    gettext_noop("Use authenticator app or code"),
    gettext_noop("Use your password"),
    gettext_noop("You must type the same password each time."),
    gettext_noop(
        "Enabling passwordless operation allows you to sign in using just this key, but imposes additional requirements "
        "such as biometrics or PIN protection."
    ),
)
