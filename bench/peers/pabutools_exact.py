"""Runs pabutools 1.2.3 (GPL: an oracle, never part of the product) with exact fractions: FILE RULE -> one JSON line."""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

from pabutools.election import Cardinality_Sat, Cost_Sat, parse_pabulib
from pabutools.rules import (
    completion_by_rule_combination,
    greedy_utilitarian_welfare,
    method_of_equal_shares,
    sequential_phragmen,
)


def run(file: str, rule: str) -> dict[str, Any]:
    """CPU seconds of the rule alone, peak memory, winners."""
    instance, profile = parse_pabulib(file)
    name, _, completion = rule.partition("+")
    satisfaction = Cost_Sat if name.endswith("cost") else Cardinality_Sat
    started = time.process_time()
    if name == "phragmen":
        found = sequential_phragmen(instance, profile)
    elif name == "greedy-cost":
        found = greedy_utilitarian_welfare(instance, profile, sat_class=Cost_Sat)
    elif completion == "add1u":
        shares = {"sat_class": satisfaction, "voter_budget_increment": 1}
        rules = [method_of_equal_shares, greedy_utilitarian_welfare]
        found = completion_by_rule_combination(instance, profile, rules, [shares, {"sat_class": Cost_Sat}])
    else:
        found = method_of_equal_shares(instance, profile, sat_class=satisfaction)
    seconds = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "megabytes": memory, "winners": sorted(str(project) for project in found)}


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], sys.argv[2])))
