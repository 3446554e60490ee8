"""Moves the clock of every Python process started with this folder on its path: `make test-days` sets both."""

from __future__ import annotations

import os
from datetime import datetime

if os.environ.get("MOVED_TO"):
    import time

    import time_machine

    moment, started = os.environ["MOVED_TO"].split(",")
    # All processes of a run share one clock: later ones start where the first has got to by now.
    shift = time.time() - float(started)
    time_machine.travel(datetime.fromisoformat(moment).timestamp() + shift, tick=True).start()
