"""Words around an imported vote: its call in four languages, titles cut between words. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from commonweal.allocation import Election, Project

# Columns of a Pabulib file that say something to a reader; the rest is bookkeeping.
_TOLD = ("category", "target", "beneficiaries", "neighborhood", "subunit", "district", "proposer")

_TEXTS = {
    "fr": (
        "{name} : un vrai vote, recompté",
        "{projects} projets et {votes} bulletins publiés par la bibliothèque Pabulib, comptés ici à parts égales.",
        "Ce vote a eu lieu ailleurs : {about}. Les projets et les bulletins viennent d’un fichier public. "
        "Les bulletins ont été scellés, ouverts et comptés ici comme les nôtres, avec la règle des parts égales. "
        "Le résultat n’engage personne ; il montre ce que cette règle aurait soutenu.",
        "Ce vote a eu lieu dans une autre ville.\n\nNous avons compté les voix une deuxième fois.\n\n"
        "Notre façon de compter est différente.\n\nC’est un exemple.",
    ),
    "nl": (
        "{name}: een echte stemming, opnieuw geteld",
        "{projects} projecten en {votes} stembiljetten uit de bibliotheek Pabulib, hier geteld met gelijke delen.",
        "Deze stemming vond elders plaats: {about}. De projecten en de biljetten komen uit een openbaar bestand. "
        "De biljetten zijn hier verzegeld, geopend en geteld zoals de onze, met de regel van de gelijke delen. "
        "Het resultaat bindt niemand; het toont wat deze regel gesteund zou hebben.",
        "Deze stemming was in een andere stad.\n\nWij hebben de stemmen nog eens geteld.\n\n"
        "Wij tellen op een andere manier.\n\nDit is een voorbeeld.",
    ),
    "de": (
        "{name}: eine echte Abstimmung, neu gezählt",
        "{projects} Projekte und {votes} Stimmzettel aus der Bibliothek Pabulib, hier mit gleichen Anteilen gezählt.",
        "Diese Abstimmung fand anderswo statt: {about}. Projekte und Stimmzettel kommen aus einer öffentlichen Datei. "
        "Die Stimmzettel wurden hier versiegelt, geöffnet und gezählt wie unsere eigenen, nach der Regel der gleichen "
        "Anteile. Das Ergebnis bindet niemanden; es zeigt, was diese Regel unterstützt hätte.",
        "Diese Abstimmung war in einer anderen Stadt.\n\nWir haben die Stimmen noch einmal gezählt.\n\n"
        "Wir zählen auf eine andere Art.\n\nDas ist ein Beispiel.",
    ),
    "en": (
        "{name}: a real vote, counted again",
        "{projects} projects and {votes} ballots published by the Pabulib library, counted here with equal shares.",
        "This vote took place elsewhere: {about}. The projects and the ballots come from a public file. "
        "The ballots were sealed, opened and counted here like our own, with the method of equal shares. "
        "The result binds nobody; it shows what this rule would have supported.",
        "This vote was in another city.\n\nWe counted the votes a second time.\n\n"
        "We count in another way.\n\nThis is an example.",
    ),
}


def shortened(text: str, length: int) -> str:
    """A text in one line of at most so many characters, cut between words and marked with an ellipsis."""
    whole = " ".join(text.split())
    if len(whole) <= length:
        return whole
    cut = whole[: length - 1]
    kept = cut.rsplit(" ", 1)[0] if " " in cut[length // 2 :] else cut
    return kept.rstrip(" ,;:.–-") + "…"


def call_texts(election: Election, unit: str) -> Iterator[dict[str, Any]]:
    """The texts of the call, one a language, as `write_call_text` takes them."""
    name = shortened(f"{unit} {election.meta.get('instance', '')}".strip(), 70)
    facts = {
        "name": name,
        "projects": len(election.projects),
        "votes": len(election.ballots),
        "about": shortened(election.meta.get("description") or name, 200),
    }
    for language, (title, summary, body, easy) in _TEXTS.items():
        yield {
            "language": language,
            "title": shortened(title.format(**facts), 120),
            "summary": shortened(summary.format(**facts), 300),
            "body": body.format(**facts),
            "easy_text": easy,
        }


def story_of(project: Project) -> str:
    """All the file tells of a project: its full name, then what its columns say."""
    told = [project.fields[column] for column in _TOLD if project.fields.get(column)]
    return "\n\n".join([project.name or project.id, *([" · ".join(told)] if told else [])])[:6_000]
