"""What bank files say, as plain values for JSON and as lines for people; needs no database. Pure: opens no file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from commonweal.treasury.rules.statements import (
    BankLine,
    BankStatement,
    Oddity,
    Reading,
    Unreadable,
    read_file,
)
from commonweal.treasury.rules.statements.repeats import Compared, Memory, StatementKey, statement_key

Place = dict[str, Any]
# What is odd about a movement only because of what was read before it.
BESIDE_OTHERS = (Oddity.REPEATED, Oddity.CONTRADICTS, Oddity.OVERLAPS)


class Reports:
    """Files read one after the other for one account, each beside those before it."""

    def __init__(self, account: str) -> None:
        self.account = account
        self._memory = Memory[Place]()
        self._statements: dict[StatementKey, Place] = {}

    def add(self, name: str, data: bytes) -> dict[str, Any]:
        """The report of one file: whether all of it was read (`ok`), then `statements`, what was set aside and what was
        `refused` of it, or the `refusal` of the whole file."""
        try:
            reading = read_file(data, self.account)
        except Unreadable as trouble:
            return unread(name, refusal(trouble))
        return {
            "file": name,
            "ok": not reading.refused,
            "format": reading.format,
            "statements": [self._statement(name, each) for each in reading.statements],
            "set_aside": list(_set_aside(reading)),
            "refused": [refusal(each) for each in reading.refused],
            "another_file_follows": reading.more_follows,
            "refusal": None,
        }

    def _statement(self, name: str, statement: BankStatement) -> dict[str, Any]:
        key = statement_key(statement)
        before = self._statements.get(key)
        rows = self._memory.compared(statement)
        told = {
            "number": statement.number,
            "day": statement.day.isoformat(),
            "account": statement.account,
            "currency": "EUR",
            "opening_balance": euros(statement.old_cents),
            "closing_balance": euros(statement.new_cents),
            "read_before": before,
            "not_kept_again": euros(sum(row.line.amount_cents for row in rows if row.equals is not None)),
            "movements": [_movement(row) for row in rows],
        }

        def place(row: Compared[Place]) -> Place:
            return {"file": name, "statement": statement.number, "line": row.line.line}

        self._memory.add(statement, rows, place)
        self._statements.setdefault(key, {"file": name, "statement": statement.number})
        return told


def unread(name: str, why: dict[str, Any]) -> dict[str, Any]:
    """The report of a file of which nothing was read."""
    return {"file": name, "ok": False, "statements": [], "set_aside": [], "refused": [], "refusal": why}


def _set_aside(reading: Reading) -> Iterator[dict[str, Any]]:
    for each in reading.set_aside:
        yield {"account": each.account, "currency": each.currency, "line": each.line}


def _movement(row: Compared[Place]) -> dict[str, Any]:
    line: BankLine = row.line
    return {
        "line": line.line,
        "day": line.booked_on.isoformat(),
        "amount": euros(abs(line.amount_cents)),
        "amount_cents": line.amount_cents,
        "direction": "out" if line.amount_cents < 0 else "in",
        "reference": line.reference,
        "payer": line.payer_name,
        "ultimate_payer": line.ultimate_name,
        "account": line.payer_iban or line.other_account,
        "account_is_iban": bool(line.payer_iban),
        "communication": line.communication,
        "text": line.text,
        "end_to_end": line.end_to_end,
        "return_code": line.return_code,
        "odd": [
            {"code": each.code.value, "what": each.code.label, "detail": each.detail}
            for each in line.odd
            if each.code not in BESIDE_OTHERS
        ],
        "beside_earlier": next(
            (each.code.value for each in line.odd if each.code in BESIDE_OTHERS),
            "equals" if row.equals else "new",
        ),
        "equals": row.equals,
    }


def refusal(trouble: Unreadable) -> dict[str, Any]:
    """Why a file, or a statement of it, was not read: `kind` for programs, `line` (from 1), `what` for people, `detail`
    from the file."""
    return {
        "kind": trouble.kind,
        "line": trouble.line,
        "what": trouble.what,
        "detail": trouble.detail,
    }


def euros(cents: int) -> str:
    """An amount with a point and two decimals, as programs read it."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def as_text(reports: Iterable[dict[str, Any]]) -> Iterator[str]:
    """The same as lines for people."""
    for report in reports:
        if (wrong := report["refusal"]) is not None:
            yield f"{report['file']}: line {wrong['line']}: {wrong['what']} {wrong['detail']}".rstrip()
            continue
        yield f"{report['file']}: {report['format']}"
        for wrong in report["refused"]:
            yield f"  not read: line {wrong['line']}: {wrong['what']} {wrong['detail']}".rstrip()
        for other in report["set_aside"]:
            yield f"  set aside: {other['account']} in {other['currency']} (line {other['line']})"
        for statement in report["statements"]:
            balances = f"{statement['opening_balance']} to {statement['closing_balance']} EUR"
            again = ", read before" if statement["read_before"] else ""
            yield f"  statement {statement['number']} of {statement['day']}, {balances}{again}"
            yield from map(_as_line, statement["movements"])


def _as_line(move: dict[str, Any]) -> str:
    sign = "-" if move["direction"] == "out" else "+"
    who = move["ultimate_payer"] or move["payer"] or "no name"
    odd = "".join(f"; {each['what']}" for each in move["odd"])
    if move["beside_earlier"] in BESIDE_OTHERS:
        odd += f"; {Oddity(move['beside_earlier']).label}"
    again = f"; equals line {move['equals']['line']} of {move['equals']['file']}" if move["equals"] else ""
    said = move["communication"] or move["text"]
    return f"    {move['day']} {sign}{move['amount']} {who} {move['account']} {said}".rstrip() + odd + again
