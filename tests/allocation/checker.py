"""Asks the package `pabulib-checker` (MIT) what it thinks of Pabulib files, in an environment of its own.

It is no dependency: `uv` fetches it for the proof that compares its verdicts with ours.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
VERSION = "1.0.8"
ASK = """
import contextlib, io, json, sys
from pabulib.checker import Checker
found = []
for text in json.load(sys.stdin):
    with contextlib.redirect_stdout(io.StringIO()):
        results = Checker().process_files([text])
    (only,) = [each for key, each in results.items() if key not in ("metadata", "summary")]
    found.append(sorted(only["results"]["errors"]))
json.dump(found, sys.stdout)
"""


def errors_by_checker(texts: Sequence[str]) -> list[list[str]]:
    """The kinds of errors the checker finds in each text; none for a file it accepts (warnings do not count)."""
    uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    command = [uv, "run", "--quiet", "--isolated", "--no-project", "--python", sys.executable]
    done = subprocess.run(
        [*command, "--with", f"pabulib-checker=={VERSION}", "python", "-c", ASK],
        input=json.dumps(list(texts)),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / ".uv")},
    )
    assert done.returncode == 0, f"the package index is needed for this proof:\n{done.stderr}"
    found: list[list[str]] = json.loads(done.stdout)
    return found
