"""Runs one of our engines: FILE RULE ENGINE -> one JSON line. `whole` reads, counts with add1u, explains and certifies."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from commonweal.allocation import ByLaw, Completion, Rule, Ties, Utility, priceability, proportionality, read
from commonweal.allocation.count import counted, written_down
from commonweal.allocation.explain import reasons_of
from commonweal.allocation.fast.equal_shares import Market
from commonweal.allocation.fast.marks import Marks
from commonweal.allocation.fast.phragmen import Sequence
from commonweal.allocation.fast.raising import raise_shares
from commonweal.allocation.greedy import completed, greedy
from commonweal.allocation.plain.engine import PlainCount
from commonweal.allocation.tally import first_share, is_final, places, utility_of


def bylaw_of(rule: str) -> ByLaw:
    """`mes-cost`, `mes-card`, `phragmen`, `greedy-cost`, with `+add1u` where shares are raised; ties by id."""
    name, _, completion = rule.partition("+")
    kind, _, utility = name.partition("-")
    return ByLaw(
        {"mes": Rule.EQUAL_SHARES, "phragmen": Rule.PHRAGMEN, "greedy": Rule.GREEDY}[kind],
        Utility.CARDINALITY if utility == "card" else Utility.COST,
        Completion(completion or "none"),
        Ties.ID,
    )


def winners(marks: Marks, bylaw: ByLaw) -> list[int]:
    """The rule alone: from arrays to winners, by number."""
    at = places(marks, bylaw)
    if bylaw.rule is Rule.GREEDY:
        return greedy(marks, bylaw)
    if bylaw.rule is Rule.PHRAGMEN:
        sequence = Sequence(marks, at).run()
        return [moment.project for moment in sequence.moments] + sequence.unsupported()
    share = first_share(marks, bylaw)
    if bylaw.completion is Completion.NONE:
        return [purchase.project for purchase in Market(marks, share, at).rounds()]
    _, bought = raise_shares(marks, at, share, bylaw.step, lambda found: is_final(marks, bylaw, found))
    return [*bought, *completed(marks, bylaw, bought)]


def fast(file: str, rule: str) -> dict[str, Any]:
    """CPU seconds to read, to make the arrays, of the rule (the least of a second's runs), of a pass over all marks."""
    bylaw = bylaw_of(rule)
    times = [time.process_time()]
    election = read(Path(file))
    times.append(time.process_time())
    marks = Marks.of(election, utility_of(bylaw))
    times.append(time.process_time())
    found = winners(marks, bylaw)
    seconds = spent = time.process_time() - times[-1]
    # A run of a millisecond or two is at the mercy of the moment: as many as fit a second, three at least.
    runs = 1
    while runs < 3 or spent < 1:
        started = time.process_time()
        assert winners(marks, bylaw) == found
        took = time.process_time() - started
        seconds, spent, runs = min(seconds, took), spent + took, runs + 1
    everyone, purses = np.concatenate(marks.members), np.ones(len(marks.group_sizes))
    passes = []
    for _ in range(5):
        started = time.process_time()
        np.add.reduce(purses.take(everyone))
        passes.append(time.process_time() - started)
    return {
        "seconds": seconds,
        "read": times[1] - times[0],
        "arrays": times[2] - times[1],
        "pass": min(passes),
        "voters": marks.voters,
        "winners": sorted(marks.ids[project] for project in found),
    }


def plain(file: str, rule: str) -> dict[str, Any]:
    """CPU seconds of the plain engine, arrays and accounts included."""
    election = read(Path(file))
    started = time.process_time()
    tally = PlainCount(election, bylaw_of(rule)).tally
    seconds = time.process_time() - started
    chosen = [*[found.project for found in tally.bought], *tally.taken]
    return {"seconds": seconds, "winners": sorted(election.projects[project].id for project in chosen)}


def whole(file: str, rule: str) -> dict[str, Any]:
    """CPU and wall seconds from the file to a published result: winners, reasons for every project, certificates."""
    started, clock = time.process_time(), time.perf_counter()
    election = read(Path(file))
    bylaw = bylaw_of(rule)
    count = counted(election, bylaw)
    found = reasons_of(count, written_down(count.standing, bylaw, count.tally))
    assert isinstance(count.standing, Marks)
    checks = [check(election, found.outcome, count.standing) for check in (priceability, proportionality)]
    assert all(check is not None and check.holds for check in checks)
    return {
        "seconds": time.process_time() - started,
        "wall": time.perf_counter() - clock,
        "winners": sorted(found.outcome.winners),
    }


def grown(file: str, rule: str) -> dict[str, Any]:
    """CPU seconds of the rule alone for a quarter of a tenth of the voters, and up to all of them."""
    election, bylaw = read(Path(file)), bylaw_of(rule)
    seconds = {}
    for parts in (16, 8, 4, 2, 1):
        ballots = election.ballots[: len(election.ballots) // parts]
        marks = Marks.of(election.with_ballots(ballots), utility_of(bylaw))
        took = []
        for _ in range(5):
            started = time.process_time()
            winners(marks, bylaw)
            took.append(time.process_time() - started)
        seconds[len(ballots)] = min(took)
    return {"seconds": seconds}


if __name__ == "__main__":
    found = {"fast": fast, "plain": plain, "whole": whole, "grown": grown}[sys.argv[3]](
        sys.argv[1], sys.argv[2]
    )
    found["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))
