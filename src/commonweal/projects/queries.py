"""Reads of calls, dossiers and projects."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, When
from django.db.models.expressions import RawSQL

from commonweal.people.queries import prefix_query
from commonweal.places.queries import municipalities_coded
from commonweal.places.rules import LANGUAGES, name_in
from commonweal.projects.models import (
    AmbitionClaim,
    Call,
    CallText,
    ConflictDeclaration,
    Dossier,
    RuleRow,
    SavedView,
)
from commonweal.projects.rules.eligibility import RuleVersion
from commonweal.projects.rules.kinds import SupportKind
from commonweal.projects.rules.parts import Content, Gap, gaps
from commonweal.projects.states import CallState, DossierState
from commonweal.voting.queries import ballot_about

if TYPE_CHECKING:
    from commonweal.people.models import Person
    from commonweal.places.models import Municipality
    from commonweal.voting.models import Ballot

WAITING = (DossierState.SUBMITTED, DossierState.IN_CHECK, DossierState.RETURNED)
SORTS = {
    "recent": ("-changed_at", "id"),
    "title": ("title", "id"),
    "amount": ("requested_cents", "id"),
    "amount_down": ("-requested_cents", "id"),
}


def _with_words(wanted: str) -> RawSQL:
    # By itself first: left to choose, the planner reads the newest projects one by one until enough have the words.
    return RawSQL(
        "WITH found AS MATERIALIZED (SELECT id FROM projects_dossier WHERE to_tsvector('simple',"
        " public.commonweal_fold(title || ' ' || summary || ' ' || place_detail)) @@ to_tsquery('simple', %s))"
        " SELECT id FROM found",
        (wanted,),
    )


def call_text(call: Call, language: str) -> CallText | None:
    """The call in a language, or in the first one it has. Uses prefetched texts."""
    texts = {text.language: text for text in call.texts.all()}
    return texts.get(language) or next(
        (texts[code] for code in ("en", "fr", "nl", "de") if code in texts), None
    )


def with_texts(calls: QuerySet[Call], language: str) -> list[Call]:
    """Calls with `text` set to the one in the reader's language, in two queries."""
    found = list(calls.prefetch_related("texts").select_related("region"))
    for call in found:
        call.text = call_text(call, language)  # type: ignore[attr-defined]
    return found


def rule_versions(track: str) -> list[RuleVersion]:
    """All dated versions of a track's conditions, for the evaluators."""
    return [
        RuleVersion(row.code, row.track, row.starts_on, row.ends_on, row.parameters, row.source)
        for row in RuleRow.objects.filter(track=track)
    ]


def content_of(dossier: Dossier) -> Content:
    """What a dossier holds, as the completeness rules see it; three queries."""
    asks = {ask.kind: ask.quantity for ask in dossier.asks.all()}
    asked = asks.pop(SupportKind.FINANCIAL, 0)
    return Content(
        has_organisation=dossier.organisation_id is not None,
        title=dossier.title,
        summary=dossier.summary,
        story=dossier.story,
        has_place=dossier.municipality_id is not None or bool(dossier.place_detail),
        target_group=dossier.target_group,
        starts_on=dossier.starts_on,
        ends_on=dossier.ends_on,
        ambitions_argued=sum(1 for claim in dossier.claims.all() if claim.argument),
        costs_cents=sum(line.amount_cents for line in dossier.costs.all()),
        asked_cents=asked,
        other_asks=len(asks),
        values_declared=dossier.values_declared,
    )


def gaps_of(dossier: Dossier) -> tuple[Gap, ...]:
    """What is missing before a dossier can be sent."""
    return gaps(content_of(dossier), dossier.call.amount_min_cents, dossier.call.amount_max_cents)


def projects_found(
    seen: QuerySet[Dossier],
    *,
    text: str = "",
    call: str = "",
    ambition: str = "",
    region: str = "",
    kind: str = "",
    state: str = "",
    sort: str = "recent",
) -> QuerySet[Dossier]:
    """Projects among those seen that match all filters given; unknown values match nothing, empty ones everything."""
    found = seen.select_related("organisation", "municipality", "call")
    wanted = prefix_query(text)
    if text.strip():
        found = found.filter(pk__in=_with_words(wanted)) if wanted else found.none()
    if call:
        found = found.filter(call__slug=call)
    if ambition:
        found = found.filter(claims__ambition_id=ambition)
    if region:
        found = found.filter(municipality__region_id=region)
    if kind:
        found = found.filter(asks__kind=kind)
    if state:
        found = found.filter(state=state)
    return found.order_by(*SORTS.get(sort, SORTS["recent"])).prefetch_related("claims", "asks", "photos")


class Located(NamedTuple):
    """A project as a map shows it; `ambition` is the first it names, or empty."""

    pk: int
    title: str
    municipality: Municipality
    ambition: str


def located_projects(found: QuerySet[Dossier], limit: int) -> list[Located]:
    """The first projects found that have a municipality; three queries, and only what a map shows."""
    rows = list(found.exclude(municipality=None).values_list("pk", "title", "municipality_id")[:limit])
    places = municipalities_coded({nis for _pk, _title, nis in rows})
    claims = AmbitionClaim.objects.filter(dossier__in=[pk for pk, _title, _nis in rows])
    first: dict[int, str] = {}
    for dossier, ambition in claims.order_by("ambition_id").values_list("dossier_id", "ambition_id"):
        first.setdefault(dossier, ambition)
    return [Located(pk, title, places[nis], first.get(pk, "")) for pk, title, nis in rows]


def desk_rows(
    dossiers: QuerySet[Dossier],
    *,
    text: str = "",
    state: str = "",
    call: str = "",
    adviser: str = "",
) -> QuerySet[Dossier]:
    """Rows of the staff desk, longest waiting first."""
    found = dossiers.select_related("organisation", "call", "adviser", "municipality", "applicant")
    if text.strip():
        wanted = prefix_query(text)
        found = found.filter(Q(reference__iexact=text.strip()) | Q(pk__in=_with_words(wanted or "—")))
    if state:
        found = found.filter(state=state)
    if call:
        found = found.filter(call__slug=call)
    if adviser == "none":
        found = found.filter(adviser__isnull=True)
    elif adviser.isascii() and adviser.isdigit() and len(adviser) < 10:
        found = found.filter(adviser_id=int(adviser))
    waiting = Case(When(state__in=WAITING, then=0), default=1, output_field=IntegerField())
    return found.order_by(waiting, F("submitted_at").asc(nulls_last=True), "id")


def desk_counts(dossiers: QuerySet[Dossier]) -> dict[str, int]:
    """How many dossiers of the desk stand in each state; one query."""
    return dict(dossiers.order_by().values_list("state").annotate(n=Count("id")))


def saved_views(person: Person) -> list[SavedView]:
    """The person's saved filters."""
    return list(SavedView.objects.filter(person=person))


def ballot_options(call: Call) -> list[dict[str, Any]]:
    """What stands on a call's ballot: its admitted dossiers, in the order they were sent."""
    rows = (
        call.dossiers.filter(state=DossierState.ADMITTED)
        .order_by("submitted_at", "id")
        .prefetch_related("claims")
        .select_related("municipality")
    )
    return [
        {
            "subject": f"dossier:{dossier.pk}",
            "title": dossier.title,
            "language": dossier.language,
            "cost_cents": dossier.requested_cents,
            "category": next((claim.ambition_id for claim in dossier.claims.all()), ""),
            "places": _place_names(dossier),
        }
        for dossier in rows
    ]


def _place_names(dossier: Dossier) -> dict[str, str]:
    if town := dossier.municipality:
        return {language: name_in(town, language) for language in LANGUAGES}
    return {dossier.language: dossier.place_detail} if dossier.place_detail else {}


def call_figures(call: Call) -> dict[str, int]:
    """Dossiers of a call by state, and the money asked by those admitted or decided."""
    by_state = dict(call.dossiers.order_by().values_list("state").annotate(n=Count("id")))
    asked = call.dossiers.filter(state__in=("admitted", "funded", "not_funded")).aggregate(
        all=Sum("requested_cents")
    )
    return {**by_state, "asked_cents": asked["all"] or 0}


def open_calls(on: datetime) -> QuerySet[Call]:
    """Calls in which something can be done now: apply or vote."""
    return Call.objects.filter(
        Q(state=CallState.APPLICATIONS, applies_from__lte=on, applies_until__gt=on) | Q(state=CallState.VOTE)
    ).order_by("vote_until")


def earlier_applications(organisation_id: int | None, before: date) -> Iterable[Dossier]:
    """Dossiers an organisation sent before a day, for the rule about the time between two."""
    if organisation_id is None:
        return []
    return Dossier.objects.filter(organisation_id=organisation_id, submitted_at__date__lt=before)


def ballot_of_call(slug: str) -> Ballot | None:
    """The ballot of the call with this short name, if there is one."""
    call = Call.objects.filter(slug=slug).first()
    return ballot_about(f"call:{call.pk}") if call else None


def short_names(start: str) -> set[str]:
    """The calls' short names that begin like this, taken by any call, shown or not."""
    return set(Call.objects.filter(slug__startswith=start).values_list("slug", flat=True))


def ties_of(dossier: Dossier) -> QuerySet[ConflictDeclaration]:
    """Ties that staff declared with a project and no colleague lifted, oldest first."""
    return dossier.conflicts.filter(has_conflict=True, lifted_at__isnull=True).select_related("person")
