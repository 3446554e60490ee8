"""Photos: looked at before they are kept, written anew, without the data cameras add."""

from __future__ import annotations

import io
import warnings
from datetime import datetime
from typing import IO, TYPE_CHECKING

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from commonweal.kernel.decision import Refusal
from commonweal.people.actions import record
from commonweal.projects.actions.dossiers import _held
from commonweal.projects.models import Dossier, Photo
from commonweal.projects.rules.parts import PHOTOS_MAX, Part

if TYPE_CHECKING:
    from commonweal.people.models import Person

BYTES_MAX = 12_000_000
PIXELS_MAX = 40_000_000
EDGE = 1600
FORMATS = ("JPEG", "PNG", "WEBP")


class PhotoRefused(Refusal):
    """The file is too large, no picture, or one too many; the reason says which and what to do."""

    code = "photo_refused"


def reencoded(file: IO[bytes]) -> tuple[bytes, int, int]:
    """A picture from outside as a fresh JPEG of at most 1,600 pixels a side, without metadata: bytes, width, height.

    Raises PhotoRefused for anything that is not a JPEG, PNG or WebP picture of sensible size.
    """
    content = file.read(BYTES_MAX + 1)
    if len(content) > BYTES_MAX:
        raise PhotoRefused(_("This photo is larger than 12 MB. Choose a smaller version."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=FORMATS)
            if picture.width * picture.height > PIXELS_MAX:
                raise PhotoRefused(_("This photo has too many pixels. Choose a smaller version."))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except PhotoRefused:
        raise
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        EOFError,
        TypeError,
        IndexError,
        KeyError,
        OverflowError,
        MemoryError,
    ) as wrong:
        raise PhotoRefused(
            _("We cannot read this file as a photo. Send a JPEG, PNG or WebP picture.")
        ) from wrong
    upright.thumbnail((EDGE, EDGE))
    fresh = Image.new("RGB", upright.size)
    fresh.paste(upright)
    out = io.BytesIO()
    fresh.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue(), fresh.width, fresh.height


@transaction.atomic
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
    """Keeps a photo with its text. Raises PhotoRefused, NotAllowed."""
    held = _held(dossier, by, Part.PHOTOS, now)
    if held.photos.count() >= PHOTOS_MAX:
        raise PhotoRefused(_("Six photos are enough. Remove one to add another."))
    content, width, height = reencoded(file)
    photo = Photo(
        dossier=held, alt=alt, width=width, height=height, focus_x=focus_x, focus_y=focus_y, added_at=now
    )
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
    held = _held(dossier, by, Part.PHOTOS, now)
    photo.delete()
    transaction.on_commit(lambda: photo.file.delete(save=False))
    record("PhotoRemoved", f"dossier:{held.pk}", by=by, at=now)
