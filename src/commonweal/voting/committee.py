"""The counting committee's desk: from sealed envelopes and its sheets to a file anyone can count.

Runs away from the web server and needs no database: a bundle in, a Pabulib text out. Never prints a choice.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commonweal.allocation import Ballot, BallotForm, Election, ElectionError, PabulibError, Project, write
from commonweal.kernel.text import clean
from commonweal.voting.rules import choices as rules
from commonweal.voting.rules.bundles import NoBundle, checked_bundle
from commonweal.voting.rules.envelopes import MARK_LENGTH, BadEnvelope, code_shown, unpacked, unpacked_test
from commonweal.voting.rules.frozen import fingerprint
from commonweal.voting.rules.holders import named_twice
from commonweal.voting.sealing import Sheet, check_sheets, key_text, new_committee, opened, private_key

if TYPE_CHECKING:
    from nacl.public import PrivateKey


class BrokenBundle(ValueError):
    """The bundle cannot be counted as it is; the message says what was found."""


def new_key(holders: int, threshold: int) -> tuple[bytes, tuple[Sheet, ...]]:
    """A fresh public key and a sheet a holder; nothing is written. Raises ValueError for impossible numbers."""
    return new_committee(holders, threshold)


def write_sheets(folder: Path, names: Sequence[str], threshold: int) -> tuple[bytes, tuple[Sheet, ...]]:
    """Makes a committee's key and writes `sheet-N.txt` for each holder and `public-key.txt` into a folder.

    The files are readable by their owner only, from the first moment on, and nothing that is there is written over: an
    older sheet may be the only one of its kind. Raises ValueError for impossible numbers and one holder twice, OSError.
    """
    twice = named_twice(names)
    if twice is not None:
        raise ValueError(f"{twice!r} stands there twice: each sheet has a holder of its own.")
    key, sheets = new_key(len(names), threshold)
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        folder / f"sheet-{sheet.number}.txt": f"Counting committee\nHolder: {clean(name, lines=False)}\n"
        f"Public key: {key_text(key)}\n\n{sheet.text()}\n"
        for name, sheet in zip(names, sheets, strict=True)
    }
    texts[folder / "public-key.txt"] = key_text(key) + "\n"
    there = next((path for path in texts if path.exists() or path.is_symlink()), None)
    if there is not None:
        raise FileExistsError(f"{there} exists already: choose an empty folder.")
    for path, text in texts.items():
        write_new(path, text)
    return key, sheets


def write_new(path: Path, text: str) -> None:
    """Writes a file that must not be there yet, readable by its owner only. Raises FileExistsError, OSError."""
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as wrong:
        raise FileExistsError(f"{path} exists already: choose another name.") from wrong
    with open(number, "w", encoding="utf-8") as file:
        file.write(text)


def answer_in(envelope: bytes, sheets: Sequence[Sheet]) -> str:
    """The answer in a test envelope, which shows that these sheets open what is sealed to the key of the vote.

    Raises WrongSheets when the sheets do not go together, or BrokenBundle when the envelope was sealed to another
    key, names another number of holders, or is no test envelope: a vote is never opened here.
    """
    key = check_sheets(sheets)
    try:
        answer, threshold = unpacked_test(opened(envelope, key))
    except BadEnvelope as wrong:
        raise BrokenBundle(f"Only test envelopes are opened here: {wrong}.") from wrong
    except ValueError as wrong:
        raise BrokenBundle(
            "The envelope was sealed to another key than the one these sheets make. "
            "Compare the public key on the page with the one on your sheets."
        ) from wrong
    if threshold != sheets[0].threshold:
        raise BrokenBundle(
            f"The page says that {threshold} holders open the ballots; your sheets need {sheets[0].threshold}. "
            "Correct the page and take a new test envelope."
        )
    return code_shown(answer)


def bundle_in(text: str) -> dict[str, Any]:
    """The bundle of envelopes that a file holds. Raises NoBundle."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise NoBundle("it is no JSON; the file was cut, or is another one.") from wrong
    return checked_bundle(found)


LEAVE_OUT = "--leave-out"
"""The word by which holders say that what cannot be counted is left out."""


def opened_file(
    bundle: dict[str, Any],
    sheets: Sequence[Sheet],
    progress: Callable[[int, int], None] | None = None,
    *,
    leave_out: bool = False,
) -> str:
    """The ballots in a bundle as a Pabulib text, by rising tracking code, which are random: that is the shuffle.

    Raises NoBundle, WrongSheets, or BrokenBundle when an envelope does not open, was made for another ballot, holds a
    choice the ballot does not allow, or stands there twice: then nothing is written and the committee asks why. With
    `leave_out` such envelopes are left out, and the text says how many and at which places of the box.
    """
    definition = checked_bundle(bundle)["definition"]
    try:
        same = fingerprint(definition) == bundle["frozen_hash"]
    except (ValueError, RecursionError) as wrong:
        raise NoBundle("its definition cannot be written down.") from wrong
    if not same:
        raise BrokenBundle("The definition of the vote was changed after it was frozen.")
    box = _Opened(bundle, private_key(sheets, bytes.fromhex(definition["public_key"])))
    # By their own bytes, as the box is fingerprinted: whoever has the box finds the place, and nobody a person.
    for place, envelope in enumerate(sorted(bundle["envelopes"]), start=1):
        box.open(place, envelope)
        if progress:
            progress(place, len(bundle["envelopes"]))
    if box.troubles and not leave_out:
        first = min(box.troubles)
        more = len(box.troubles) - 1
        raise BrokenBundle(
            f"Envelope {first} {box.troubles[first]}.{f' So are {more} more.' if more else ''} Compare the fingerprint of "
            f"the box and take the bundle once more. If it stays so, the holders decide together: with {LEAVE_OUT} such "
            "envelopes are left out, and the file says how many and at which places of the box."
        )
    try:
        return pabulib_text(definition, bundle["frozen_hash"], box.choices(), tuple(box.troubles))
    except (ElectionError, PabulibError) as wrong:
        raise BrokenBundle(f"The vote cannot be written as a ballot file: {wrong}") from wrong


class _Opened:
    """What was found in the envelopes of a box: choices by code, and what is wrong by place."""

    def __init__(self, bundle: dict[str, Any], key: PrivateKey) -> None:
        definition = bundle["definition"]
        self._mark, self._key = bytes.fromhex(bundle["frozen_hash"])[:MARK_LENGTH], key
        self._form = form_of(definition)
        self._costs = {option["number"]: option["cost_cents"] for option in definition["options"]}
        self._found: dict[str, tuple[int, rules.Choice]] = {}
        self.troubles: dict[int, str] = {}

    def open(self, place: int, envelope: str) -> None:
        """Opens one envelope, or notes why it cannot be counted."""
        try:
            code, choice = unpacked(opened(bytes.fromhex(envelope), self._key), self._mark)
        except (ValueError, BadEnvelope) as wrong:
            self.troubles[place] = f"cannot be counted: {wrong}"
            return
        decision = rules.allowed(choice, self._form, self._costs)
        if not decision:
            self.troubles[place] = f"holds a choice this ballot does not allow ({decision.code})"
        elif code in self._found:
            self.troubles[place] = "is a copy of another one"
            before, same = self._found[code]
            if same != choice:
                # Nobody can say which of the two was cast: neither counts.
                self.troubles[before] = "has the code of another one"
        else:
            self._found[code] = (place, choice)

    def choices(self) -> dict[str, rules.Choice]:
        """The choices that count, by code."""
        return {code: choice for code, (place, choice) in self._found.items() if place not in self.troubles}


def form_of(definition: dict[str, Any]) -> rules.Form:
    """The ballot form in a frozen definition."""
    form = definition["form"]
    basket = form["kind"] == rules.BallotForm.BASKET
    return rules.Form(**form, budget_cents=definition["budget_cents"] if basket else 0)


def euros(cents: int) -> Fraction:
    """Whole cents as an exact number of euro."""
    return Fraction(cents, 100)


def pabulib_text(
    definition: dict[str, Any],
    frozen_hash: str,
    found: dict[str, rules.Choice],
    left_out: Collection[int] = (),
) -> str:
    """The canonical Pabulib text of opened ballots; the same ballots always give the same bytes.

    `left_out` are the places in the box of envelopes that could not be counted.
    """
    with_points = definition["form"]["kind"] == rules.BallotForm.POINTS
    votes_of: dict[int, int] = {}
    points_of: dict[int, int] = {}
    for choice in found.values():
        for number, points in choice:
            votes_of[number] = votes_of.get(number, 0) + 1
            points_of[number] = points_of.get(number, 0) + points
    projects = []
    for option in definition["options"]:
        number = option["number"]
        fields = {"votes": str(votes_of.get(number, 0))}
        if with_points:
            fields["score"] = str(points_of.get(number, 0))
        if option["category"]:
            fields["category"] = option["category"]
        projects.append(Project(str(number), euros(option["cost_cents"]), option["title"], fields))
    shared = {key for key in ("votes", "score", "category") if all(key in p.fields for p in projects)}
    projects = [
        Project(p.id, p.cost, p.name, {k: v for k, v in p.fields.items() if k in shared}) for p in projects
    ]
    ballots = [
        Ballot(
            code,
            tuple(str(number) for number, _points in choice),
            tuple(Fraction(points) for _number, points in choice) if with_points else None,
            {},
        )
        for code, choice in sorted(found.items())
    ]
    meta = _meta(definition, frozen_hash, len(projects), len(ballots))
    if left_out:
        meta["comment"] += f" {_left_out_words(left_out)}"
    return write(Election(meta, tuple(projects), tuple(ballots)))


_LEFT_OUT = re.compile(
    r" #2: envelopes that could not be counted: (\d+), at the places (\d[\d, ]*) of the box$"
)


def _left_out_words(places: Collection[int]) -> str:
    told = ", ".join(map(str, sorted(set(places))))
    return f"#2: envelopes that could not be counted: {len(set(places))}, at the places {told} of the box"


def left_out_in(comment: str) -> tuple[int, ...]:
    """The places in the box that a file names as those of envelopes that could not be counted."""
    found = _LEFT_OUT.search(comment)
    places = [part.strip() for part in found[2].split(",")] if found else []
    return tuple(int(part) for part in places if part.isascii() and part.isdigit() and len(part) < 10)


def left_out_of(file: str) -> tuple[int, ...]:
    """The same of a whole text that `opened_file` made."""
    return left_out_in(next(line for line in file.split("\n") if line.startswith("comment;")))


def _day(moment: str) -> str:
    return ".".join(reversed(moment[:10].split("-")))


def _meta(definition: dict[str, Any], frozen_hash: str, projects: int, votes: int) -> dict[str, str]:
    form = definition["form"]
    titles = definition["titles"]
    kind = BallotForm.CUMULATIVE if form["kind"] == rules.BallotForm.POINTS else BallotForm.APPROVAL
    meta = {
        "description": titles.get("en") or next(iter(titles.values()), definition["subject"]),
        "country": "Belgium",
        "unit": definition["subject"],
        "instance": definition["closes_at"][:10],
        "num_projects": str(projects),
        "num_votes": str(votes),
        "budget": f"{Decimal(definition['budget_cents']).scaleb(-2).normalize():f}",
        "vote_type": kind.value,
        "rule": definition["bylaw"]["rule"],
        # As the format's own checker wants them.
        "date_begin": _day(definition["opens_at"]),
        "date_end": _day(definition["closes_at"]),
        "min_length": str(form["choices_min"]),
        "max_length": str(min(form["choices_max"], projects)),
        "currency": "EUR",
    }
    if kind == BallotForm.CUMULATIVE:
        meta |= {"max_points": str(form["points_each"]), "max_sum_points": str(form["points_total"])}
    if form["kind"] == rules.BallotForm.BASKET:
        meta["max_sum_cost"] = meta["budget"]
    meta["comment"] = f"#1: frozen definition sha256 {frozen_hash}"
    return meta
