"""camt.053, the statement of ISO 20022, versions 001.02 to 001.13: accounts, balances and sums. Pure.

Only the standard's elements named here are read. Movements are in `camt_entries`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from commonweal.kernel.text import clean
from commonweal.treasury.rules.statements import camt_entries, facts
from commonweal.treasury.rules.statements.camt_tree import MISSING, Node, messages_in
from commonweal.treasury.rules.statements.camt_values import day_at, day_written, decimal, signed_cents
from commonweal.treasury.rules.statements.facts import (
    BankStatement,
    Found,
    Reading,
    Unreadable,
    gettext_noop,
)

# Opening: booked, that of the statement before, that of the page before. Closing: booked, that of the page.
OPENING, CLOSING = ("OPBD", "PRCD", "ITBD"), ("CLBD", "ITBD")

# More places than any count of movements has; Python refuses to read numbers of thousands of them.
COUNT_PLACES = 9


def read(text: str, own: str) -> Reading:
    """The statements of an account in a camt.053 file. Raises Unreadable for what is no message at all."""
    found = Found()
    name = "camt.053"
    for message in messages_in(text):
        if isinstance(message, Unreadable):
            found.add(message, message.line)
            continue
        name, document = message
        if len(document.all("BkToCstmrStmt")) != 1:
            wrong = Unreadable(document.line, MISSING, "Document/BkToCstmrStmt", kind="missing")
            found.add(wrong, document.line)
        for node in document.all("BkToCstmrStmt/Stmt"):
            found.read(node, node.line, own, _account, _statement)
    return found.reading(name)


def _account(node: Node) -> tuple[str, str, int]:
    """The account, its currency and its line; an IBAN may stand among other numbers, and the currency beside a balance."""
    accounts = node.all("Acct")
    if len(accounts) != 1:
        raise Unreadable(node.line, MISSING, "Stmt/Acct", kind="missing")
    numbers = accounts[0].all("Id/IBAN") or accounts[0].all("Id/Othr/Id")
    if len({each.text.strip() for each in numbers}) != 1 or not numbers[0].text.strip():
        raise Unreadable(accounts[0].line, MISSING, "Acct/Id/IBAN", kind="missing")
    written = numbers[0].text.strip()
    balances = [each.attributes.get("Ccy", "") for each in node.all("Bal/Amt")]
    currency = clean(accounts[0].first("Ccy") or next(iter(balances), ""), lines=False)[:3].upper() or "EUR"
    return facts.account_number(written) or clean(written, lines=False)[:40], currency, numbers[0].line


def _statement(node: Node, account: str) -> BankStatement:
    """What a statement of this account says. Raises Unreadable when the account's own figures do not hold.

    A status nobody knows and a balance dated with a moment near the end of a day can be read in two ways: the balances
    say which is right.
    """
    entries = node.all("Ntry")
    booked = [each for each in entries if camt_entries.is_booked(each)]
    unsure = [each for each in entries if camt_entries.is_booked(each) is None]
    whole = [each for each in entries if camt_entries.is_booked(each) is not False] if unsure else booked
    ways = [
        (chosen, by_clock)
        for chosen in ([whole, booked] if unsure else [booked])
        for by_clock in (True, False)
    ]
    trouble: Unreadable | None = None
    for chosen, by_clock in ways:
        try:
            return _read_so(node, account, chosen, by_clock=by_clock)
        except Unreadable as wrong:
            trouble = trouble or wrong
    raise trouble or Unreadable(node.line, MISSING, "Stmt", kind="missing")


def _read_so(node: Node, account: str, entries: list[Node], *, by_clock: bool) -> BankStatement:
    old, first, new, day = _balances(node, by_clock=by_clock)
    lines = tuple(line for entry in entries for line in camt_entries.lines_of(entry, day))
    _counted(node, entries)
    number = facts.statement_number(day, node.first("LglSeqNb", "ElctrncSeqNb", "Id"))
    return facts.checked(BankStatement(account, number, day, old, new, lines, first), node.line)


def _balances(node: Node, *, by_clock: bool) -> tuple[int, date, int, date]:
    """First and last balance with their days. A bank may give those of every day: the earliest opens, the latest closes.
    `by_clock`: a moment is of the day the clock of Brussels shows, and else of the day that is written."""
    found: dict[str, list[tuple[date, int]]] = {}
    for each in node.all("Bal"):
        code = each.first("Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry", "Tp/Cd")
        if code in (*OPENING, *CLOSING):
            day = day_at(each, "Dt") if by_clock else day_written(each, "Dt")
            if day is None:
                what = gettext_noop("this day does not exist")
                raise Unreadable(each.line, what, each.first("Dt/Dt", "Dt/DtTm"), kind="day")
            found.setdefault(code, []).append((day, signed_cents(each)))
    opening = next((code for code in OPENING if code in found), "")
    closing = next((code for code in CLOSING if code in found), "")
    interim = found.get("ITBD", [])
    if not opening or not closing or (opening == closing and len(interim) < 2):
        raise Unreadable(node.line, MISSING, f"Bal {'CLBD' if opening else 'OPBD'}", kind="balance")
    first, old = min(found[opening], key=lambda each: each[0])
    # Of two balances of one day the later one in the file closes it.
    day, new = max(reversed(found[closing]), key=lambda each: each[0])
    return old, first, new, day


def _counted(node: Node, entries: list[Node]) -> None:
    """Holds the entries against the summary, where the bank gives one: it may count movements that are not booked yet."""
    everything = node.all("Ntry")
    said = node.first("TxsSummry/TtlNtries/NbOfNtries")
    counts = {len(everything), len(entries), len(node.all("Ntry/NtryDtls/TxDtls"))}
    if said and not (said.isascii() and said.isdigit() and len(said) <= COUNT_PLACES and int(said) in counts):
        what = gettext_noop("the number of movements is not the one the bank counted")
        raise Unreadable(node.line, what, said, kind="count")
    for path, sign in (("TtlCdtNtries", 1), ("TtlDbtNtries", -1)):
        total = node.first(f"TxsSummry/{path}/Sum")
        if not total:
            continue
        sums = {_sum(entries, sign), _sum(everything, sign)}
        # What is not booked yet may have no amount that can be read: then the balances alone must hold.
        if None not in sums and decimal(total) not in {Decimal(each or 0) / 100 for each in sums}:
            what = gettext_noop("the sum of movements is not the one the bank gives")
            raise Unreadable(node.line, what, total, kind="sums")


def _sum(entries: list[Node], sign: int) -> int | None:
    """The cents of what came (1) or went (-1); None where an amount cannot be read."""
    try:
        amounts = [signed_cents(each) for each in entries]
    except Unreadable:
        return None
    return sum(abs(each) for each in amounts if each * sign > 0)
