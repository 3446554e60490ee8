"""The information note a new site starts with: what someone who asks for shares reads and accepts. A text of its own in
each language; a cooperative adds its own version beside it, with a later day.
"""

from __future__ import annotations

VERSION = "2026-1"
_NOTES = {
    "fr": """
Vous achetez des parts de notre coopérative : vous en devenez copropriétaire, avec les autres
sociétaires. Leur prix et le nombre que vous pouvez détenir figurent à la page des statuts.

Ce n’est pas un compte d’épargne. La valeur d’une part peut baisser. Vous pouvez perdre une partie
ou la totalité de ce que vous avez payé, jamais davantage.

Un dividende n’est pas garanti. L’assemblée générale en décide chaque année, et il ne dépasse pas le
plafond légal.

Vous pouvez demander à partir pendant les premiers mois de l’exercice. Vous recevez au plus ce que
vous avez payé, et moins si les derniers comptes approuvés donnent une valeur plus basse. La loi
peut reporter ce remboursement, sans intérêts.

Chaque sociétaire a sa voix à l’assemblée générale et peut consulter le registre des parts. Nous y
inscrivons votre nom, votre domicile, vos parts et ce que vous avez payé ; ces données y restent,
parce que la loi le veut.

Une question, un désaccord ? Appelez-nous ou passez nous voir avant de payer : nous prenons le
temps.
""",
    "nl": """
U koopt aandelen van onze coöperatie: u wordt mede-eigenaar, samen met de andere vennoten. De prijs
en het aantal dat u mag bezitten, staan op de pagina met de statuten.

Dit is geen spaarrekening. De waarde van een aandeel kan dalen. U kunt een deel of alles verliezen
van wat u betaalde, nooit meer.

Een dividend is niet gewaarborgd. De algemene vergadering beslist er elk jaar over, en het blijft
onder de wettelijke grens.

U kunt in de eerste maanden van het boekjaar vragen om uit te treden. U krijgt ten hoogste terug wat
u betaalde, en minder als de laatste goedgekeurde rekeningen een lagere waarde geven. De wet kan de
terugbetaling uitstellen, zonder interest.

Elke vennoot heeft een stem op de algemene vergadering en mag het aandelenregister inkijken. Wij
schrijven daarin uw naam, uw woonplaats, uw aandelen en wat u betaalde; die gegevens blijven er
staan, omdat de wet het zo wil.

Hebt u een vraag of bent u het niet eens? Bel ons of kom langs vóór u betaalt: wij nemen de tijd.
""",
    "de": """
Sie kaufen Anteile unserer Genossenschaft: Sie werden Miteigentümer, zusammen mit den anderen
Mitgliedern. Der Preis und die Zahl, die Sie halten dürfen, stehen auf der Seite der Satzung.

Das ist kein Sparkonto. Der Wert eines Anteils kann sinken. Sie können einen Teil oder alles
verlieren, was Sie gezahlt haben, nie mehr.

Eine Dividende ist nicht garantiert. Die Generalversammlung entscheidet jedes Jahr darüber, und sie
bleibt unter der gesetzlichen Grenze.

In den ersten Monaten des Geschäftsjahres können Sie Ihren Austritt verlangen. Sie erhalten
höchstens zurück, was Sie gezahlt haben, und weniger, wenn die letzten genehmigten Abschlüsse einen
niedrigeren Wert ergeben. Das Gesetz kann die Rückzahlung aufschieben, ohne Zinsen.

Jedes Mitglied hat eine Stimme in der Generalversammlung und darf das Anteilsregister einsehen. Wir
tragen dort Ihren Namen, Ihren Wohnsitz, Ihre Anteile und Ihre Zahlungen ein; diese Angaben bleiben,
weil das Gesetz es so will.

Haben Sie eine Frage oder sind Sie nicht einverstanden? Rufen Sie uns an oder kommen Sie vorbei,
bevor Sie zahlen: Wir nehmen uns Zeit.
""",
    "en": """
You buy shares of our cooperative: you become a co-owner, with the other members. Their price and
how many you may hold stand on the page of the statutes.

This is not a savings account. The value of a share can fall. You can lose part or all of what you
paid, never more.

A dividend is not guaranteed. The general meeting decides on it each year, and it stays below the
ceiling of the law.

You may ask to leave in the first months of the financial year. You get back what you paid at most,
and less if the last approved accounts give a lower value. The law can postpone the refund, without
interest.

Each member has a vote at the general meeting and may consult the share register. We enter your
name, your home, your shares and what you paid; these stay there, because the law wants it so.

A question, or a doubt? Call us or come by before you pay: we take the time.
""",
}
# Paragraphs are parted by an empty line; the breaks within them are only those of this file.
NOTES = {
    language: "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))
    for language, text in _NOTES.items()
}
