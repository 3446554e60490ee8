"""Files of counts: their room is taken from the start, and where the disk has none, the process goes on."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import values

from commonweal.config import metrics


def test_a_file_of_counts_has_its_blocks_before_anything_is_counted(tmp_path: Path) -> None:
    counts = metrics.Reserved(str(tmp_path / "counter_1.db"))
    assert (tmp_path / "counter_1.db").stat().st_blocks * 512 >= metrics.ROOM
    counts.write_value("a", 2.0, 0.0)  # type: ignore[no-untyped-call]
    assert counts.read_value("a")[0] == 2.0  # type: ignore[no-untyped-call]
    counts.close()  # type: ignore[no-untyped-call]
    assert values.__dict__["MmapedDict"] is metrics.Reserved


def test_on_a_full_disk_a_process_counts_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_given: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(metrics.os, "posix_fallocate", full)
    counts = metrics.Reserved(str(tmp_path / "counter_1.db"))
    counts.write_value("a", 2.0, 0.0)  # type: ignore[no-untyped-call]
    assert counts.read_value("a")[0] == 2.0  # type: ignore[no-untyped-call]
    counts.close()  # type: ignore[no-untyped-call]
    assert not list(tmp_path.iterdir()), "nobody reads a file that is empty"
