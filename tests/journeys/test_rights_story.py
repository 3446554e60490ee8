"""What protects people, in the browser: an administrator asks for a protected member; one's data, and being forgotten."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

from commonweal.membership.models import ExitRequest, Guardianship
from commonweal.people.models import Account, Person
from commonweal.people.queries import consents_of
from commonweal.people.rules import Purpose
from tests import factories as make
from tests.journeys.conftest import PASSWORD, press
from tests.journeys.steps import fill, fill_day, plain
from tests.journeys.walks import Walk

SECRETARY, MEMBER, ADMINISTRATOR = "secretary@example.org", "nel@example.org", "tom@example.org"
NOT_HERE = {
    "fr": "Ce sociétaire a un administrateur",
    "nl": "Deze vennoot heeft een bewindvoerder",
    "de": "Dieses Mitglied hat einen Betreuer",
    "en": "This member has an administrator",
}
THEIRS = {
    "fr": "C’est l’administrateur qui retire cette demande",
    "nl": "De bewindvoerder neemt deze aanvraag terug",
    "de": "Der Betreuer nimmt diesen Antrag zurück",
    "en": "The administrator takes this request back",
}


def test_an_administrator_asks_for_a_protected_member(
    world: None,
    walk: Walk,
    sign_in: Callable[..., None],
) -> None:
    make.shares(make.member(), 100)
    nel, tom = (
        make.person("Nel", "Maes", email=MEMBER),
        make.person("Tom", "Voogd", email=ADMINISTRATOR),
    )
    member = make.member(nel, joined_on=date(2019, 1, 1))
    make.shares(member, 10)
    for person in (nel, tom, make.staff("secretary", email=SECRETARY)):
        make.account(person, PASSWORD)
    page, language = walk.open_page(), walk.language

    sign_in(page, SECRETARY, language)
    page.goto(f"/{language}/members/register/{member.number}/")
    press(page, "main a[href$='/administrator/']")
    fill(page, administrator=ADMINISTRATOR, document="ordonnance")
    fill_day(page, "starts_on", date(2026, 2, 1))
    press(page)
    page.wait_for_url(f"**/register/{member.number}/")
    assert Guardianship.objects.get().administrator == tom

    sign_in(page, MEMBER, language)
    page.goto(f"/{language}/members/shares/")
    press(page, "main a[href$='/shares/leave/']")
    assert NOT_HERE[language] in plain(page)
    assert page.locator("main form").count() == 0
    walk.look(page)

    sign_in(page, ADMINISTRATOR, language)
    assert "Nel Maes" in plain(page)
    press(page, f"main a[href$='/{member.number}/leave/']")
    press(page)
    press(page, "main button[name=checked]")
    request = ExitRequest.objects.get()
    assert (request.member, request.state) == (member, "waiting")

    sign_in(page, MEMBER, language)
    page.goto(f"/{language}/members/shares/leave/")
    assert THEIRS[language] in plain(page)
    assert page.locator("main a[href$='/leave/back/']").count() == 0


def test_somebody_agrees_takes_it_back_takes_a_copy_and_is_forgotten(
    world: None,
    walk: Walk,
    sign_in: Callable[..., None],
) -> None:
    jeanne = make.person("Jeanne", "Delvaux", email="jeanne@example.org", phone="0470 12 34 56")
    make.account(jeanne, PASSWORD)
    page, language = walk.open_page(), walk.language
    sign_in(page, "jeanne@example.org", language)
    press(page, "main a[href$='/me/data/']")
    boxes = page.locator("main input[name=purposes]")
    assert [boxes.nth(place).is_checked() for place in range(boxes.count())] == [False] * 3
    for purpose in ("news", "surveys"):
        page.locator(f"main input[name=purposes][value={purpose}]").check()
    press(page)
    assert set(consents_of(jeanne)) == {Purpose.NEWS, Purpose.SURVEYS}
    walk.look(page)
    page.locator("main input[name=purposes][value=surveys]").uncheck()
    press(page)
    assert set(consents_of(jeanne)) == {Purpose.NEWS}

    with page.expect_download() as taken:
        page.locator("main a[href$='/data/copy/']").click()
    copy = json.loads(taken.value.path().read_text("utf-8"))
    for known in ("Delvaux", "jeanne@example.org", "0470 12 34 56"):
        assert known in json.dumps(copy, ensure_ascii=False)

    press(page, "main a[href$='/data/forget/']")
    press(page)
    page.wait_for_url(f"**/{language}/")
    walk.look(page)
    kept = Person.objects.get(pk=jeanne.pk)
    assert (kept.email, kept.phone) == ("", "")
    assert "Delvaux" not in str(kept)
    assert not Account.objects.filter(email="jeanne@example.org").exists()
    page.goto(f"/{language}/me/")
    assert "/account/login/" in page.url
