"""Our words for what Django's own fields say of an answer: what is missing and how to mend it."""

from __future__ import annotations

from django.utils.translation import gettext

from commonweal.ui.formats import joined


def _words() -> dict[str, str]:
    """Django's sentence in the reader's language -> ours."""
    return {
        gettext("This field is required."): gettext("This answer is still missing."),
        gettext("Enter a valid email address."): gettext(
            "Write the whole e-mail address, such as anna@example.be."
        ),
        gettext("Enter a valid value."): gettext("Check this answer: we cannot read it."),
        gettext("Enter a whole number."): gettext("Write a whole number, such as 12."),
        gettext("Enter a number."): gettext("Write a number, such as 12."),
        gettext("Enter a valid date."): gettext("Write a day, such as 15/4/2027."),
        gettext("Enter a valid URL."): gettext(
            "Write the whole address of the page, such as https://example.be."
        ),
        gettext("No file was submitted."): gettext("Choose a file."),
        gettext("The submitted file is empty."): gettext("This file is empty. Choose another one."),
    }


def ours(text: str) -> str:
    """The sentence a reader gets; a text that is not Django's stays."""
    return _words().get(text, text)


def named(label: str, text: str) -> str:
    """An error beside the name of its question, for the list above a form."""
    return joined(label.rstrip("?:\u00a0\u202f "), ours(text)) if label else ours(text)
