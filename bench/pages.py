"""Server time of the pages that must stay quick at 400,000 members, beside the limit of 150 ms and an empty page.

Run by `make bench`. Loads the demo at size once into the bench database folder; prints medians and ratios, and fails
when a page is over the limit.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from typing import Any

LIMIT_MS = 150.0


def timed(client: Any, address: str, rounds: int) -> tuple[float, int]:
    """Median milliseconds of server time and the number of queries of one GET."""
    from django.db import connection

    queries: list[str] = []

    def noted(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        queries.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(noted):
        answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}")
    times = []
    for _round in range(rounds):
        started = time.perf_counter()
        client.get(address)
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times), len(queries)


def pages() -> list[tuple[str, str, Any]]:
    """What is measured: a name, an address, who asks."""
    from commonweal.people.models import Account
    from commonweal.voting.models import Ballot

    open_ballot = Ballot.objects.filter(state="open").order_by("pk").first()
    counted = Ballot.objects.filter(state="published").order_by("pk").first()
    voter = (
        Account.objects.filter(person__memberships__isnull=False, person__appointments__isnull=True)
        .order_by("pk")
        .first()
    )
    staff = Account.objects.filter(person__appointments__role="adviser").order_by("pk").first()
    if not (open_ballot and counted and voter and staff):
        raise SystemExit("The demo is not complete; remove the bench database and start again.")
    return [
        ("empty page (gallery frame)", "/fr/ui/display/", None),
        ("home", "/fr/", None),
        ("project list", "/fr/projects/", None),
        ("project list, words", "/fr/projects/?text=voisins", None),
        ("project map", "/fr/projects/?view=map", None),
        ("vote page", f"/fr/ballots/{open_ballot.pk}/", voter),
        ("result page", f"/fr/ballots/{counted.pk}/result/", None),
        ("member search", "/fr/desk/members/?text=mar", staff),
        ("staff desk", "/fr/desk/dossiers/", staff),
        ("my page", "/fr/me/", voter),
    ]


def main() -> None:
    """Loads what is missing, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=400_000)
    parser.add_argument("--projects", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commonweal.config.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    from commonweal.membership.models import Member
    from commonweal.portal.demo import load

    if Member.objects.count() < options.members:
        started = time.monotonic()
        load.everything(members=options.members, extra_projects=options.projects, say=lambda _text: None)
        took = time.monotonic() - started
        print(f"demo with {options.members:,} members and {options.projects:,} more projects: {took:.1f} s")
    empty, late = 1.0, 0
    print(f"{'page':28} {'median ms':>10} {'of limit':>9} {'x empty':>8} {'queries':>8}")
    for name, address, account in pages():
        client = Client()
        if account is not None:
            client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
            # Staff without a second factor reach no page of theirs.
            session = client.session
            session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
            session["account_authentication_methods_user"] = str(account.pk)
            session.save()
        median, queries = timed(client, address, options.rounds)
        empty = median if name.startswith("empty") else empty
        late += median > LIMIT_MS
        mark = "" if median <= LIMIT_MS else "  over"
        print(f"{name:28} {median:10.1f} {median / LIMIT_MS:9.2f} {median / empty:8.1f} {queries:8}{mark}")
    if late:
        raise SystemExit(f"{late} pages take longer than {LIMIT_MS:.0f} ms.")


if __name__ == "__main__":
    main()
