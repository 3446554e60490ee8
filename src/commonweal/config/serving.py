"""`commonweal serve`: the web server and the worker, kept up, with the database that comes along where none is named."""

from __future__ import annotations

import contextlib
import socket
import sys
import time
from pathlib import Path

from commonweal.config import embedded, environment
from commonweal.config.environment import Trouble

# Seconds the web server may take to answer for the first time before its supervisor says that it does not.
FIRST_ANSWER = 30.0


def demand_free(port: int) -> None:
    """Looks whether the port is free. Raises Trouble."""
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError as busy:
            raise Trouble(
                f"Port {port} is in use by another program. Stop it, or choose another: COMMONWEAL_PORT=8001 make run"
            ) from busy


def web_command(port: int, workers: str) -> list[str]:
    """The command line of the web server: `workers` processes behind one port, started again when they end."""
    web = [sys.executable, "-m", "granian", "commonweal.config.wsgi:application", "--interface", "wsgi"]
    web += ["--host", environment.value("COMMONWEAL_LISTEN"), "--port", str(port), "--log-level", "warning"]
    web += ["--workers", workers, "--respawn-failed-workers", "--workers-kill-timeout", "10"]
    # Heads that come too slowly are cut off; bodies are the proxy's to gather (deploy/nginx.conf).
    web += ["--http1-header-read-timeout", "10000"]
    # As many threads as the database pool can serve; more would only wait for each other.
    return [*web, "--blocking-threads", "4", "--backpressure", "32"]


def serve(*, port: int, database: Path | None, say: str = "") -> int:
    """Runs the parts until this process is asked to stop; gives the exit code. `database` is the folder of the embedded
    server that is watched over as well, `say` what to print once the site answers."""
    from django.db import connections

    from commonweal.config import supervise

    connections.close_all()
    connections["default"].close_pool()  # type: ignore[attr-defined]
    commands = {
        "The web server": web_command(port, environment.value("COMMONWEAL_WORKERS")),
        "The worker for background jobs": [sys.executable, "-m", "commonweal.config.cli", "worker"],
    }
    with contextlib.ExitStack() as stack:
        if database is not None:
            stack.enter_context(supervise.watched(lambda: embedded.keep_running(database)))
        with contextlib.suppress(KeyboardInterrupt):
            supervise.keep_up(commands, begun=lambda: _tell(port, say))
    return 0


def _tell(port: int, say: str) -> None:
    if not _answers(port):
        print("The web server does not answer yet; it is started again until it does.", file=sys.stderr)
        return
    print(f"\nCommonweal answers on http://127.0.0.1:{port}/  (stop with Ctrl-C)")
    if say:
        print(say)
    sys.stdout.flush()


def _answers(port: int) -> bool:
    end = time.monotonic() + FIRST_ANSWER
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        time.sleep(0.1)
    return False
