"""Bringing in sheets of members or movements: upload, check without writing, bring in piece by piece, throw away.

Every piece is a transaction of its own and remembers how far it came; what is in already is passed over. So a load that
was cut off goes on where it was, and the same sheet twice changes nothing.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as jobs

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.ledger import actions as ledger
from commonweal.membership.access import may_keep_register, own_rows
from commonweal.membership.actions.flows import IMPORTS
from commonweal.membership.actions.flows.imports import CannotMove
from commonweal.membership.actions.members import load_members
from commonweal.membership.models import Import
from commonweal.membership.queries.imports import (
    PIECE,
    checked,
    content_of,
    first_own_row,
    in_pieces,
    member_rows,
    members_numbered,
    movement_rows,
    place_of,
)
from commonweal.membership.rules.imports import ImportKind, MemberRow, MovementRow
from commonweal.membership.rules.movements import MovementKind
from commonweal.membership.rules.sheets import UnreadableSheet
from commonweal.membership.states import ImportState
from commonweal.people.access import demand
from commonweal.people.actions import load_organisations, load_people, record, wait_turn
from commonweal.people.queries import organisations_numbered
from commonweal.places.countries import HOME
from commonweal.places.queries import municipalities_of_postcodes

if TYPE_CHECKING:
    from commonweal.people.models import Person

PROBLEMS_MAX = 500
# What the page takes; larger sheets come by the command, which asks nobody's browser to wait.
UPLOAD_MAX = 20_000_000
_PEOPLE = (
    *("id", "given_name", "family_name", "born_on", "language", "email", "phone", "street", "postcode"),
    *("municipality_id", "country", "town", "created_at"),
)
_ORGANISATIONS = (
    *(
        "id",
        "name",
        "legal_form",
        "company_number",
        "country",
        "town",
        "postcode",
        "accredited",
        "municipality_id",
        "website",
    ),
    "created_at",
)
_MEMBERS = (
    *("number", "person_id", "organisation_id", "municipality_id", "country", "town", "language"),
    *("joined_on", "left_on"),
)


_STAGED = """row integer, reference text, number integer, kind text, share_class text, count integer, cents bigint,
    effective_on date, counterpart integer, to_class text, to_count integer, document text, less boolean"""


class TooLarge(Refusal):
    """The file is larger than a page takes."""

    code = "too_large"


class Stopped(Refusal):
    """The register refused a row while a sheet came in: something changed since it was checked."""

    code = "stopped"


@transaction.atomic
def upload_import(
    *, kind: ImportKind, name: str, content: bytes, by: Person | None, now: datetime, background: bool = True
) -> Import:
    """Keeps a sheet and has it checked, in the background or by the caller. Raises NotAllowed, TooLarge.

    `by` is None for the operator's command.
    """
    if by is not None:
        demand(may_keep_register(by, day_of(now)))
        if len(content) > UPLOAD_MAX:
            raise TooLarge(_("The file is too large for this page. Ask the operator to bring it in."))
    digest = hashlib.sha256(content).hexdigest()
    wait_turn("import", kind, digest)
    # The same button pressed twice; a sheet that was checked may be sent again, once the register is another.
    twice = Import.objects.filter(
        kind=kind, digest=digest, state=ImportState.CHECKING, uploaded_by=by
    ).first()
    if twice is not None:
        return twice
    importing = Import.objects.create(
        kind=kind,
        name=name[:120],
        digest=digest,
        # A sheet of a whole register is sixty megabytes of text, and the way to the database takes several times that.
        content=gzip.compress(content, 3, mtime=0),
        state=ImportState.CHECKING,
        uploaded_by=by,
        uploaded_at=now,
        changed_at=now,
    )
    record("ImportUploaded", f"import:{importing.pk}", by=by, at=now, data={"kind": kind})
    if background:
        jobs.configure_task("commonweal.membership.tasks.check").defer(import_id=importing.pk)
    return importing


@transaction.atomic
def check_import(*, importing: Import, now: datetime) -> Import:
    """Reads the whole sheet against the register and writes nothing but what it found; rows about whoever uploaded it, or
    about somebody close to them, are problems.

    The sheet's row is locked once it is read: until then it can be thrown away. Raises CannotMove where it was.
    """
    own = own_rows(importing.uploaded_by, day_of(now))
    found = checked(ImportKind(importing.kind), content_of(importing), day_of(now), own)
    held = IMPORTS.hold(importing.pk, "check", by=None, now=now)
    held.row_count, held.known_count, held.problem_count = found.rows, found.known, len(found.problems)
    held.problems = [
        [each.row, each.column, each.reason, dict(each.values)] for each in found.problems[:PROBLEMS_MAX]
    ]
    return _move(held, "check", by=None, now=now)


@transaction.atomic
def load_import(*, importing: Import, by: Person | None, now: datetime, background: bool = True) -> Import:
    """Starts bringing a checked sheet in, or goes on with one that stopped. Raises NotAllowed, CannotMove."""
    held = IMPORTS.hold(importing.pk, "load", by=by, now=now)
    held.reason, held.loaded_by = "", by
    _move(held, "load", by=by, now=now)
    if background:
        jobs.configure_task("commonweal.membership.tasks.load").defer(import_id=held.pk)
    return held


@transaction.atomic
def discard_import(*, importing: Import, by: Person | None, now: datetime) -> Import:
    """Throws the file away; what is in the register already stays. Raises NotAllowed, CannotMove."""
    held = IMPORTS.hold(importing.pk, "discard", by=by, now=now)
    held.content, held.problems, held.problem_count = None, [], 0
    return _move(held, "discard", by=by, now=now)


def run_import(*, importing: Import, now: datetime) -> Import:
    """Brings the rows in, piece by piece, and ends done or stopped; run again, it goes on where it was.

    Outside a transaction: each piece is kept by itself.
    """
    content = content_of(importing)
    author = f"person:{importing.uploaded_by_id}" if importing.uploaded_by_id else ""
    # Why it stopped is kept as it stands in the source: each reads it in their own language.
    with translation.override(None):
        try:
            _nobodys_own(importing, content, now)
            if importing.kind == ImportKind.MEMBERS:
                for piece in in_pieces(member_rows(content)):
                    _load_piece(importing, len(piece), partial(_load_members, piece, now), piece[-1].row)
            else:
                _load_movements(importing, content, author, now)
        except (Refusal, UnreadableSheet) as refusal:
            # A sheet that was checked is read once more here, apart; what reads it may be killed.
            with transaction.atomic():
                held = IMPORTS.hold(importing.pk, "stop", by=None, now=now)
                held.reason = str(refusal.reason if isinstance(refusal, UnreadableSheet) else refusal)[:500]
                return _move(held, "stop", by=None, now=now, reason=held.reason)
    with transaction.atomic():
        held = IMPORTS.hold(importing.pk, "finish", by=None, now=now)
        held.content = None
        return _move(held, "finish", by=None, now=now)


def _nobodys_own(importing: Import, content: bytes, now: datetime) -> None:
    """Asks once more, before the first row: who uploaded it and who has it loaded bring in nothing of their own. Who is
    close to them may have changed since the check, and a colleague may load what another uploaded. Raises Stopped."""
    Import.refresh_from_db(importing, fields=["uploaded_by", "loaded_by"])
    people = {each for each in (importing.uploaded_by, importing.loaded_by) if each is not None}
    owners = [own_rows(each, day_of(now)) for each in people]
    if owners and first_own_row(ImportKind(importing.kind), content, owners) is not None:
        raise Stopped(
            _(
                "A row is about who uploaded or loads this sheet, or about somebody close to them: a colleague loads "
                "it, or brings that row in with a sheet of their own."
            )
        )


def _move(held: Import, move: str, *, by: Person | None, now: datetime, reason: str = "") -> Import:
    data = {"rows": held.row_count, "done": held.done_count}
    return IMPORTS.move(held, move, by=by, now=now, reason=reason, data=data)


def _load_piece(importing: Import, size: int, load: Callable[[], object], last_row: int) -> None:
    """One piece in one transaction, unless it is in; whoever else runs the same import waits here."""
    with transaction.atomic():
        held = Import.objects.select_for_update(of=("self",)).defer("content").get(pk=importing.pk)
        if held.state != ImportState.LOADING:
            raise CannotMove(_("This import is no longer under way."))
        if last_row <= held.last_row:
            return
        load()
        Import.objects.filter(pk=held.pk).update(last_row=last_row, done_count=held.done_count + size)


def _reserved(table: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
        )
        return [number for (number,) in cursor.fetchall()]


def _load_members(rows: list[MemberRow], now: datetime) -> None:
    there = members_numbered(row.number for row in rows)
    new = [row for row in rows if row.number not in there]
    places = municipalities_of_postcodes({row.postcode for row in new if row.country == HOME})
    if any(row.country == HOME and place_of(row, places) is None for row in new):
        raise Stopped(_("A place of the sheet is no longer known. Check the sheet again."))
    persons = [row for row in new if not row.organisation]
    ids: dict[int, int] = dict(
        zip((row.row for row in persons), _reserved("people_person", len(persons)), strict=True)
    )
    load_people(
        (
            (
                *(ids[row.row], row.given_name, row.family_name, row.born_on, row.language, row.email),
                *(row.phone, row.street, row.postcode, place_of(row, places), row.country, row.town, now),
            )
            for row in persons
        ),
        _PEOPLE,
    )
    companies = organisations_numbered({row.company_number for row in new} - {""})
    made = [row for row in new if row.organisation and row.company_number not in companies]
    own = dict(zip((row.row for row in made), _reserved("people_organisation", len(made)), strict=True))
    load_organisations(
        (
            (
                *(own[row.row], row.organisation, "company" if row.company_number else "informal"),
                *(row.company_number or None, row.country, row.town, row.postcode, False),
                *(place_of(row, places), "", now),
            )
            for row in made
        ),
        _ORGANISATIONS,
    )
    own |= {row.row: companies[row.company_number] for row in new if row.company_number in companies}
    load_members(
        (
            (
                *(row.number, ids.get(row.row), own.get(row.row), place_of(row, places)),
                *(row.country, row.town, row.language, row.joined_on, row.left_on),
            )
            for row in new
        ),
        _MEMBERS,
    )


def _load_movements(importing: Import, content: bytes, author: str, now: datetime) -> None:
    """In order of effect, what comes before what goes: then no piece leaves anybody below nought on the way."""
    place = 0
    for piece in _by_days(_in_order(movement_rows(content))):
        place += len(piece)
        drafts = [
            ledger.Draft(
                *(row.kind, row.key, row.effective_on, tuple(ledger.Entry(*each) for each in row.entries())),
                *(author, row.document),
            )
            for row in piece
        ]
        _load_piece(importing, len(piece), partial(ledger.post_many, drafts=drafts, now=now), place)


def _in_order(rows: Iterator[MovementRow]) -> Iterator[MovementRow]:
    """The rows by day of effect, through a table of this session: memory does not grow with the sheet."""
    columns = [each.name for each in fields(MovementRow)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"DROP TABLE IF EXISTS import_staged; CREATE TEMPORARY TABLE import_staged ({_STAGED})"
        )
    try:
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY import_staged ({', '.join(columns)}, less) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row((*(getattr(row, name) for name in columns), row.gives))
        with connection.chunked_cursor() as cursor:
            cursor.execute("SELECT * FROM import_staged ORDER BY effective_on, less, row")
            while found := cursor.fetchmany(PIECE):
                yield from (_row(told) for told in found)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS import_staged")


def _row(told: tuple[Any, ...]) -> MovementRow:
    row, reference, number, kind, *rest, _less = told
    return MovementRow(row, reference, number, MovementKind(kind), *rest)


def _by_days(rows: Iterator[MovementRow]) -> Iterator[list[MovementRow]]:
    """Pieces of whole days, as large as the ledger takes at once where days are small."""
    piece: list[MovementRow] = []
    for row in rows:
        if len(piece) >= ledger.CHUNK and row.effective_on != piece[-1].effective_on:
            yield piece
            piece = []
        piece.append(row)
    if piece:
        yield piece
