"""Photos: looked at before they are kept, written anew, without the data cameras add."""

from __future__ import annotations

from datetime import datetime
from typing import IO, TYPE_CHECKING

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel import apart
from commonweal.kernel.decision import Refusal
from commonweal.people.access import demand
from commonweal.people.actions import record
from commonweal.projects.access import may_write
from commonweal.projects.actions.dossiers import held_dossier
from commonweal.projects.models import Dossier, Photo
from commonweal.projects.pictures import BYTES_MAX, TOO_LARGE, NoPhoto, reencoded
from commonweal.projects.rules.parts import PHOTOS_MAX, Part

if TYPE_CHECKING:
    from commonweal.people.models import Person

# What a process may address and how long it may take; forty million pixels in any of the formats need half of both.
MEMORY, SECONDS = 1_500_000_000, 10
TURNS = apart.Turns(at_once=1, waiting=1, seconds=10)
Looked = tuple[bytes, int, int]


class PhotoRefused(Refusal):
    """The file is too large, no picture, or one too many; the reason says which and what to do."""

    code = "photo_refused"


def looked_at(file: IO[bytes], person: int | None = None) -> Looked:
    """A picture from outside as a fresh JPEG of at most 1,600 pixels a side, without metadata: bytes, width, height.

    It is decoded in a process apart. Raises PhotoRefused, also while too many others are looked at, or another one of the
    same `person`: nobody keeps the others waiting with many at once.
    Caller holds no lock and no transaction: this takes seconds.
    """
    content = file.read(BYTES_MAX + 1)
    if len(content) > BYTES_MAX:
        raise PhotoRefused(_(TOO_LARGE))
    try:
        found: Looked = apart.call(
            reencoded,
            content,
            turns=TURNS,
            person=person,
            memory=MEMORY,
            seconds=SECONDS,
            kinds=(NoPhoto,),
        )
    except NoPhoto as wrong:
        raise PhotoRefused(_(wrong.reason)) from wrong
    except apart.TooMuch as wrong:
        raise PhotoRefused(
            _(
                "Reading this photo takes too much memory or time. Save it once more as a simple JPEG, "
                "or choose a smaller version."
            )
        ) from wrong
    except apart.Twice as wrong:
        raise PhotoRefused(
            _(
                "Another photo of yours is being read at this moment. Wait a moment, "
                "choose the photo once more and send it again."
            ),
            code="twice",
        ) from wrong
    except apart.Busy as wrong:
        raise PhotoRefused(
            _(
                "Many photos come in at this moment. Wait a minute, choose the "
                "photo once more and send it again."
            ),
            code="busy",
        ) from wrong
    return found


def add_photo(
    *,
    dossier: Dossier,
    file: IO[bytes],
    alt: str,
    by: Person,
    now: datetime,
    focus_x: int = 50,
    focus_y: int = 50,
) -> Photo:
    """Keeps a photo with its text. Raises PhotoRefused, NotAllowed.

    The picture is looked at before anything is locked: nobody waits for a stranger's file.
    """
    demand(may_write(dossier, by, Part.PHOTOS, now))
    _demand_room(dossier)
    content, width, height = looked_at(file, by.pk)
    photo = Photo(alt=alt, width=width, height=height, focus_x=focus_x, focus_y=focus_y, added_at=now)
    return _kept(dossier, photo, content, by, now)


def _demand_room(dossier: Dossier) -> None:
    if dossier.photos.count() >= PHOTOS_MAX:
        raise PhotoRefused(_("Six photos are enough. Remove one to add another."))


@transaction.atomic
def _kept(dossier: Dossier, photo: Photo, content: bytes, by: Person, now: datetime) -> Photo:
    photo.dossier = held = held_dossier(dossier, by, Part.PHOTOS, now)
    _demand_room(held)
    try:
        photo.file.save(f"{photo.pk}.jpg", ContentFile(content), save=False)
    except OSError:
        # A disk that is full keeps the beginning of a file, which nothing would ever ask for.
        photo.file.storage.delete(f"photos/{photo.pk}.jpg")
        raise
    photo.save()
    record("PhotoAdded", f"dossier:{held.pk}", by=by, at=now)
    return photo


@transaction.atomic
def remove_photo(*, dossier: Dossier, photo: Photo, by: Person, now: datetime) -> None:
    """Takes a photo away, file and all."""
    held = held_dossier(dossier, by, Part.PHOTOS, now)
    photo.delete()
    transaction.on_commit(lambda: photo.file.delete(save=False))
    record("PhotoRemoved", f"dossier:{held.pk}", by=by, at=now)
