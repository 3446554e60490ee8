"""Words in names that prove nothing about who paid: particles, titles and legal forms. Data, dated and sourced.

As known on 30 November 2026. Sources: legal forms of Belgium in the code of companies and associations (CSA/WVV), art.
1:5 and 1:6, with the forms before 2019; of the neighbours and beyond in ISO 20275 (ELF code list of GLEIF). Particles:
the tussenvoegsels of the Dutch register of persons (BRP, table 36), French and German nobiliary particles, and the like
in names of Romance, Nordic and Arabic origin. Titles: forms of address in French, Dutch, German and English as banks
print them.

All are written as `kernel.text.folded` leaves them: lower case, without accents.
"""

from __future__ import annotations

from datetime import date

AS_OF = date(2026, 11, 30)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Particles, articles and the "and" and "or" of joint accounts, by language.
PARTICLES: dict[str, frozenset[str]] = {
    "fr": _words(
        """
        a au aux chez d da de des dit dite du en et l la le les lez ou sous sur
        """
    ),
    "nl": _words(
        """
        aan bij de den der des die el en het in of onder op over s t te ten ter thoe tot uijt uit
        van vande vanden vander ver voor
        """
    ),
    "de": _words(
        """
        am an auf das dem den der des die im ob oder und unter vom von zu zum zur
        """
    ),
    "en": _words(
        """
        an and at by fitz for o of or the to
        """
    ),
    "other": _words(
        """
        abou abu af ag ait al ap av ben bin bint bou da dal dalla das degli dei del della delle
        dello di do dos e el i ibn las lo los mac mc ould saint sainte san sankt santa sint st ul y
        zu
        """
    ),
}
# Forms of address, ranks, and words for those who inherit or live together.
TITLES: dict[str, frozenset[str]] = {
    "fr": _words(
        """
        abbe baron baronne chevalier comte comtesse consorts docteur dr epouse epoux famille feu
        heritiers indivision ing ir m madame mademoiselle maitre me mesdames messieurs mlle mlles mm
        mme mmes monsieur mr pere prof professeur soeur succession veuve vve
        """
    ),
    "nl": _words(
        """
        baron barones dhr dokter dr drs echtgenoot echtgenote erfgenamen erven fam familie gezin
        graaf gravin heer heren hr ing ir jhr jkvr jonkheer juffrouw meester mej mejuffrouw mevr
        mevrouw mr mw nalatenschap onverdeeldheid pater prof professor ridder wed weduwe wijlen
        zuster
        """
    ),
    "de": _words(
        """
        dipl doktor dr eheleute erben erbengemeinschaft fam familie fr frau fraulein freifrau
        freiherr graf grafin herr herrn hr ing mag nachlass pfarrer prof professor witwe
        """
    ),
    "en": _words(
        """
        dame dr esq estate executors family heirs jr junior lady late lord master md miss mr mrs ms
        mx phd prof professor rev reverend senior sir sr the trustees
        """
    ),
}
# Short and long names of legal forms and words for a firm, by country; Belgium in its three languages.
LEGAL_FORMS: dict[str, frozenset[str]] = {
    "be": _words(
        """
        ag agence agentschap agricole aisbl asb asbl association bedrijf bv bvba cie co comm commv
        cooperatie cooperatieve cooperative cv cvba cvoa cvso eesv entreprise esv etablissements ets
        firma firme fondation fup gcv geie genossenschaft ges gesellschaft gie gmbh ivog ivzw
        landbouwvennootschap lv maatschap mutualite mutualiteit mutuelle nv onderneming sa sc scagr
        sce scomm scomma scris scrl scrlfs scs se snc societe son sprl srl ste stichting stiftung
        unternehmen vennootschap verein vereniging vof vog vzw
        """
    ),
    "fr": _words(
        """
        earl ei eirl eurl gaec gie sarl sas sasu sci scic scop scp selarl
        """
    ),
    "nl": _words(
        """
        ba bv cooperatie cv eenmanszaak nv ua vof wa
        """
    ),
    "de": _words(
        """
        ag e eg egbr ev gbr gmbh haftungsbeschrankt kg kgaa mbh ohg partg ug
        """
    ),
    "lu": _words(
        """
        sarl sarls sca scsp secs sicav
        """
    ),
    "en": _words(
        """
        association cic cio co company coop cooperative corp corporation foundation inc incorporated
        limited llc llp lp ltd plc pty society trust
        """
    ),
    "other": _words(
        """
        ab aps as asa doo ead kft ood ou oy oyj sia sl slne slu sp spa srl srls uab zoo zrt
        """
    ),
}
# Who passes money on for others, and the words banks put before a name.
INTERMEDIARIES = _words(
    """
    account bank banken banque client compte fur inconnu klant konto kunde notprovided onbekend
    payment payments pour rekening transfer unbekannt unknown via voor
    """
)
ALL_PARTICLES: frozenset[str] = frozenset().union(*PARTICLES.values())
PROVE_NOTHING: frozenset[str] = frozenset().union(
    *PARTICLES.values(), *TITLES.values(), *LEGAL_FORMS.values(), INTERMEDIARIES
)
