"""Words around dividends, as pages and statements write them. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from commonweal.dividends import queries, rules
from commonweal.dividends.models import DividendLine, DividendRun
from commonweal.treasury.rules.ibans import shortened
from commonweal.ui.formats import day, euros, joined, number


def rate(basis_points: int) -> str:
    """`3,25 %`, with decimals only where there are any."""
    places = 2 if basis_points % 10 else 1 if basis_points % 100 else 0
    return f"{number(basis_points / 100, places)}\u00a0%"


def rates(by_class: Mapping[str, int]) -> str:
    """The rates of a dividend: one for all classes that have one, or each with its class."""
    if len(set(by_class.values())) == 1:
        return rate(next(iter(by_class.values())))
    return ", ".join(joined(code, rate(each)) for code, each in sorted(by_class.items()))


def year(run: DividendRun) -> str:
    """The financial year as two days."""
    return _("%(first)s to %(last)s") % {
        "first": run.year_starts_on.strftime("%d/%m/%Y"),
        "last": run.year_ends_on.strftime("%d/%m/%Y"),
    }


def proposal(run: DividendRun) -> list[dict[str, str]]:
    """What was proposed, as rows of label and value."""
    return [
        {"label": _("Financial year"), "value": year(run)},
        {
            "label": _("Gross rate"),
            "value": ", ".join(joined(code, rate(each)) for code, each in sorted(run.rates.items())),
        },
        {"label": _("Smallest payment"), "value": euros(run.smallest_cents)},
        {"label": _("Register as known on"), "value": day(run.known_at)},
        {"label": _("Decision"), "value": f"{run.document} · {day(run.decided_on)}"},
        {"label": _("Day of payment"), "value": day(run.pay_on)},
        {"label": _("Tax"), "value": tax(run)},
        {"label": _("Proposed by"), "value": f"{run.proposed_by} · {day(run.proposed_at)}"},
    ]


def tax(run: DividendRun) -> str:
    """How the run is taxed, in a sentence."""
    said = (
        _("%(percent)s withheld; up to %(amount)s a year are exempt for each taxpayer when it is paid.")
        if run.at_source
        else _("%(percent)s withheld; up to %(amount)s a year are exempt for each taxpayer by tax return.")
    )
    return said % {"percent": rate(run.tax_percent * 100), "amount": euros(run.exempt_cents)}


def cap(decided_on: date, tax_percent: int) -> str:
    """Why a rate may be as high as it may, in a sentence; empty where the settings say nothing."""
    try:
        held = queries.cap_on(decided_on)
    except ValueError:
        return ""
    return _(
        "The highest dividend is %(cap)s of the %(basis)s. With %(tax)s withheld, the highest gross rate of a year is "
        "%(rate)s."
    ) % {
        "cap": rate(held.percent * 100),
        "basis": _(held.basis),
        "tax": rate(tax_percent * 100),
        "rate": rate(rules.highest_rate(held, tax_percent)),
    }


def figures(run: DividendRun) -> list[dict[str, str]]:
    """The sums of a run, as rows of label and value."""
    return [
        {"label": _("Holders who get something"), "value": number(run.lines_count)},
        {"label": _("Gross"), "value": euros(run.gross_cents)},
        {"label": _("Tax withheld"), "value": euros(run.tax_cents)},
        {"label": _("Net, to be paid"), "value": euros(run.net_cents)},
    ]


def classes(run: DividendRun) -> list[dict[str, str]]:
    """The dividend by class of shares: money in it on average over the year, gross."""
    return [
        {"code": code, "average": euros(cent_days // run.days), "gross": euros(gross)}
        for code, (cent_days, gross) in run.by_class.items()
    ]


def line(each: DividendLine) -> dict[str, Any]:
    """One line as a row of a table."""
    return {
        "number": each.member.number,
        "name": str(each.member.person or each.member.organisation),
        "gross": euros(each.gross_cents),
        "net": euros(each.net_cents),
        "note": _("paid through the estate") if getattr(each, "through_estate", False) else "",
    }


def paid(fate: queries.Fate, run: DividendRun) -> str:
    """Where a dividend went or what it waits for, in a sentence or two."""
    found = []
    if fate.added_to is not None:
        said = _("It was too little to be paid, and was added to the dividend of %(year)s.")
        found.append(said % {"year": year(fate.added_to)})
    if fate.is_small:
        said = _("It is less than %(amount)s: it is added to your next dividend, or paid when you leave.")
        return said % {"amount": euros(run.smallest_cents)}
    if fate.payment is not None:
        said = _("Paid on %(day)s on the account %(account)s.")
        account = shortened(fate.payment.iban)
        return " ".join([*found, said % {"day": day(fate.payment.file.pay_on), "account": account}])
    return " ".join(found) or _(
        "Not paid yet. It goes to the account you gave us; without one it waits for it."
    )


def notes(line: DividendLine) -> list[str]:
    """What a holder should know about the tax; nothing for an organisation."""
    run = line.run
    if line.member.person_id is None:
        return []
    amount, income_year = euros(run.exempt_cents), run.pay_on.year
    if run.at_source:
        said = _(
            "Up to %(amount)s of dividends a year are exempt for each taxpayer. We applied this when we paid."
        )
        return [said % {"amount": amount}]
    found = [
        _(
            "Up to %(amount)s of dividends a year are exempt for each taxpayer. The tax above was withheld all the same."
        )
        % {"amount": amount},
        _("You can ask it back in your tax return on the income of %(year)s. Keep this statement as proof.")
        % {"year": income_year},
    ]
    if codes := rules.RETURN_CODES.get(income_year):
        found.append(_("The codes of the return are %(codes)s.") % {"codes": " / ".join(codes)})
    return found


def statement(line: DividendLine, fate: queries.Fate, name: str) -> dict[str, Any]:
    """What stands on a member's dividend statement."""
    run = line.run
    rows = [[_("Gross dividend"), euros(line.gross_cents)]]
    if line.exempt_cents:
        rows.append([_("Exempt of tax"), euros(line.exempt_cents)])
    rows.append(
        [_("Tax withheld (%(percent)s)") % {"percent": rate(run.tax_percent * 100)}, euros(line.tax_cents)]
    )
    rows.append([_("Net dividend"), euros(line.net_cents)])
    return {
        "site": settings.SITE["name"],
        "language": get_language() or "en",
        "title": _("Dividend statement, income of %(year)s") % {"year": run.pay_on.year},
        "opening": [
            _("%(name)s, member %(number)s") % {"name": name, "number": line.member.number},
            _("Dividend of %(rate)s on the financial year %(year)s.")
            % {"rate": rates(run.rates), "year": year(run)},
            _(
                "What you paid on your shares counts for each day: over the whole year that is %(amount)s on average."
            )
            % {"amount": euros(line.cent_days // run.days)},
        ],
        "figures": {"head": [_("What"), _("Amount")], "rows": rows},
        "notes_title": _("Payment and tax"),
        "notes": [paid(fate, run), *notes(line)],
        "closing": [
            _("Call us: %(phone)s. Come by: %(address)s.")
            % {"phone": settings.SITE["phone"], "address": settings.SITE["address"]}
        ],
    }
