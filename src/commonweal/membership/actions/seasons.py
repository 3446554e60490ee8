"""Exit seasons: record the tests, book what the board decided for all requests at once. Whole, or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.text import clean
from commonweal.ledger import actions as ledger
from commonweal.membership.access import may_keep_register, members_close_to
from commonweal.membership.actions.exits import open_season, terms_of
from commonweal.membership.actions.flows import SEASONS
from commonweal.membership.actions.flows.exits import Deciding, ExitRefused, window_closed
from commonweal.membership.actions.members import lock_numbers
from commonweal.membership.actions.refusals import ask
from commonweal.membership.models import ExitRequest, ExitSeason, Member, SeasonTest
from commonweal.membership.queries import seasons as queries
from commonweal.membership.queries.shares import classes, issued_on
from commonweal.membership.rules import exits as rules
from commonweal.membership.rules.exits import ExitTest, Outcome
from commonweal.membership.rules.movements import MovementKind
from commonweal.membership.states import EXIT, SEASON, ExitState
from commonweal.people.access import demand, not_ones_own
from commonweal.people.actions import record, wait_turn

if TYPE_CHECKING:
    from commonweal.kernel.money import ShareValue
    from commonweal.membership.rules.seasons import Answer
    from commonweal.people.models import Person

ROWS = 5_000
TOLD_AT_ONCE = 200


@transaction.atomic
def record_test(
    *,
    season: ExitSeason,
    kind: ExitTest,
    as_of: date,
    have_cents: int,
    keep_cents: int,
    document: str,
    by: Person,
    now: datetime,
    values: Mapping[str, ShareValue] | None = None,
) -> SeasonTest:
    """Records one of the two tests; a later one of the same kind takes its place and both stay.

    `values` is the net asset value of a share, by class; a net-asset test names each class that needs one.
    Raises NotAllowed, ExitRefused.
    """
    demand(may_keep_register(by, day_of(now)))
    season = ExitSeason.objects.select_for_update(no_key=True).get(pk=season.pk)
    ask(ExitRefused, SEASON.permits(season.state, "decide"))
    document, given = clean(document, lines=False)[:80], dict(values or {})
    if not document:
        raise ExitRefused(_("Name the document with these figures."), code="no_document")
    if as_of > day_of(now):
        raise ExitRefused(_("These figures are of a day to come. Check the day."), code="future")
    if kind == ExitTest.NET_ASSETS and set(queries.classes_with_value(season, classes())) - set(given):
        raise ExitRefused(_("Write the net asset value of a share of each class."), code="no_value")
    if kind == ExitTest.NET_ASSETS:
        ask(
            ExitRefused, rules.may_be_worth(rules.Accounts(as_of, have_cents, given), issued_on(given, as_of))
        )
    values_kept = {code: str(value) for code, value in given.items()} if kind == ExitTest.NET_ASSETS else {}
    last = queries.latest_tests(season).get(kind)
    asked = (as_of, have_cents, keep_cents, values_kept, document)
    if last and (last.as_of, last.have_cents, last.keep_cents, last.values, last.document) == asked:
        # Sent twice.
        return last
    test = SeasonTest.objects.create(
        season=season,
        kind=kind,
        as_of=as_of,
        have_cents=have_cents,
        keep_cents=keep_cents,
        values=values_kept,
        document=document,
        by=by,
        at=now,
    )
    record(
        *("SeasonTestRecorded", f"exit-season:{season.pk}"),
        by=by,
        at=now,
        data={"test": test.pk, "kind": kind},
    )
    return test


@transaction.atomic
def decide_season(
    *,
    season: ExitSeason,
    outcome: Outcome,
    decided_on: date,
    document: str,
    by: Person,
    now: datetime,
    budget_cents: int | None = None,
    reasons: Mapping[str, str] | None = None,
) -> ExitSeason:
    """Books what the board decided: every waiting request gets its answer, refunds stand in the ledger, members who hold
    nothing any more have left, what has to wait goes on in the next season. One transaction: broken off, nothing of it
    happened, and it is done again; done twice, the second is refused.

    `reasons` are what members read, by language; asked for unless everyone is paid. Raises NotAllowed, ExitRefused.
    """
    # A dividend that is approved meanwhile rests on the same means.
    wait_turn("distribution")
    season = SEASONS.hold(season.pk, "decide", by=by, now=now)
    document = clean(document, lines=False)[:80]
    said = {code: clean(text) for code, text in (reasons or {}).items() if clean(text)}
    _complete(season, outcome, decided_on, document, said, now)
    waiting = (
        ExitRequest.objects.select_for_update().filter(season=season, state=ExitState.WAITING).order_by("pk")
    )
    members = list(waiting.values_list("member_id", flat=True))
    own = members_close_to(by, day_of(now)).filter(pk__in=members)
    demand(not_ones_own(by, day_of(now), own))
    # Before the members, as whoever enters paid shares does: else each could wait for the other.
    lock_numbers()
    # In order of number, as every movement does: none of them can move shares until this is booked.
    list(Member.objects.select_for_update().filter(pk__in=members).order_by("number").values_list("pk"))
    plan = queries.planned_season(season, classes(), outcome, budget_cents)
    percent = terms_of(season.effect_on).refusal_percent
    refusable = plan.load.reaches(percent)
    deciding = Deciding(outcome, decided_on, plan.total_cents, budget_cents, plan.room_cents, refusable)
    SEASONS.check(season, "decide", by=by, now=now, context=deciding)
    _decided(season, plan, outcome, budget_cents, said, document, decided_on, by, now)
    _answered(plan.answers, now)
    _left(plan.answers, season.effect_on)
    _carried_on(season, plan.answers)
    _to_tell(season, plan.answers, by, now)
    ledger.post_many(drafts=_drafts(season, plan.answers, f"person:{by.pk}"), now=now)
    return season


def _complete(
    season: ExitSeason, outcome: Outcome, decided_on: date, document: str, said: dict[str, str], now: datetime
) -> None:
    if not document:
        raise ExitRefused(_("Name the minutes of the board's decision."), code="no_document")
    if ExitRequest.objects.filter(season__year__lt=season.year, state=ExitState.WAITING).exists():
        raise ExitRefused(_("An earlier season still waits for its decision."), code="earlier")
    ask(ExitRefused, window_closed(season, decided_on, now))
    if outcome != Outcome.PAY and {code for code, _name in settings.LANGUAGES} - set(said):
        raise ExitRefused(_("Write the reason in each language: members read it."), code="no_reason")


def _decided(
    season: ExitSeason,
    plan: queries.Plan,
    outcome: Outcome,
    budget_cents: int | None,
    said: dict[str, str],
    document: str,
    decided_on: date,
    by: Person,
    now: datetime,
) -> None:
    season.outcome = outcome.value
    season.budget_cents = budget_cents if outcome == Outcome.PART else None
    season.reasons, season.document, season.decided_on = said, document, decided_on
    season.decided_at, season.decided_by = now, by
    season.asked_cents, season.all_cents = plan.load.asked_cents, plan.load.all_cents
    season.leavers, season.members = plan.load.leavers, plan.load.members
    season.total_cents, season.room_cents = plan.total_cents, plan.room_cents
    told = {"outcome": outcome, "cents": plan.cents, "requests": len(plan.answers)}
    SEASONS.move(season, "decide", by=by, now=now, data=told)


def _answered(answers: Sequence[Answer], now: datetime) -> None:
    target = {
        state: EXIT.between(ExitState.WAITING, state).target for state in {each.state for each in answers}
    }
    requests, states = [each.asked.request for each in answers], [target[each.state] for each in answers]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE membership_exitrequest r SET state = a.state, closed_at = %s "
            "FROM unnest(%s::bigint[], %s::text[]) AS a (id, state) WHERE r.id = a.id AND r.state = %s",
            [now, requests, states, ExitState.WAITING],
        )
        with cursor.copy(
            "COPY membership_exitrefund (request_id, share_class, shares, paid_cents, cents) FROM STDIN"
        ) as copy:
            for answer in answers:
                for each in answer.refunds:
                    told = (each.line.share_class, each.shares, each.paid_cents, each.cents)
                    copy.write_row((answer.asked.request, *told))


def _left(answers: Sequence[Answer], effect_on: date) -> None:
    gone = [each.asked.number for each in answers if each.leaves]
    Member.objects.filter(number__in=gone, left_on__isnull=True).update(left_on=effect_on)


def _carried_on(season: ExitSeason, answers: Sequence[Answer]) -> None:
    """What was not given back waits in the season after, as it was asked."""
    waits = {each.asked.request: each for each in answers if each.state in (ExitState.PART, ExitState.QUEUED)}
    if not waits:
        return
    after = open_season(rules.window_of(season.year + 1, terms_of(season.closes_on)))
    before = ExitRequest.objects.filter(pk__in=list(waits)).order_by("pk")
    ExitRequest.objects.bulk_create(
        (
            ExitRequest(
                season=after,
                member_id=each.member_id,
                share_class=each.share_class,
                count=waits[each.pk].left if each.share_class else None,
                asked_at=each.asked_at,
                asked_by_id=each.asked_by_id,
                channel=each.channel,
                document=each.document,
                follows=each,
            )
            for each in before
        ),
        batch_size=ROWS,
    )


def _to_tell(season: ExitSeason, answers: Sequence[Answer], by: Person, now: datetime) -> None:
    """One event for each few hundred requests: its handler writes to each member, in the background."""
    requests = [each.asked.request for each in answers]
    for start in range(0, len(requests), TOLD_AT_ONCE):
        data: dict[str, Any] = {"requests": requests[start : start + TOLD_AT_ONCE]}
        record("ExitsAnswered", f"exit-season:{season.pk}", by=by, at=now, data=data)


def _drafts(season: ExitSeason, answers: Sequence[Answer], author: str) -> Any:
    return (
        ledger.Draft(
            MovementKind.REFUND,
            f"exit:{season.pk}:{each.asked.request}",
            season.effect_on,
            tuple(map(ledger.Entry._make, each.entries())),
            author,
            season.document,
        )
        for each in answers
        if each.refunds
    )
