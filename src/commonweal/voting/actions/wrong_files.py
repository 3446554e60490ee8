"""What is wrong with a ballot file somebody brought in, as a sentence for them."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.translation import gettext as _

from commonweal.voting.counting import WrongFile


def wrong_file_words(wrong: WrongFile) -> str:
    """Why a file is not taken in and which one to bring; what only the reader of files can say is quoted in English."""
    if wrong.code == "unreadable":
        told = (
            _("The file cannot be read at line %(line)s. The program that reads it says, in English:")
            % wrong.values
        )
        # Marked, so that a voice that reads the page aloud reads it as English.
        return format_html('{} <q lang="en">{}</q>', told, wrong.values["said"])
    return _sentences()[wrong.code] % wrong.values


def _sentences() -> dict[str, str]:
    return {
        "not_a_ballot_file": _(
            "This is not a ballot file: it does not begin with the line META. The committee's file ends in .pb."
        ),
        "cut_off": _(
            "The file ends too early: a part of it is missing. Bring it again as the committee's tool wrote it."
        ),
        "votes_stated": _(
            "The file says that it holds %(stated)s ballots, but %(found)s stand in it. Something was lost or changed "
            "on the way: bring it again as the committee's tool wrote it."
        ),
        "projects_stated": _(
            "The file says that it holds %(stated)s projects, but %(found)s stand in it. Something was lost or changed "
            "on the way: bring it again as the committee's tool wrote it."
        ),
        "ballot_twice": _(
            "On line %(line)s of the file is a ballot that stands there before, or has no tracking code. "
            "Bring it again as the committee's tool wrote it."
        ),
        "no_code": _(
            "A ballot in this file has no tracking code. Bring it again as the committee's tool wrote it."
        ),
        "not_allowed": _(
            "A ballot in this file chooses what the form of this vote does not allow. "
            "Ask the committee before you go on."
        ),
        "other_ballot": _(
            "This file was opened for another vote. Bring the one the committee opened for this vote."
        ),
        "other_text": _(
            "Line %(line)s of this file is not as the committee's tool writes it for this vote: something was changed on "
            "the way, perhaps by a program that opened and saved it. Bring the file again as the tool wrote it; if it is "
            "that file, the committee opens the box again."
        ),
        "other_projects": _(
            "The projects in this file are not the ones on this ballot. "
            "Bring it again as the committee's tool wrote it."
        ),
        "other_cost": _(
            "A project in this file has another cost than on this ballot. "
            "Bring it again as the committee's tool wrote it."
        ),
        "other_budget": _(
            "The budget in this file is not the one of this vote. Bring it again as the committee's tool wrote it."
        ),
    }
