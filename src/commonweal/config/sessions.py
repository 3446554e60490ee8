"""Sessions whose rows are useless to who reads them: the key is kept as a digest, the data locked with the key itself.

Whoever reads the database knows no cookie. Whoever has the cookie but not `SECRET_KEY` cannot read the data, so a code
sent by e-mail is not found in the row of the session that asked for it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone

from commonweal.config import lockbox


class SessionStore(db.SessionStore):
    """Django's sessions in the database, by digest of their key."""

    @classmethod
    def get_model_class(cls) -> Any:
        """The rows; see `people.models.Session`."""
        from commonweal.people.models import Session

        return Session

    def _get_session_from_db(self) -> Any:
        found = self.model.objects.filter(
            session_key=_digest(self.session_key), expire_date__gt=timezone.now()
        ).first()
        if found is None:
            self._session_key = None
        return found

    def row_name(self) -> str:
        """The digest under which the session lies in the database; it opens nothing."""
        return _digest(self.session_key)

    def exists(self, session_key: str | None) -> bool:
        """Whether a cookie's session is there."""
        return bool(super().exists(_digest(session_key)))

    def delete(self, session_key: str | None = None) -> None:
        """The session, ended: its row is gone."""
        key = session_key or self.session_key
        if key is not None:
            self.model.objects.filter(session_key=_digest(key)).delete()

    def encode(self, session_dict: dict[str, Any]) -> str:
        """The data, locked."""
        return lockbox.locked(json.dumps(session_dict), f"session {self.session_key}")

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """The data of a row; empty where no key of ours opens it."""
        try:
            return dict(json.loads(lockbox.opened(str(session_data), f"session {self.session_key}")))
        except (lockbox.CannotOpen, ValueError):
            return {}

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """The row, with what its owner sees in the list of sessions."""
        key = self._get_or_create_session_key()  # type: ignore[attr-defined]
        model: Any = self.model
        return model(
            session_key=_digest(key),
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            account_id=data.get(SESSION_KEY),
            started_at=_moment(data.get("started")),
            seen_at=_moment(data.get("seen")),
            device=data.get("device", ""),
        )


def _digest(key: str | None) -> str:
    return lockbox.digest(key or "", "session key")


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
