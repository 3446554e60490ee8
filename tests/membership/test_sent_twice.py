"""Forms about money that are sent twice: each row once, each event once."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from commonweal.membership import actions
from commonweal.membership.models import AccreditationNote, Claimant, ExitSeason, SeasonTest
from commonweal.membership.rules.accreditation import Condition
from commonweal.membership.rules.estates import EndKind
from commonweal.membership.rules.exits import ExitTest
from commonweal.people.models import Event
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW, TODAY = make.NOW, make.NOW.date()


def events(name: str) -> int:
    return Event.objects.filter(name=name).count()


def test_an_heir_is_noted_once_agrees_once_and_is_taken_out_once() -> None:
    secretary, member = make.staff("secretary"), make.member()
    make.shares(member, 10)
    told: dict[str, Any] = {"by": secretary, "now": NOW}
    estate = actions.open_estate(member=member, kind=EndKind.DEATH, ended_on=TODAY, document="x", **told)
    for _ in range(3):
        claimant = actions.add_claimant(estate=estate, name="Heir", part=Fraction(1, 2), **told)
    assert (Claimant.objects.count(), events("ClaimantAdded")) == (1, 1)
    for _ in range(3):
        actions.note_agreement(claimant=claimant, on=TODAY, document="letter", **told)
    assert events("ClaimantAgreed") == 1
    # Each of eight requests had read the row before the first took it out.
    copies = [Claimant.objects.get(pk=claimant.pk) for _ in range(8)]
    for each in copies:
        actions.remove_claimant(claimant=each, **told)
    assert (Claimant.objects.count(), events("ClaimantRemoved")) == (0, 1)


def test_a_test_of_a_season_is_recorded_once() -> None:
    season = ExitSeason.objects.create(
        year=2026,
        opens_on=date(2026, 1, 1),
        closes_on=date(2026, 6, 30),
        effect_on=date(2026, 6, 30),
        pay_by=date(2026, 7, 31),
    )
    for _ in range(3):
        actions.record_test(
            season=season,
            kind=ExitTest.LIQUIDITY,
            as_of=date(2025, 12, 31),
            have_cents=5,
            keep_cents=1,
            document="x",
            by=make.staff("secretary"),
            now=NOW,
        )
    assert (SeasonTest.objects.count(), events("SeasonTestRecorded")) == (1, 1)


def test_a_note_of_accreditation_is_added_once() -> None:
    condition = next(iter(Condition))
    for text in ("met", "met", "not yet", "met"):
        actions.note_condition(
            year=2026,
            condition=condition,
            fulfilled=text == "met",
            text=text,
            document="x",
            by=make.staff("secretary"),
            now=NOW,
        )
    assert (AccreditationNote.objects.count(), events("AccreditationNoted")) == (3, 3)
