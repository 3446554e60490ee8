"""Words of the pages for what is broken on our side, in four languages; translations may be what broke."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Outage(Enum):
    """What is wrong on our side."""

    MISTAKE = "mistake"
    AWAY = "away"
    FULL = "full"


Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """The words of one language: for each outage a title, a text for who was reading and one for who sent something."""

    outages: dict[Outage, tuple[str, str, str]]
    vote_lost: Pair
    vote_unsure: Pair
    too_large: Pair
    too_many: Pair


AGAIN = {"fr": "Réessayer", "nl": "Opnieuw proberen", "de": "Noch einmal versuchen", "en": "Try again"}

TEXTS = {
    "fr": Told(
        {
            Outage.MISTAKE: (
                "Une erreur de notre part",
                "Revenez en arrière et réessayez dans quelques minutes. Si cela ne va toujours pas, appelez-nous :",
                "Ce que vous avez envoyé n’est peut-être pas arrivé. Revenez en arrière et réessayez dans quelques "
                "minutes. Si cela ne va toujours pas, appelez-nous :",
            ),
            Outage.AWAY: (
                "Le site revient dans un instant",
                "Nous ne pouvons pas répondre pour le moment. Réessayez dans une minute. Si cela ne va toujours pas, "
                "appelez-nous :",
                "Ce que vous avez envoyé n’est peut-être pas arrivé. Revenez en arrière et réessayez dans une minute. "
                "Si cela ne va toujours pas, appelez-nous :",
            ),
            Outage.FULL: (
                "Nous ne pouvons rien enregistrer pour le moment",
                "Nous n’avons plus de place pour écrire. Vous pouvez lire le site. Pour envoyer quelque chose, "
                "réessayez plus tard ou appelez-nous :",
                "Ce que vous avez envoyé n’est pas enregistré : nous n’avons plus de place. Vous pouvez lire le site. "
                "Revenez en arrière et réessayez plus tard, ou appelez-nous :",
            ),
        },
        (
            "Votre vote n’est pas enregistré",
            "Le site n’a pas pu répondre. Attendez une minute, puis réessayez : vos choix sont gardés sur cette page. "
            "Si cela ne va toujours pas, appelez-nous :",
        ),
        (
            "Nous ne savons pas si votre vote est arrivé",
            "Le site s’est arrêté pendant qu’il l’enregistrait. Attendez une minute, puis envoyez-le encore une fois : "
            "il compte une seule fois. Si cela ne va toujours pas, appelez-nous :",
        ),
        (
            "C’est trop à la fois",
            "Votre envoi est plus lourd que ce que cette page peut recevoir. Revenez en arrière : votre texte est "
            "toujours là. Raccourcissez-le, ou choisissez un fichier plus petit. Nous vous aidons :",
        ),
        (
            "Patientez un instant",
            "Trop de demandes arrivent en même temps de chez vous. Attendez un moment, puis réessayez. Si cela ne va "
            "toujours pas, appelez-nous :",
        ),
    ),
    "nl": Told(
        {
            Outage.MISTAKE: (
                "Een fout van ons",
                "Ga terug en probeer het over enkele minuten opnieuw. Lukt het dan nog niet, bel ons:",
                "Wat u hebt verstuurd, is misschien niet aangekomen. Ga terug en probeer het over enkele minuten "
                "opnieuw. Lukt het dan nog niet, bel ons:",
            ),
            Outage.AWAY: (
                "De site is zo terug",
                "We kunnen nu niet antwoorden. Probeer het over een minuut opnieuw. Lukt het dan nog niet, bel ons:",
                "Wat u hebt verstuurd, is misschien niet aangekomen. Ga terug en probeer het over een minuut opnieuw. "
                "Lukt het dan nog niet, bel ons:",
            ),
            Outage.FULL: (
                "We kunnen nu niets bewaren",
                "We hebben geen plaats meer om te schrijven. U kunt de site lezen. Wilt u iets versturen, probeer het "
                "later opnieuw of bel ons:",
                "Wat u hebt verstuurd, is niet bewaard: we hebben geen plaats meer. U kunt de site lezen. Ga terug en "
                "probeer het later opnieuw, of bel ons:",
            ),
        },
        (
            "Uw stem is niet bewaard",
            "De site kon niet antwoorden. Wacht een minuut en probeer het opnieuw: uw keuzes staan nog op deze "
            "pagina. Lukt het dan nog niet, bel ons:",
        ),
        (
            "We weten niet of uw stem is aangekomen",
            "De site viel uit terwijl ze uw stem bewaarde. Wacht een minuut en verstuur ze nog eens: ze telt maar één "
            "keer. Lukt het dan nog niet, bel ons:",
        ),
        (
            "Dit is te veel tegelijk",
            "Wat u stuurde, is groter dan deze pagina kan ontvangen. Ga terug: uw tekst staat er nog. Maak hem "
            "korter, of kies een kleiner bestand. We helpen u:",
        ),
        (
            "Even geduld",
            "Er komen te veel vragen tegelijk van bij u. Wacht even en probeer het opnieuw. Lukt het dan nog niet, "
            "bel ons:",
        ),
    ),
    "de": Told(
        {
            Outage.MISTAKE: (
                "Ein Fehler von uns",
                "Gehen Sie zurück und versuchen Sie es in einigen Minuten noch einmal. Wenn es dann nicht geht, rufen "
                "Sie uns an:",
                "Was Sie gesendet haben, ist vielleicht nicht angekommen. Gehen Sie zurück und versuchen Sie es in "
                "einigen Minuten noch einmal. Wenn es dann nicht geht, rufen Sie uns an:",
            ),
            Outage.AWAY: (
                "Die Website ist gleich wieder da",
                "Wir können im Moment nicht antworten. Versuchen Sie es in einer Minute noch einmal. Wenn es dann nicht "
                "geht, rufen Sie uns an:",
                "Was Sie gesendet haben, ist vielleicht nicht angekommen. Gehen Sie zurück und versuchen Sie es in "
                "einer Minute noch einmal. Wenn es dann nicht geht, rufen Sie uns an:",
            ),
            Outage.FULL: (
                "Wir können im Moment nichts speichern",
                "Wir haben keinen Platz mehr zum Schreiben. Sie können die Website lesen. Wenn Sie etwas senden "
                "möchten, versuchen Sie es später noch einmal oder rufen Sie uns an:",
                "Was Sie gesendet haben, ist nicht gespeichert: Wir haben keinen Platz mehr. Sie können die Website "
                "lesen. Gehen Sie zurück und versuchen Sie es später noch einmal, oder rufen Sie uns an:",
            ),
        },
        (
            "Ihre Stimme ist nicht gespeichert",
            "Die Website konnte nicht antworten. Warten Sie eine Minute und versuchen Sie es noch einmal: Ihre Auswahl "
            "ist auf dieser Seite aufgehoben. Wenn es dann nicht geht, rufen Sie uns an:",
        ),
        (
            "Wir wissen nicht, ob Ihre Stimme angekommen ist",
            "Die Website fiel aus, während sie Ihre Stimme speicherte. Warten Sie eine Minute und senden Sie sie noch "
            "einmal: Sie zählt nur einmal. Wenn es dann nicht geht, rufen Sie uns an:",
        ),
        (
            "Das ist zu viel auf einmal",
            "Was Sie gesendet haben, ist größer, als diese Seite annehmen kann. Gehen Sie zurück: Ihr Text ist noch "
            "da. Kürzen Sie ihn, oder wählen Sie eine kleinere Datei. Wir helfen Ihnen:",
        ),
        (
            "Bitte warten Sie einen Moment",
            "Von Ihrem Anschluss kommen zu viele Anfragen gleichzeitig. Warten Sie einen Moment und versuchen Sie es "
            "noch einmal. Wenn es dann nicht geht, rufen Sie uns an:",
        ),
    ),
    "en": Told(
        {
            Outage.MISTAKE: (
                "Our mistake",
                "Go back and try again in a few minutes. If it still does not work, call us:",
                "What you sent may not have arrived. Go back and try again in a few minutes. If it still does not "
                "work, call us:",
            ),
            Outage.AWAY: (
                "The site is back in a moment",
                "We cannot answer just now. Try again in a minute. If it still does not work, call us:",
                "What you sent may not have arrived. Go back and try again in a minute. If it still does not work, "
                "call us:",
            ),
            Outage.FULL: (
                "We cannot keep anything just now",
                "We have no room left to write. You can read the site. To send something, try again later or call us:",
                "What you sent is not kept: we have no room left. You can read the site. Go back and try again later, "
                "or call us:",
            ),
        },
        (
            "Your vote was not taken",
            "The site could not answer. Wait a minute, then try again: your choices are kept on this page. "
            "If it still does not work, call us:",
        ),
        (
            "We do not know whether your vote arrived",
            "The site stopped while it was keeping it. Wait a minute, then send it once more: it counts only once. "
            "If it still does not work, call us:",
        ),
        (
            "This is too much at once",
            "What you sent is larger than this page can take. Go back: your text is still there. Shorten it, or "
            "choose a smaller file. We help you:",
        ),
        (
            "Please wait a moment",
            "Too many requests come from your connection at once. Wait a moment, then try again. If it still does not "
            "work, call us:",
        ),
    ),
}
