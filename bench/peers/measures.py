"""Builds and runs pabumeasures 0.2.2 (C++, MIT): its counting rules, without the measures that need OR-tools.

Run as a script: FILE RULE -> one JSON line. `build` fetches the source package once and compiles its rules against a
header that stands in for OR-tools, which no counting rule uses.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import sysconfig
import tarfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
HOME = HERE.parent.parent / "var" / "bench" / "pabumeasures"
VERSION = "0.2.2"


def module() -> Path:
    return HOME / f"_core{sysconfig.get_config_var('EXT_SUFFIX')}"


def build(uv: str) -> bool:
    """Fetch and compile it; False where there is no compiler or no package index."""
    if module().exists():
        return True
    HOME.mkdir(parents=True, exist_ok=True)
    tools = HOME / "tools"
    try:
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--target", str(tools), "pip", "pybind11>=3"], check=True
        )
        fetch = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--no-binary",
            "pabumeasures",
        ]
        fetch += [f"pabumeasures=={VERSION}", "--dest", str(HOME)]
        subprocess.run(fetch, env={**os.environ, "PYTHONPATH": str(tools)}, check=True, capture_output=True)
        with tarfile.open(HOME / f"pabumeasures-{VERSION}.tar.gz") as archive:
            archive.extractall(HOME, filter="data")
        source = HOME / f"pabumeasures-{VERSION}" / "src"
        sources = [*sorted((source / "cpp_src").glob("*/*.cpp")), source / "main.cpp"]
        includes = [
            HERE,
            source / "cpp_src",
            source,
            tools / "pybind11" / "include",
            sysconfig.get_path("include"),
        ]
        command = ["g++", "-O3", "-DNDEBUG", "-std=c++20", "-shared", "-fPIC"]
        command += [f"-I{folder}" for folder in includes] + [str(path) for path in sources]
        subprocess.run([*command, "-o", str(module())], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        print(f"pabumeasures cannot be built here: {problem}", file=sys.stderr)
        return False
    return True


def run(file: str, rule: str) -> dict[str, Any]:
    """CPU seconds of the rule alone (the least of three; once where it is long), peak memory, winners."""
    sys.path.insert(0, str(HOME))
    import _core
    import numpy as np

    from commonweal.allocation import read

    election = read(Path(file))
    ballots = election.ballots
    voters = np.repeat(np.arange(len(ballots)), np.diff(ballots.starts))
    order = np.argsort(ballots.choices, kind="stable")
    edges = np.searchsorted(ballots.choices[order], np.arange(len(election.projects) + 1))
    projects = [
        _core.ProjectEmbedding(
            int(project.cost), project.id, voters[order][edges[at] : edges[at + 1]].tolist()
        )
        for at, project in enumerate(election.projects)
    ]
    costs = {project.id: int(project.cost) for project in election.projects}
    ties = _core.ProjectComparator.ByNameAsc
    budget = int(election.budget)

    def timed(money: int, count: Any) -> tuple[float, list[str]]:
        made = _core.Election(money, len(ballots), projects)
        started = time.process_time()
        found = count(made, ties)
        return time.process_time() - started, [project.name for project in found]

    def raised(count: Any) -> tuple[float, list[str]]:
        """The shares raised by one as long as the outcome fits, until nothing else does."""
        spent, winners = timed(budget, count)
        money = budget
        while any(costs[p] <= budget - sum(costs[w] for w in winners) for p in costs if p not in winners):
            money += len(ballots)
            took, following = timed(money, count)
            spent += took
            if sum(costs[winner] for winner in following) > budget:
                break
            winners = following
        return spent, winners

    name, _, completion = rule.partition("+")
    count = {"mes-cost": _core.mes_cost, "mes-card": _core.mes_apr, "phragmen": _core.phragmen}[name]
    once = (lambda: raised(count)) if completion else (lambda: timed(budget, count))
    seconds, winners = once()
    # As our own: as many runs as fit a second, three at least.
    spent, runs = seconds, 1
    while runs < 3 or spent < 1:
        took = once()[0]
        seconds, spent, runs = min(seconds, took), spent + took, runs + 1
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "megabytes": memory, "winners": sorted(winners)}


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], sys.argv[2])))
