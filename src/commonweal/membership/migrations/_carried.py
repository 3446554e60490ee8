"""Payments made before all money went out in the same files, carried over with the content the bank got and postings."""

import gzip

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext

from commonweal.membership.rules.credit_transfers import CreditTransfer, payment_file


def texts():
    """What stood beside a refund on the holder's statement, by language; the member number came behind."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found[code] = gettext("Refund of shares, member")
    return found


def file_made(cursor, kind, reference, number, message_id, pay_on, made_at, rows, owed_on):
    """A file as the bank got it: it was made anew from its payments whenever it was taken out. Rows are
    (reference, row paid, member id, member number, IBAN, holder, cents, text)."""
    transfers = [
        CreditTransfer(end_to_end, holder, iban, cents, f"{text} {member}")
        for end_to_end, _pays, _id, member, iban, holder, cents, text in rows
    ]
    written = payment_file(
        payer_name=settings.SITE["name"],
        payer_iban=settings.SITE["iban"],
        message_id=message_id,
        created_at=made_at,
        pay_on=pay_on,
        transfers=transfers,
    )
    content, cents = gzip.compress(written, 3, mtime=0), sum(each.cents for each in transfers)
    cursor.execute(
        "INSERT INTO membership_paymentfile (kind, reference, number, pay_on, count, cents, content, made_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
        [kind, reference, number, pay_on, len(rows), cents, content, made_at],
    )
    (made,) = cursor.fetchone()
    cursor.executemany(
        "INSERT INTO membership_payment (file_id, member_id, pays, iban, holder, cents, end_to_end)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [
            (made, row[2], row[1], each.iban, each.name[:70], each.cents, each.end_to_end)
            for row, each in zip(rows, transfers, strict=True)
        ],
    )
    owed = {}
    for row in rows:
        owed[row[3]] = owed.get(row[3], 0) - row[6]
    entries = [("refund-owed", owner, quantity) for owner, quantity in owed.items()]
    key = f"payout:{reference}:{number}"
    posted(cursor, "payout", key, max(pay_on, owed_on), reference, entries, "paid-out")


def posted(cursor, kind, key, day, reference, entries, other):
    """One operation with the other side of its entries; its postings come in one statement."""
    if not entries:
        return
    cursor.execute(
        "INSERT INTO ledger_operation (kind, key, effective_on, recorded_at, author, document, note)"
        " VALUES (%s, %s, %s, %s, '', %s, '') RETURNING id",
        [kind, key, day, timezone.now(), reference],
    )
    (operation,) = cursor.fetchone()
    entries = [*entries, (other, 0, -sum(each[2] for each in entries))]
    cursor.execute(
        "INSERT INTO ledger_posting (operation_id, account_id, owner, quantity, effective_on)"
        " SELECT %s, account, owner, quantity, %s"
        " FROM unnest(%s::text[], %s::bigint[], %s::bigint[]) AS e (account, owner, quantity)",
        [operation, day, *(list(column) for column in zip(*entries, strict=True))],
    )
