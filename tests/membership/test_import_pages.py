"""The pages for sheets: upload, problems by row and column, bring in, throw away; who may, and in four languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from commonweal.membership.actions import imports
from commonweal.membership.models import Import
from tests import factories as make
from tests.csv_reading import cells_of
from tests.portal.steps import LANGUAGES, queries_of, signed_in, text_of

pytestmark = pytest.mark.django_db
HOME = "/en/members/register/imports/"
HEAD = "reference,number,kind,share_class,count,amount,effective_on\n"


@pytest.fixture
def secretary() -> Client:
    return signed_in(make.staff("secretary"))


def told(answer: HttpResponse) -> str:
    """What an answer says, with single spaces."""
    return " ".join(answer.content.decode().split())


def sent(client: Client, rows: str, kind: str = "movements") -> Import:
    file = SimpleUploadedFile("old.csv", (HEAD + rows).encode())
    answer = client.post(HOME, {"kind": kind, "file": file})
    assert answer.status_code == 302, told(answer)
    return Import.objects.latest("pk")


def test_a_sheet_is_checked_brought_in_and_forgotten(secretary: Client, run_jobs: Callable[[], int]) -> None:
    member = make.member()
    made = sent(secretary, f"1,{member.number},subscription,A,3,150,2020-06-01\n")
    page = f"{HOME}{made.pk}/"
    assert "being checked" in text_of(secretary, page)
    run_jobs()
    shown = text_of(secretary, page)
    assert "Nothing is wrong" in shown
    assert "One new row would come in" in shown
    shown = told(secretary.post(f"{page}move/", {"move": "load"}, follow=True))
    assert "You can leave this page" in shown
    assert "0 of 1 rows are through" in shown
    run_jobs()
    assert "All rows are in" in text_of(secretary, page)
    assert "old.csv" in text_of(secretary, HOME)
    shown = told(secretary.post(f"{page}move/", {"move": "load"}, follow=True))
    assert "This can no longer be done" in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_problems_are_told_by_row_and_column(
    secretary: Client, run_jobs: Callable[[], int], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "PROBLEMS_MAX", 2)
    made = sent(secretary, "1,999,subscription,A,3,150,2020-06-01\n2,1,gift,A,3,x,2020-06-01\n")
    run_jobs()
    address = f"/{language}/members/register/imports/{made.pk}/"
    assert queries_of(secretary, address) <= 9
    shown = text_of(secretary, address)
    assert {"en": "No member bears this number", "fr": "Aucun", "nl": "Geen", "de": "Kein"}[language] in shown
    assert "number" in shown
    assert "kind" in shown
    assert (made.refresh_from_db(), made.problem_count)[1] == 3


def test_a_sheet_can_be_thrown_away(secretary: Client, run_jobs: Callable[[], int]) -> None:
    made = sent(secretary, "")
    run_jobs()
    shown = told(secretary.post(f"{HOME}{made.pk}/move/", {"move": "discard"}, follow=True))
    assert "thrown away" in shown
    assert Import.objects.get().content is None


def test_a_stopped_sheet_says_why(secretary: Client, run_jobs: Callable[[], int]) -> None:
    member = make.member()
    made = sent(secretary, f"1,{member.number},subscription,A,60,3000,2020-06-01\n")
    run_jobs()
    make.shares(member, 60)
    secretary.post(f"{HOME}{made.pk}/move/", {"move": "load"})
    run_jobs()
    shown = text_of(secretary, f"{HOME}{made.pk}/")
    assert "It stopped half-way" in shown
    assert "more than is allowed" in shown


def test_a_file_too_large_is_refused_beside_its_field(
    secretary: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "UPLOAD_MAX", 10)
    file = SimpleUploadedFile("old.csv", b"x" * 20)
    shown = told(secretary.post(HOME, {"kind": "members", "file": file}))
    assert "Ask the operator" in shown
    assert not Import.objects.exists()


def test_an_empty_sheet_to_fill_in_has_all_columns(secretary: Client) -> None:
    answer = secretary.get(f"{HOME}template/members/")
    assert cells_of(answer)[0][:3] == ["number", "given_name", "family_name"]
    assert secretary.get(f"{HOME}template/secrets/").status_code == 404


def test_nobody_else_comes_near(secretary: Client, run_jobs: Callable[[], int]) -> None:
    made = sent(secretary, "")
    other = signed_in(make.staff("counter"))
    for address in (HOME, f"{HOME}{made.pk}/", f"{HOME}template/members/"):
        assert other.get(address).status_code == 403
    assert other.post(f"{HOME}{made.pk}/move/", {"move": "discard"}).status_code == 403
    assert secretary.get(f"{HOME}999/").status_code == 404
