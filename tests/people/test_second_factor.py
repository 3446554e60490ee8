"""Staff sign in with a second factor: set up at the first log-in, asked for at each, taken off by two administrators."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.core.checks import run_checks
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client

from commonweal.kernel.decision import NotAllowed
from commonweal.people import actions
from commonweal.people.access import may, roles_of, session_looked_at
from commonweal.people.models import Account, Event, JointAct, Message, Session
from commonweal.people.rules import Act, JointKind, published
from commonweal.portal.views import me
from tests import factories as make
from tests.clock import Clock
from tests.sign_in import account_of, signed_in

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"


@pytest.fixture(autouse=True)
def _no_limits_left_over() -> None:
    cache.clear()


def code_of(secret: str) -> str:
    return totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))


def log_in(email: str, password: str = PASSWORD) -> tuple[Client, Any]:
    client = Client()
    return client, client.post("/en/account/login/", {"login": email, "password": password})


def enrolled(client: Client, language: str = "en") -> str:
    """Sets an app up as a person would, without JavaScript; gives its secret."""
    page = client.get(f"/{language}/account/security/totp/activate/").content.decode()
    secret = re.search(r'class="secret">([A-Z2-7]{32})<', page)
    assert secret, page
    answer = client.post(f"/{language}/account/security/totp/activate/", {"code": code_of(secret[1])})
    assert answer.status_code == 302
    return secret[1]


@pytest.fixture
def secretary() -> Any:
    person = make.staff("secretary", email="sec@example.org")
    make.account(person)
    return person


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_staff_are_led_to_set_one_up_and_reach_the_desk_only_then(secretary: Any, language: str) -> None:
    client = Client()
    entered = client.post(f"/{language}/account/login/", {"login": "sec@example.org", "password": PASSWORD})
    assert entered["Location"] == f"/{language}/me/second-factor/"
    for page in ("desk/", "desk/members/", "members/register/"):
        assert client.get(f"/{language}/{page}")["Location"].startswith(f"/{language}/me/second-factor/"), (
            page
        )
    assert client.get(f"/{language}/me/").status_code == 200, "their own pages stay theirs"
    assert f"/{language}/account/security/totp/activate/" in client.get(entered["Location"]).content.decode()
    enrolled(client, language)
    assert client.get(f"/{language}/account/security/recovery-codes/").status_code == 200
    assert client.get(f"/{language}/desk/").status_code == 200


def test_the_next_log_in_asks_for_the_code(secretary: Any) -> None:
    client, _answer = log_in("sec@example.org")
    secret = enrolled(client)
    cache.clear()
    again, answer = log_in("sec@example.org")
    assert answer["Location"] == "/en/account/security/authenticate/"
    assert again.get("/en/me/").status_code == 302
    assert again.post(answer["Location"], {"code": "000000"}).status_code == 200
    assert again.post(answer["Location"], {"code": code_of(secret)})["Location"] == "/en/me/"
    assert again.get("/en/desk/").status_code == 200


def test_a_code_by_mail_alone_opens_no_desk(secretary: Any, mailoutbox: list[Any]) -> None:
    client = Client()
    client.post("/en/account/login/code/", {"email": "sec@example.org"})
    code = re.search(r"\b([A-Z0-9]{3,4}-[A-Z0-9]{3,4})\b", mailoutbox[-1].body)
    assert code
    client.post("/en/account/login/code/confirm/", {"code": code[1]})
    assert "_auth_user_id" in client.session
    assert client.get("/en/desk/")["Location"].startswith("/en/me/second-factor/")


def test_without_it_no_page_and_no_action_knows_a_role(
    secretary: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The roles themselves wait, so a page that forgets to ask is closed as well, also one that reads the person anew."""
    seen: list[frozenset[str]] = []
    page = me.render

    def spied(request: Any, *args: Any) -> Any:
        anew = make.Person.objects.get(pk=secretary.pk)
        seen.extend(roles_of(each, make.NOW.date()) for each in (request.user.person, anew))
        seen.append(roles_of(other, make.NOW.date()))
        return page(request, *args)

    other = make.staff("finance")
    monkeypatch.setattr(me, "render", spied)
    signed_in(secretary, factor=False).get("/en/me/")
    assert seen == [frozenset(), frozenset(), {"finance"}]
    seen.clear()
    signed_in(secretary).get("/en/me/")
    assert seen == [{"secretary"}, {"secretary"}, {"finance"}]
    assert roles_of(make.Person.objects.get(pk=secretary.pk), make.NOW.date()) == {"secretary"}, "in a job"


def test_roles_wait_in_no_page_that_looks_at_the_account_alone(secretary: Any) -> None:
    client = signed_in(secretary, factor=False)
    request = client.get("/en/me/").wsgi_request
    with session_looked_at(request):
        anew = make.Person.objects.get(pk=secretary.pk)
        assert roles_of(anew, make.NOW.date()) == frozenset()
        assert not may(anew, Act.KEEP_REGISTER, make.NOW.date())
    assert roles_of(anew, make.NOW.date()) == {"secretary"}


def test_members_choose_it_or_not() -> None:
    make.account(make.member().person)
    person = make.person(email="ada@example.org")
    make.account(person)
    client, answer = log_in("ada@example.org")
    assert answer["Location"] == "/en/me/"
    assert client.get("/en/desk/").status_code == 403


def test_who_is_appointed_while_signed_in_is_asked_before_the_desk(secretary: Any) -> None:
    who = make.person()
    client = signed_in(who, factor=False)
    make.role(who, "counter")
    assert client.get("/en/desk/")["Location"].startswith("/en/me/second-factor/")
    assert "/en/desk/" in client.get("/en/me/").content.decode(), "their page says so"


def test_a_form_sent_from_a_session_without_it_is_sent_again_after_it(clock: Clock) -> None:
    boss = make.staff("administrator")
    make.account(make.person("Jo", "Peeters", email="jo@example.org"))
    totp.TOTP.activate(account_of(boss), "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    client = signed_in(boss, factor=False)
    asked = client.post("/en/desk/staff/", {"email": "jo@example.org", "role": "counter", "why": "x"})
    assert asked["Location"].startswith("/en/account/security/reauthenticate/")
    back = parse_qs(urlsplit(asked["Location"]).query)["next"][0]
    shown = client.post(
        asked["Location"], {"code": code_of("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"), "next": back}
    )
    assert client.get(shown["Location"]).status_code == 302
    assert JointAct.objects.get().person.email == "jo@example.org", "nothing typed was lost"


def test_staff_keep_their_last_factor_members_do_not(secretary: Any) -> None:
    client, _answer = log_in("sec@example.org")
    enrolled(client)
    client.post("/en/account/security/totp/deactivate/")
    assert Authenticator.objects.filter(type="totp").count() == 1
    member = make.person(email="ada@example.org")
    make.account(member)
    other, _entered = log_in("ada@example.org")
    enrolled(other)
    other.post("/en/account/security/totp/deactivate/")
    assert not Authenticator.objects.filter(user__person=member).exists()


def test_spare_codes_open_once(secretary: Any) -> None:
    client, _answer = log_in("sec@example.org")
    enrolled(client)
    page = client.get("/en/account/security/recovery-codes/").content.decode()
    spare = re.findall(r"<code>(\d{8})</code>", page)
    assert len(spare) == 10
    for times in range(2):
        cache.clear()
        again, answer = log_in("sec@example.org")
        entered = again.post(answer["Location"], {"code": spare[3]})
        assert entered.status_code == (302 if not times else 200)


@pytest.fixture
def lost(secretary: Any) -> Iterator[Any]:
    """A secretary who lost her phone, and two administrators."""
    totp.TOTP.activate(account_of(secretary), totp.generate_totp_secret())
    first, second = make.staff("administrator"), make.staff("administrator")
    return secretary, first, second


def test_what_an_administrator_may_not_do_with_an_account_is_said_on_its_page(lost: Any) -> None:
    secretary, first, _second = lost
    client, nameless = signed_in(first), Account.objects.create(email="new@example.org")
    base = f"/en/desk/accounts/{account_of(secretary).pk}/"
    assert client.get(f"{base}rename/").status_code == 404
    assert client.get("/en/desk/accounts/999999/close/").status_code == 404
    page = client.post(f"/en/desk/accounts/{nameless.pk}/ask-reset/", {"why": "called her back"})
    assert "This account has told no name yet." in page.content.decode()
    assert "called her back" in page.content.decode(), "nothing typed is lost"
    own = f"/en/desk/accounts/{account_of(first).pk}/close/"
    page = client.post(own, {"why": "leaving"})
    assert page.status_code == 200
    assert "leaving" in page.content.decode()


def test_an_account_is_opened_again_without_a_reason(lost: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    secretary, first, _second = lost
    account, client = account_of(secretary), signed_in(first)
    base = f"/en/desk/accounts/{account.pk}/"
    client.post(f"{base}close/", {"why": "her telephone was stolen"})
    account.refresh_from_db()
    assert account.blocked_at is not None

    def refuse(**_given: Any) -> None:
        raise actions.AccountRefused("Not now.", code="not_now")

    with monkeypatch.context() as patch:
        patch.setattr("commonweal.people.actions.open_account_again", refuse)
        answer = client.post(f"{base}open/", follow=True)
    assert "Not now." in answer.content.decode()
    assert answer.request["PATH_INFO"] == base
    client.post(f"{base}open/")
    account.refresh_from_db()
    assert account.blocked_at is None


def test_two_administrators_let_someone_start_again(
    lost: Any, run_jobs: Callable[[], int], mailoutbox: list[Any]
) -> None:
    secretary, first, second = lost
    account, device = account_of(secretary), signed_in(secretary)
    base = f"/en/desk/accounts/{account.pk}/"
    found = signed_in(first).post("/en/desk/accounts/", {"email": "SEC@example.org"})
    assert found["Location"] == base
    assert signed_in(first).post(f"{base}ask-reset/", {"why": " "}).status_code == 200, (
        "a reason is asked for"
    )
    signed_in(first).post(f"{base}ask-reset/", {"why": "came to the counter with her card"})
    page = f"/en/desk/requests/{JointAct.objects.get().pk}/"
    for address in (base, "/en/desk/accounts/", "/en/desk/staff/"):
        assert page in signed_in(second).get(address).content.decode(), "it is seen to wait"
    assert "/en/desk/accounts/" in signed_in(second).get("/en/desk/").content.decode()
    assert "came to the counter with her card" in signed_in(second).get(page).content.decode()
    signed_in(first).post(page, {"checked": "on"})
    assert Authenticator.objects.filter(user=account).exists(), "not by who asked for it"
    assert "looked for yourself" in signed_in(second).post(page).content.decode()
    assert Authenticator.objects.filter(user=account).exists(), "not without having looked"
    signed_in(second).post(page, {"checked": "on"})
    assert not Authenticator.objects.filter(user=account).exists()
    assert device.get("/en/me/").status_code == 302, "signed out everywhere"
    run_jobs()
    told = set(Message.objects.filter(person=secretary).values_list("event__name", flat=True))
    assert told >= {"JointActAsked", "FactorsReset"}
    assert {each.person for each in Message.objects.filter(event__name="JointActAsked")} == {
        secretary,
        second,
    }
    reset = Message.objects.get(event__name="FactorsReset", person=first)
    assert str(first) in reset.body
    assert str(second) in reset.body
    events = Event.objects.filter(subject=f"account:{account.pk}").order_by("pk").values_list("name", "by")
    assert list(events)[-2:] == [("JointActAsked", first.pk), ("FactorsReset", second.pk)]
    _client, answer = log_in("sec@example.org")
    assert answer["Location"] == "/en/me/second-factor/"


def ask_off(who: Any, by: Any, why: str = "lost") -> JointAct:
    return actions.ask_jointly(kind=JointKind.FACTORS_OFF, person=who, why=why, by=by, now=make.NOW)


def test_nobody_asks_or_confirms_for_themselves_and_a_request_can_be_dropped(lost: Any) -> None:
    secretary, first, second = lost
    make.account(first), totp.TOTP.activate(account_of(first), totp.generate_totp_secret())
    with pytest.raises(actions.JointRefused):
        ask_off(first, first)
    asked = ask_off(first, second)
    for by in (first, second):
        with pytest.raises(actions.JointRefused):
            actions.confirm_jointly(act=asked, by=by, now=make.NOW)
    for by in (secretary, make.person()):
        with pytest.raises(NotAllowed):
            actions.confirm_jointly(act=asked, by=by, now=make.NOW)
    assert ask_off(first, second, "again") == asked
    signed_in(first).post(f"/en/desk/requests/{asked.pk}/", {"drop": "yes"})
    third = make.staff("administrator")
    for settle in (actions.confirm_jointly, actions.drop_jointly):
        with pytest.raises(actions.JointRefused, match="no longer waits"):
            settle(act=asked, by=third, now=make.NOW)
    assert Authenticator.objects.filter(user=account_of(first)).exists()


def test_the_database_lets_no_one_person_do_both(lost: Any) -> None:
    secretary, first, second = lost
    row = {
        "kind": JointKind.FACTORS_OFF,
        "person": secretary,
        "why": "x",
        "asked_by": first,
        "asked_at": make.NOW,
    }
    for wrong in (
        {"asked_by": secretary},
        {"asked_by": make.person()},
        {"confirmed_by": first, "confirmed_at": make.NOW},
        {"confirmed_by": second, "confirmed_at": make.NOW},
        {"confirmed_at": make.NOW},
        {"role": "counter"},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            JointAct.objects.create(**{**row, **wrong})
    asked = JointAct.objects.create(**row)
    rows = JointAct.objects.filter(pk=asked.pk)
    for change in (
        {"asked_by": second},
        {"why": "y"},
        {"kind": JointKind.CLOSE},
        {"confirmed_by": first, "confirmed_at": make.NOW},
        {"confirmed_by": make.person(), "confirmed_at": make.NOW},
        {"asked_by": second, "confirmed_by": first, "confirmed_at": make.NOW},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
    rows.update(confirmed_by=second, confirmed_at=make.NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(confirmed_by=make.person())


def test_another_phone_takes_the_place_of_the_one_that_is_still_there(
    secretary: Any, run_jobs: Callable[[], int]
) -> None:
    client, _answer = log_in("sec@example.org")
    old = enrolled(client)
    elsewhere = signed_in(secretary)
    assert "/en/me/second-factor/replace/" in client.get("/en/account/security/").content.decode()
    assert "totp/deactivate" not in client.get("/en/account/security/").content.decode(), "staff keep one"
    page = client.get("/en/me/second-factor/replace/").content.decode()
    new = re.search(r'class="secret">([A-Z2-7]{32})<', page)
    assert new
    assert new[1] != old
    assert client.post("/en/me/second-factor/replace/", {"code": "000000"}).status_code == 200
    assert client.post("/en/me/second-factor/replace/", {"code": code_of(new[1])}).status_code == 302
    assert client.get("/en/desk/").status_code == 200
    assert elsewhere.get("/en/desk/").status_code == 302, "the phone that went is signed out"
    cache.clear()
    again, answer = log_in("sec@example.org")
    assert again.post(answer["Location"], {"code": code_of(old)}).status_code == 200
    assert again.post(answer["Location"], {"code": code_of(new[1])}).status_code == 302
    run_jobs()
    assert Message.objects.filter(event__name="FactorReplaced", person=secretary).exists()


def test_another_phone_is_set_up_only_by_who_shows_the_old_one(clock: Clock) -> None:
    boss = make.staff("administrator")
    totp.TOTP.activate(account_of(boss), totp.generate_totp_secret())
    client = signed_in(boss)
    away(client, clock)
    for answer in (
        client.get("/en/me/second-factor/replace/"),
        client.post("/en/me/second-factor/replace/", {"code": "123456"}),
    ):
        assert answer["Location"].startswith("/en/account/security/reauthenticate/")
    member = signed_in(make.person())
    assert member.get("/en/me/second-factor/replace/")["Location"].endswith("/totp/activate/")


def demo_account(role: str = "secretary") -> Any:
    person = make.staff(role, email=f"{role}@demo.example")
    account = make.account(person, published.PASSWORD)
    totp.TOTP.activate(account, published.TOTP_SECRET)
    return account


def test_what_the_demo_prints_opens_the_demo(settings: Any) -> None:
    settings.DEMO = True
    demo_account()
    client, answer = log_in("secretary@demo.example", published.PASSWORD)
    page = client.get(answer["Location"]).content.decode()
    shown = re.search(r"shows (\d{6}) now", page)
    assert shown, page
    assert client.post(answer["Location"], {"code": shown[1]}).status_code == 302
    assert client.get("/en/desk/").status_code == 200


def test_what_the_demo_prints_opens_nothing_else(settings: Any) -> None:
    settings.DEMO = False
    account = demo_account()
    client, answer = log_in("secretary@demo.example", published.PASSWORD)
    assert answer.status_code == 200
    assert "printed in the instructions of the demo" in answer.content.decode()
    account.set_password(PASSWORD)
    account.save()
    cache.clear()
    client, answer = log_in("secretary@demo.example")
    page = client.get(answer["Location"]).content.decode()
    assert "demo" not in page.lower().replace("secretary@demo.example", "")
    answer = client.post(answer["Location"], {"code": code_of(published.TOTP_SECRET)})
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_nobody_chooses_the_password_of_the_demo() -> None:
    answer = Client().post("/en/account/signup/", {"email": "a@example.org", "password1": published.PASSWORD})
    assert "printed in the instructions of the demo" in answer.content.decode()


def test_the_checks_before_going_live_refuse_the_demo(settings: Any) -> None:
    def found(**how: Any) -> set[str]:
        return {each.id for each in run_checks(**how) if each.id and each.id.startswith("commonweal")}

    settings.DEMO = True
    assert found(include_deployment_checks=True) == {"commonweal.E001"}
    settings.DEMO = False
    assert found(include_deployment_checks=True, databases=["default"]) == set()
    demo_account()
    assert found(databases=["default"]) == {"commonweal.E002"}
    settings.DEMO = True
    assert found(databases=["default"]) == set()


def test_staff_who_were_away_show_it_again_and_lose_nothing_typed(clock: Clock) -> None:
    boss = make.staff("administrator")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(account_of(boss), secret)
    client = signed_in(boss)
    session = client.session
    session["seen"] = make.NOW.timestamp()
    session.save()
    assert client.get("/en/desk/").status_code == 200
    clock.forward(minutes=29)
    assert client.get("/en/desk/").status_code == 200
    clock.forward(minutes=31)
    wrong = {"email": "nobody@example.org", "role": "counter"}
    asked = client.post("/en/desk/accounts/", wrong)
    assert asked["Location"].startswith("/en/account/security/reauthenticate/")
    assert client.get("/en/me/").status_code == 200
    back = parse_qs(urlsplit(asked["Location"]).query)["next"][0]
    shown = client.post(asked["Location"], {"code": code_of(secret), "next": back})
    page = client.get(shown["Location"])
    assert 'value="nobody@example.org"' in page.content.decode(), "refused, with all that was typed"
    assert page.request["PATH_INFO"] == "/en/desk/accounts/", "and corrected where it belongs"
    assert client.get("/en/desk/").status_code == 200


def test_who_was_away_before_a_first_factor_sets_it_up_and_goes_on_where_they_were(clock: Clock) -> None:
    """Password once, the app once, then the page wanted, with the form that was sent."""
    boss = make.staff("administrator", email="boss@example.org")
    make.account(boss)
    make.account(make.person("Jo", "Peeters", email="jo@example.org"))
    client, _answer = log_in("boss@example.org")
    client.get("/en/me/")
    clock.forward(hours=2)
    sent = {"email": "jo@example.org", "role": "counter", "why": "on Monday"}
    asked = client.post("/en/desk/staff/", sent)
    assert asked["Location"].startswith("/en/me/second-factor/?next=")
    assert client.get(asked["Location"]).status_code == 200
    password = client.get("/en/account/security/totp/activate/")
    assert password["Location"].startswith("/en/account/reauthenticate/")
    back = client.post(
        password["Location"],
        {"password": PASSWORD, "next": parse_qs(urlsplit(password["Location"]).query)["next"][0]},
    )
    assert back["Location"] == "/en/account/security/totp/activate/"
    clock.forward(minutes=10)
    enrolled(client)
    codes = client.get("/en/account/security/recovery-codes/").content.decode()
    onward = re.search(r'href="(/en/desk/staff/[^"]*)"', codes)
    assert onward, "the button leads where they were"
    assert not JointAct.objects.exists()
    assert client.get(onward[1]).status_code == 302
    assert JointAct.objects.get().why == "on Monday"
    codes = client.get("/en/account/security/recovery-codes/").content.decode()
    assert 'href="/en/desk/"' in codes, "and is forgotten then"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:x"])
def test_no_page_elsewhere_is_wanted(secretary: Any, elsewhere: str) -> None:
    client, _answer = log_in("sec@example.org")
    enrolled(client)
    page = client.get("/en/me/second-factor/", {"next": elsewhere}).content.decode()
    assert not re.search(r'href="(https:|javascript:|//)', page.partition("<main")[2].partition("</main")[0])


def away(client: Client, clock: Clock) -> None:
    """A session in which its owner was last seen hours ago."""
    session = client.session
    session["seen"] = clock.moment.timestamp()
    session.save()
    clock.forward(hours=9)


def test_a_desk_left_alone_opens_neither_with_a_password_nor_by_itself(clock: Clock) -> None:
    administrator = make.staff("administrator")
    totp.TOTP.activate(account_of(administrator), totp.generate_totp_secret())
    client = signed_in(administrator)
    away(client, clock)
    for address in (
        "/en/account/security/recovery-codes/",
        "/en/account/security/recovery-codes/generate/",
        "/en/account/security/totp/deactivate/",
        "/en/account/security/webauthn/add/",
        "/en/me/keys/",
        "/en/desk/staff/",
    ):
        answer = client.get(address)
        assert answer.status_code in (302, 404), address
        assert "/security/reauthenticate/" in answer.get("Location", "/security/reauthenticate/"), address
    password = client.post("/en/account/reauthenticate/", {"password": PASSWORD})
    assert password["Location"].startswith("/en/account/security/reauthenticate/")
    assert client.get("/en/account/security/recovery-codes/").status_code != 200
    assert client.get("/en/desk/").status_code == 302


def test_a_session_from_before_the_factor_ends_and_a_password_proves_no_more(
    django_capture_on_commit_callbacks: Any,
) -> None:
    administrator = make.staff("administrator", email="boss@example.org")
    account = make.account(administrator, PASSWORD)
    before, own = Client(), Client()
    for each in (before, own):
        each.post("/en/account/login/", {"login": "boss@example.org", "password": PASSWORD})
    with django_capture_on_commit_callbacks(execute=True):
        enrolled(own)
    assert Authenticator.objects.filter(user=account).exists()
    assert before.get("/en/me/")["Location"].startswith("/en/account/login/")
    assert own.get("/en/desk/").status_code == 200


def test_what_was_chosen_in_a_vote_lies_in_no_session(clock: Clock) -> None:
    counter = make.staff("counter")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(account_of(counter), secret)
    ballot, _sheets = make.open_ballot()
    client = signed_in(counter)
    away(client, clock)
    asked = client.post(f"/en/ballots/{ballot.pk}/paper/first/", {"number": "1", "choices": "1:1 3:1"})
    assert "/security/reauthenticate/" in asked["Location"]
    kept = json.dumps(dict(client.session.items()))
    assert "choices" not in kept
    assert "3:1" not in unquote_plus(kept)
    back = parse_qs(urlsplit(asked["Location"]).query)["next"][0]
    shown = client.post(asked["Location"], {"code": code_of(secret), "next": back})
    assert "please do it once more" in client.get(shown["Location"]).content.decode(), (
        "it is not lost in silence"
    )


def test_a_file_is_asked_for_once_more(clock: Clock) -> None:
    finance = make.staff("finance")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(account_of(finance), secret)
    client = signed_in(finance)
    away(client, clock)
    asked = client.post("/en/members/payments/", {"file": SimpleUploadedFile("a.cod", b"x")})
    back = parse_qs(urlsplit(asked["Location"]).query)["next"][0]
    shown = client.post(asked["Location"], {"code": code_of(secret), "next": back})
    assert "choose the file once more" in client.get(shown["Location"]).content.decode()


def test_members_are_not_asked_again_for_having_been_away(clock: Clock) -> None:
    client = signed_in(make.person(), factor=False)
    client.get("/en/me/")
    clock.forward(days=13)
    assert client.get("/en/me/").status_code == 200
    assert Session.objects.get().seen_at == clock()
