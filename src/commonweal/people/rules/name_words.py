"""Words in names that prove nothing about who paid: particles, titles and legal forms; words any organisation may bear, and
given names that are family names too. Data, dated and sourced.

As known on 30 November 2026. Sources: legal forms of Belgium in the code of companies and associations (CSA/WVV), art.
1:5 and 1:6, with the forms before 2019; of the neighbours and beyond in ISO 20275 (ELF code list of GLEIF). Particles:
the tussenvoegsels of the Dutch register of persons (BRP, table 36), French and German nobiliary particles, and the like
in names of Romance, Nordic and Arabic origin. Titles: forms of address in French, Dutch, German and English as banks
print them. What organisations call themselves, and given names that are family names as well, were gathered by hand for the
four languages: such a list is never whole, and what is missing from it only proves as much as before.

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
# Whose child, parent or partner somebody is, and "born": beside a name they make it nobody else's.
KINSHIP: frozenset[str] = _words(
    """
    born daughter enfant fille fils geb geboren geborene kind mere moeder mother mutter ne nee partner pere sohn son
    tochter vader vater dochter zoon
    """
)
# What banks write before the name of a household: an account of several who bear it, or of whom only one does.
HOUSEHOLD: frozenset[str] = _words(
    """
    consorts couple echtg echtgenoten echtpaar ehegatten eheleute ehepaar epoux erbengemeinschaft erven fam famille family
    familie gezin haushalt hoirs huishouden indivision menage nalatenschap onverdeeldheid succ succession
    """
)
# Forms of address of two: "M. ET MME", "DHR EN MEVR".
SIRS: frozenset[str] = _words("dhr heer herr herrn hr m monsieur mr")
MADAMS: frozenset[str] = _words("frau madame mevr mevrouw mme mrs mw")
ANDS: frozenset[str] = _words("and en et of oder or ou und")
# Behind "and" in the name of a firm that no legal form gives away.
FAMILY_FIRMS: frozenset[str] = _words(
    "bros brothers fils freres gebr gebroeders gebruder soeurs sohn sohne sons zonen zoon"
)
ALL_PARTICLES: frozenset[str] = frozenset().union(*PARTICLES.values())
PROVE_NOTHING: frozenset[str] = frozenset().union(
    *PARTICLES.values(), *TITLES.values(), *LEGAL_FORMS.values(), INTERMEDIARIES
)
# What organisations are called, whatever they do: alone it tells none of them from another.
GENERIC: frozenset[str] = _words(
    """
    academie academy actie action activites ag agricole akademie aktion alliance alliantie allianz amicale amis
    antenne arbeitsgemeinschaft asso associatie associes assos atelier ateliers bureau buro buurt buurtwerk cellule
    center centra centraal centrale centre centres centro centrum cercle church circle citoyen citoyenne citoyens
    city club clubhuis collectief collectif collective college comite commissie commission committee commun communal
    communale communaute commune communes community compagnie conseil consortium consult consulting cooperatief
    cooperatif cooperatifs cooperation cooperatives develop development dienst diensten dienstleistungen dorf
    durable duurzaam duurzame ecole education eglise energie energies energy enterprise enterprises entreprises
    equipe espace europe european europeen europeenne familles federatie federation fonden fonds forderverein
    forening foyer foyers freunde friends fund funds garden gemeente gemeinde gemeinnutzige gemeinnutziger gemeinsam
    gemeinschaft gemeinwohl generation generations gezamenlijk gilde global globale groep groepen group groupe
    groupement groupes groups gruppe gruppen guild habitants handel haus holding holdings house huis huisvesting immo
    immobilier immobiliere industrie industries initiatief initiative initiatives instelling institut institute
    instituut internationaal international internationale invest investissement investment investments jardin jeugd
    jeunes jeunesse jugend kerk kirche kollektiv komitee kooperativ kooperative kulturverein leden liga ligue local
    locale locales lokaal lokale mairie maison maisons management members membres mission mouvement movement
    municipalite musee museum nationaal national nationale netwerk network netzwerk oeuvre oeuvres office offices
    organisatie organisation organisations organization parochie paroisse participation participations partner
    partners partnership patrimoine pfarrei plateforme platform plattform point pole producten products produits
    project projecten projects projekt projet projets promotion public publieke publique quartier raad rat region
    regionaal regional regionale reseau resto ring samen samenwerking samenwerkingsverband sarl scheme scholen
    school schools schule secours sectie section sector service services sociaal social sociale solidair solidaire
    solidaires solidarite solidariteit solidarity solutions soziale sozialer sport sportclub sports stad stadt steun
    stiftungen straat strasse studio support supporters syndicat team teams technologies terre together tous trust
    unie union unions united universitat universite universiteit university verband verbond verbund vereine
    vereinigung verenigde vereniging verenigingen village ville volunteers vrienden vrijwilligers werk werken
    werkgroep werkplaats werkstatt wijk wohnen wonen world youth zentral zentrale zentrum zorg zusammen
    """
)
# Countries, regions, provinces and towns of Belgium and around it, in the languages they are written in.
PLACES: frozenset[str] = _words(
    """
    aalst aarlen allemagne alost amsterdam anderlecht antwerp antwerpen anvers arlon ath bastogne belgie belgien belgique
    belgium berchem berlin bergen beveren binche brabant brugge bruges brussel brussels bruxelles
    charleroi ciney courtrai dendermonde deutschland deurne diest dinant doornik duitsland eeklo elsene etterbeek eupen
    evere flandre flandres flanders france frankreich frankrijk gand genk gent ghent geraardsbergen germany gembloux
    hainaut halle hannut hasselt henegouwen herstal hoei huy ieper ixelles jette kempen knokke koekelberg koln kortrijk
    laken lanaken leuven liege lier lille limbourg limburg lokeren londres london louvain luik luttich luxembourg
    luxemburg maastricht malines malmedy mechelen mol molenbeek mons mouscron namen namur nederland netherlands
    niederlande ninove nivelles oostende ostende oudenaarde ottignies paris parijs pays bas roeselare roulers rotterdam
    schaerbeek schaarbeek seraing spa tournai turnhout uccle ukkel verviers vilvoorde vilvorde vlaanderen waasland
    wallonie wallonien wallonia waregem waremme waterloo wavre waver ypres zaventem zottegem
    """
)
# Colours, sizes, ages, directions, and of which place something is.
ADJECTIVES: frozenset[str] = _words(
    """
    alte ancien ancienne antwerpse beau belge belges belgian belgisch belgische belle beste blanc blanche blau blaue blauw
    blauwe bleu bleue brugse brusselse bruxellois bruxelloise deutsch deutsche est flamand flamande flemish francais
    francaise frei freie gentse grand grande grands great green groen groene groot grosse grote grun grune gute haut haute
    jeune jong jonge jung junge klein kleine libre little medical medicale medisch medische mooi mooie namurois namuroise
    nederlands nederlandse neu neue new nieuw nieuwe noir noire noord noorder nord north nouveau nouvel nouvelle oost ost
    oud oude ouest petit petite petits red rode rood rot rote rouge rouges sud sued sur vert verte vertes verts vieille
    vieux vlaams vlaamse vrij vrije wallon wallonne wallonische weiss weisse west wit witte young zuid zuider zwart zwarte
    """
)
# What alone tells neither an organisation nor a family from others.
COMMON: frozenset[str] = GENERIC | PLACES | ADJECTIVES
# Given names that are family names too: "MARTIN PEETERS" may be Martin of the family Peeters.
GIVEN_NAMES: frozenset[str] = _words(
    """
    aaron abdel abdou abel abraham achille adam adams adel adolf adolphe adriaan adrian adrien agnes ahmad ahmed
    aime alain alan albert alberto albrecht alex alexander alexandre alexis alfons alfonso alfred ali alix allan
    alois alonso alphonse amand amandine ambroise amir anders andre andrea andreas andree andrew andries anna anne
    anselm anselme anthony antoine anton antonio antonis antoon april aristide arlette armand arnaud arnold arnould
    arthur artur auguste augustin augustus aurelie axel ayoub aziz baptist baptiste barbara barbe barnabe bart barth
    bartholome bartholomeus basile bastiaan bastian bastien baudouin beatrice benedict benedikt benjamin benoit
    bernard bernd bernhard bert berthe bertin berto bertrand bilal blaise blanche bonaventure boris boudewijn brian
    brice brigitte bruno burkhard camille carl carlos carmen carol caroline casimir caspar catherine cathy cecile
    celestin cesar charles charlotte chris christiaan christian christine christophe claire clara claude claudius
    clemence clemens clement colette colin conrad constant constantin corneille cornelis cornelius cyrille dag
    damien daniel david denis denise dennis denys desire didier diederik dieter dimitri dirk dominik dominique
    donald donat dorothee driss eddy edgard edith edmond edmund edouard eduard edward edwin egbert egon elias elie
    eliot elisabeth elise ellen eloi eloy emil emile emmanuel engelbert erasme eric erich erik ernest ernst erwin
    etienne eugene eva evan evelyne evrard ewald fabian fabien fabrice faisal farid felicien felix ferdinand fernand
    fernando fidele filip firmin flora florence florent florentin floris frances francis francisco franck franco
    francois francoise frank franke franklin frans franz fred freddy frederic frederik friedrich fritz gabriel
    gabrielle gaspard gaston gauthier gautier geert geoffroy george georges gerald gerard gerardus gerhard germain
    germaine gerrit gertrude gervais ghislain gilbert gilles gino giovanni gisele godefroid gonzague gordon
    gottfried grace greg gregoire gregor gregory guido guilbert guillaume gunther gustaaf gustave guy habib hamid
    hamza hans harald harold harry hassan hector heinrich heinz helene hendrick hendrik henri henriette henrik henry
    herbert hercule heribert herman hermann herve hilaire hilda hippolyte horst hubert hugo hugues humbert hussein
    huybrecht ibrahim idriss ignace igor ingrid irene isaac isabelle isidore ismail ivan ivo jaak jacky jacob
    jacobus jacqueline jacques jacquet james jan jane jannes janus jasper jean jeanne jef jens jeremie jeroen jerome
    jesus jo joachim joan job jochen joel johan johann johannes john johnny jonas jonathan joost jordan jorge jorgen
    joris jos jose joseph josephine josse josue jozef juan judith jules julia julie julien juliette julius jurgen
    juste justin juul karel karim karin karl kaspar kasper katrien kerstin kevin khalid khalil klaas klaus koen
    konrad kris kristof kurt ladislas lambert lambrecht lars laurence laurent lazare lea leander lee leo leon
    leonard leonardo leone leonhard leonie leopold leslie lewis lieven lionel lode lodewijk loic lorenz lorenzo
    lothar lotte louis louise luc luca lucas luce lucien lucienne ludger ludo ludovic ludwig luis luiz lukas lutgard
    luther lydie maarten madeleine magda mahmoud malik manfred manuel marc marcel marcelle marcello marco marcus
    margot marguerite maria marian marianne marie mariette marijke marin marina marine mario marion marius mark
    markus marlene marthe martin martine martinus marvin mateo mathias mathieu mathijs mathilde mathis mathys matteo
    matthew matthias matthieu matthijs maurice maurits mauro max maxime maximilian mehdi melchior michael michel
    michele michelle michiel miguel mike milan mina mireille mohamed mohammed moise monique morgan morgane moritz
    morris moses mourad moussa mustafa myriam nadia nadine nasser nathalie nathan nelly nelson nestor nicaise
    nicholas nick nico nicola nicolas nicole niklaas niklas nils noel nora norbert norman nour octave odette odile
    odilon olga olivier omar omer oscar oskar osman oswald otmar otto pablo pascal pascale patrice patricia patrick
    paul paula paule paulin pauline paulo paulus pedro peeter perrine peter petrus philibert philip philippe
    philippus pierre pierrot piet pieter placide prosper quentin quinten quirin rachid rafael rainer ralf ralph
    ramon raoul raphael raul raymond regis reinhard reinhold reinier remi remy renaud rene renee reynaert richard
    rik rita robert roberte roberto robin robrecht roch rodolphe rodrigo rodrigue roel roger rogier roland rolf
    romain roman romeo rosa rosalie rose ruben rudi rudolf rudy rupert russel ruth ryan sabine sacha said salim
    salomon salvador salvatore sam sami samir samson samuel sander sandra santiago sara sarah saskia saul scott
    sebastian sebastien serge servais severin sidney siegfried sigmund silvain simeon simon simone sofie solange
    sonia sophie spencer stan stanislas stanley stefan stephan stephane stephanie stephen steven stijn suzanne sven
    sylvain sylvestre sylvie tanguy tarik taylor theo theobald theodor theodore theophile therese thibault thibaut
    thierry thijs thilo thomas tilman tim timothee titus tobias tom tony toussaint tristan udo ugo ulrich urbain
    ursula ursule vaast valentin valentine valere valerie vasco veerle veronique vic victor victoria viktor vincent
    vincenzo virginie vital vivian vladimir volker waldemar walter walther wauter wendy werner wilfried wilhelm
    willem william willy wim winand wolf wolfgang wouter xavier yann yannick yasmine youssef yvan yves yvette yvon
    yvonne zacharie zoe
    """
)
# What a public body calls itself, before the name of its place, which is many a family's and many an organisation's.
# Gathered by hand from names of Belgian municipalities, provinces, welfare centres and police zones.
PUBLIC_BODIES = _words(
    """
    city communal communale commune cpas deputation federale federaal fod gemeente gemeentebestuur gemeinde
    gemeindeverwaltung gewest kreis landkreis ministere ministerie ministerium municipalite municipality ocmw oshz politie
    politiezone provincial provinciaal provinciale provincie province provinz spf stad stadsbestuur stadt
    stadtverwaltung ville
    """
)
# Who pays with the money of clients, of whom they name none: notaries, lawyers, bailiffs, those who settle debts,
# estates and bankruptcies or run what others own, and the accounts they do it on. Their own name is no client's.
PROFESSIONALS = _words(
    """
    administrateur administratrice advocaat advocaten advocatenkantoor advocate advokat anderkonto anwalt anwaltin
    anwaltskanzlei avocat avocate avocats bailiff barrister bemiddelaar betreuer betreuerin bewindvoerder bewindvoering
    curatele curateur curator curatoren curatrice deurwaarder deurwaarders derdengelden derdenrekening dettes
    faillissement faillite fiduciaire gerechtsdeurwaarder gerechtsdeurwaarders gerichtsvollzieher huissier huissiers
    insolvenz insolvenzverwalter insolvenzverwalterin insolvency kanzlei konkurs konkursverwalter lawyer lawyers
    liquidateur liquidator mediateur mediatrice notaire notaires notar notare notariaat notariat notarin notaris
    notarissen notary rechtsanwalt rechtsanwalte rechtsanwaltin receiver schuldbemiddelaar schuldbemiddeling
    schuldnerberatung sequestre solicitor solicitors syndic syndicus tiers treuhand treuhander treuhandkonto trustee
    vereffenaar voogd zwangsverwalter
    """
)
# What a business calls itself by its trade: where one stands, the name behind "de la" is a place, a river or a street.
TRADES = _words(
    """
    apotheek apotheke assurances auberge backerei bakkerij begrafenissen bestattung bestattungen bloemen boekhandel
    boucherie boulangerie boutique bouw bouwbedrijf brasserie brauerei brouwerij buchhandlung cafe camping chateau
    cinema clinique coiffure construction constructions creche domaine druckerei drukkerij epicerie ferme fleuriste
    friterie frituur galerie garage gasthaus gasthof gite herberg hopital hotel imprimerie jardinerie kasteel
    kinderdagverblijf kliniek klinik krankenhaus librairie magasin metzgerei moulin pepiniere pharmacie residence
    residentie restaurant salon schloss slagerij taverne taxi taxis theater theatre traiteur transport transports
    tuincentrum uitvaart versicherung verzekeringen winkel woonzorgcentrum ziekenhuis
    """
)
# What only a firm, a society or an institution has in its name.
PLAINLY_FIRMS: frozenset[str] = frozenset().union(*LEGAL_FORMS.values()) | TRADES | GENERIC
