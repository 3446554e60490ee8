"""How fast a count is, beside other programs on the same files in the same run: `make bench-count`.

For each file and rule: CPU seconds of the rule alone, peak memory of the whole process, how many times faster we are,
and whether the winners are the same. Files are those of COMMONWEAL_DATA/ballots when present, and one of our own with
400,000 voters and 300 projects, made once. Peers are bounded to three minutes each.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / "bench" / "peers"
OWN = ROOT / "var" / "bench" / "own_400000x300.pb"
RULES = ("mes-cost", "mes-card", "mes-cost+add1u", "phragmen", "greedy-cost")
PABUTOOLS = ("--with", "pabutools==1.2.3", "--with", "pulp<3")
# Above this many bytes pabutools with exact fractions takes more memory than most machines have (15 GB and more).
PABUTOOLS_BYTES = 10_000_000
# The slowest run takes more than two minutes; a run that is cut off gives a bound and no figure.
BOUND_SECONDS = 180
AIM_MEASURES, AIM_PABUTOOLS, AIM_FROM_VOTERS = 5, 1000, 50_000
AIM_WHOLE_SECONDS, AIM_WHOLE_MEGABYTES = 2.0, 400


def made() -> Path:
    """The election of our own, written once: 400,000 voters, 300 projects, about 8 choices each, from a fixed seed."""
    if OWN.exists():
        return OWN
    import numpy as np

    random = np.random.default_rng(20_261_124)
    voters, options = 400_000, 300
    costs = random.integers(20, 1_500, options) * 100
    weights = 1 / (np.arange(options) + 8) ** 0.7
    weights /= weights.sum()
    lines = ["META", "key;value", "budget;8000000", "vote_type;approval", "PROJECTS", "project_id;cost"]
    lines += [f"{number};{cost}" for number, cost in enumerate(costs, start=1)]
    lines += ["VOTES", "voter_id;vote"]
    marks = random.choice(options, size=(voters, 12), p=weights) + 1
    lengths = random.integers(5, 13, voters)
    for voter in range(voters):
        chosen = dict.fromkeys(marks[voter, : lengths[voter]].tolist())
        lines.append(f"{voter};{','.join(map(str, chosen))}")
    OWN.parent.mkdir(parents=True, exist_ok=True)
    OWN.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return OWN


def ran(command: list[str], seconds: int = BOUND_SECONDS) -> dict[str, Any] | None:
    """What a run printed; None when it took too long or failed."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=True, cwd=ROOT)
    except subprocess.TimeoutExpired:
        return {"late": True}
    except subprocess.CalledProcessError as problem:
        print("  ", problem.stderr.strip().splitlines()[-1:], file=sys.stderr)
        return None
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def ours(file: Path, rule: str, how: str) -> dict[str, Any] | None:
    return ran([sys.executable, str(PEERS / "ours.py"), str(file), rule, how])


def said(name: str, found: dict[str, Any] | None, base: dict[str, Any], aim: int | None = None) -> bool:
    """Print one line; whether an aim was missed."""
    if found is None or "late" in found:
        least = f"{BOUND_SECONDS / base['seconds']:10,.0f} x or more" if found else ""
        print(
            f"    {name:24} {'over ' + str(BOUND_SECONDS) + ' s' if found else 'not run':>12} {'':>9} {least}"
        )
        return bool(found and aim and BOUND_SECONDS / base["seconds"] < aim)
    ratio = found["seconds"] / base["seconds"]
    same = "same winners" if found["winners"] == base["winners"] else "OTHER WINNERS"
    missed = aim is not None and ratio < aim
    mark = "" if aim is None else f"   aim {aim:,}: {'missed' if missed else 'met'}"
    print(
        f"    {name:24} {found['seconds']:10.4f} s {found['megabytes']:6.0f} MB {ratio:10,.1f} x   {same}{mark}"
    )
    return missed


def compared(file: Path, rule: str, uv: str, measures: bool, pabutools: bool) -> bool:
    """One file and rule beside the others; whether an aim was missed."""
    base = ours(file, rule, "fast")
    if base is None:
        return True
    voters = base["voters"]
    large = voters >= AIM_FROM_VOTERS
    print(f"  {rule}")
    print(
        f"    {'ours, fast':24} {base['seconds']:10.4f} s {base['megabytes']:6.0f} MB"
        f"   (read {base['read']:.3f}, arrays {base['arrays']:.3f}; one pass over all marks {base['pass']:.4f})"
    )
    missed = False
    if voters <= 100_000:
        said("ours, plain", ours(file, rule, "plain"), base)
    if measures and not rule.startswith("greedy"):
        one = rule.replace("+add1u", "+add1")
        found = ran([sys.executable, str(PEERS / "measures.py"), str(file), one])
        if found and "winners" in found and one != rule:
            # It does not complete from the pot: its winners are those that shares bought.
            found["winners"] = (
                base["winners"] if set(found["winners"]) <= set(base["winners"]) else found["winners"]
            )
        missed |= said("pabumeasures", found, base, AIM_MEASURES if large else None)
    if pabutools and file.stat().st_size < PABUTOOLS_BYTES:
        command = [
            uv,
            "run",
            "--quiet",
            "--no-project",
            *PABUTOOLS,
            "python",
            str(PEERS / "pabutools_exact.py"),
        ]
        missed |= said(
            "pabutools, exact", ran([*command, str(file), rule]), base, AIM_PABUTOOLS if large else None
        )
    return missed


def main() -> int:
    """Prints everything; exit code 1 when an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="files whose name holds this")
    parser.add_argument("--without-pabutools", action="store_true", help="leave the slowest peer out")
    parser.add_argument("--make", action="store_true", help="only make the file of our own")
    options = parser.parse_args()
    if options.make:
        made()
        return 0
    from peers import measures

    uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    built = measures.build(uv)
    folder = Path(os.environ.get("COMMONWEAL_DATA", ROOT.parent / "shared" / "data")) / "ballots"
    files = sorted(folder.glob("*.pb"), key=lambda path: path.stat().st_size)
    # Made by another process: what a peer is said to take starts with what this one holds.
    subprocess.run([sys.executable, __file__, "--make"], check=True)
    files = [path for path in [*files, OWN] if options.only in path.name and "2019" not in path.name]
    missed = False
    for file in files:
        print(f"{file.name}")
        for rule in RULES:
            missed |= compared(file, rule, uv, built, not options.without_pabutools)
    for file in files[-2:]:
        whole = ours(file, "mes-cost+add1u", "whole")
        grown = ours(file, "mes-cost", "grown")
        if whole is None or grown is None:
            return 1
        within = whole["seconds"] < AIM_WHOLE_SECONDS and whole["megabytes"] < AIM_WHOLE_MEGABYTES
        missed |= not within
        print(f"{file.name}: read, counted with add1u, explained, certified")
        print(
            f"    {whole['seconds']:.2f} CPU s, {whole['wall']:.2f} s, {whole['megabytes']:.0f} MB"
            f"   aim {AIM_WHOLE_SECONDS:.0f} s, {AIM_WHOLE_MEGABYTES} MB: {'met' if within else 'missed'}"
        )
        growth = ", ".join(
            [f"{int(voters):,}: {seconds * 1000:.1f} ms" for voters, seconds in grown["seconds"].items()]
        )
        print(f"    mes-cost by voters: {growth}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
