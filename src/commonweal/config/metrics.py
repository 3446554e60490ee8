"""Figures for monitoring, in the text format of Prometheus: no name, no address, nothing about one person.

What processes count lies in files they share (`PROMETHEUS_MULTIPROC_DIR`, which `serve` sets) and is added up when it is
asked for; the rest is asked of the database and the disk then.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
    values,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.mmap_dict import MmapedDict

ROOM = 1 << 18
"""Bytes of a file of counts; a few thousand figures, where ours are some hundred."""


def reserved(name: str) -> str:
    """The name of a file with room for counts: the one asked for, or one in memory where the disk has no room left."""
    number = os.open(name, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        os.posix_fallocate(number, 0, ROOM)
    except OSError:
        # What is counted there nobody adds up; the process goes on.
        with suppress(OSError):
            os.unlink(name)
        return f"/proc/self/fd/{os.memfd_create('counts')}"
    finally:
        os.close(number)
    return name


class Reserved(MmapedDict):
    """A file of counts that has its room on the disk from the start.

    The library writes through memory to a file whose blocks are only found then: on a full disk the system ends the
    process for it (SIGBUS), web server and supervisor alike.
    """

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        super().__init__(filename if read_mode else reserved(filename), read_mode)  # type: ignore[no-untyped-call]


# Before anything below counts; where processes do not share their counts, it is never used.
values.MmapedDict = Reserved  # type: ignore[attr-defined]
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
REQUESTS = Counter("commonweal_requests", "Requests answered", ["method", "status"])
SECONDS = Histogram(
    "commonweal_request_seconds",
    "How long requests took",
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
SECURITY = Counter("commonweal_security_events", "Log-ins, failures, refusals and the like", ["event"])
OUTAGES = Counter("commonweal_outages", "Requests not answered by a fault of ours, by kind", ["kind"])
RESTARTS = Counter("commonweal_restarts", "Parts of the program started again", ["part"])

_JOBS = """
    SELECT count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'doing'),
        count(*) FILTER (WHERE status = 'failed'),
        coalesce(extract(epoch FROM now() - min(coalesce(scheduled_at, (SELECT min(at) FROM procrastinate_events
            WHERE job_id = job.id AND type IN ('deferred', 'deferred_for_retry'))))
            FILTER (WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now())), 0)
    FROM procrastinate_jobs job WHERE status IN ('todo', 'doing', 'failed')
"""


@dataclass(frozen=True, slots=True)
class Jobs:
    """Background jobs: how many wait, are under way, have failed; seconds the oldest that could run has waited."""

    waiting: int
    doing: int
    failed: int
    oldest_seconds: float


def jobs() -> Jobs:
    """The background jobs now. Raises DatabaseError."""
    with connection.cursor() as cursor:
        cursor.execute(_JOBS)
        waiting, doing, failed, seconds = cursor.fetchone()
    return Jobs(waiting, doing, failed, float(seconds))


def free_bytes() -> int:
    """Room left on the disk where the program keeps its files."""
    return shutil.disk_usage(settings.VAR).free


class _Now:
    """What is asked when the figures are read."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges; without the database, those that need none."""
        yield GaugeMetricFamily("commonweal_disk_free_bytes", "Room left on the disk", free_bytes())
        try:
            found = jobs()
        except (DatabaseError, InterfaceError):
            yield GaugeMetricFamily("commonweal_database_up", "Whether the database answers", 0)
            return
        yield GaugeMetricFamily("commonweal_database_up", "Whether the database answers", 1)
        counted = GaugeMetricFamily("commonweal_jobs", "Background jobs, by state", labels=["state"])
        for state in ("waiting", "doing", "failed"):
            counted.add_metric([state], getattr(found, state))
        yield counted
        oldest = "Seconds the oldest job that could run has waited"
        yield GaugeMetricFamily("commonweal_jobs_oldest_seconds", oldest, found.oldest_seconds)


def text() -> bytes:
    """All figures, as text."""
    registry = CollectorRegistry()
    registry.register(_Now())  # type: ignore[arg-type]
    try:
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    except ValueError:
        # There is no folder: this process counts for itself.
        return generate_latest(registry) + generate_latest(REGISTRY)
    return generate_latest(registry)
