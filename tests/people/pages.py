"""Pages of accounts: signing in, signing up, keys and passwords."""

from __future__ import annotations

from tests.journeys.sites import Pages, Site


def pages(site: Site) -> Pages:
    """Pages of accounts, which the library for accounts brings; ours are their templates."""
    assert site.applicant  # who is to sign in
    return Pages(
        visitor=[
            "account/login/",
            "account/signup/",
            "account/login/code/",
            "account/password/reset/",
            "account/password/reset/done/",
            "account/inactive/",
        ],
        applicant=[
            "account/email/",
            "account/password/change/",
            "account/logout/",
            "account/reauthenticate/",
            "account/security/",
        ],
        confirmed=[
            "account/security/totp/activate/",
            "account/security/webauthn/add/",
            "account/security/webauthn/",
            "account/security/recovery-codes/generate/",
        ],
    )
