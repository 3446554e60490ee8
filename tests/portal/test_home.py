"""The home page and what browsers ask for by themselves."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from tests import factories as make
from tests.portal.steps import LANGUAGES, decided_call, queries_of, signed_in, text_of


@pytest.mark.parametrize("language", LANGUAGES)
def test_home_and_help_answer_in_every_language(db: None, client: Client, language: str) -> None:
    decided_call(make.staff("adviser"))
    make.call()
    for page in ("", "help/"):
        assert f'<html lang="{language}"' in text_of(client, f"/{language}/{page}")


def test_home_of_an_empty_site_still_has_three_doors_and_a_way_on(db: None, client: Client) -> None:
    page = text_of(client, "/en/")
    assert page.count('class="door"') == 3
    assert "No call is open at this moment." in page
    assert "What members decided last" not in page
    assert settings.SITE["phone"] in page


def test_home_says_what_is_open_and_for_how_long(db: None, client: Client) -> None:
    call = make.call()
    page = text_of(client, "/en/")
    assert f"/en/calls/{call.slug}/" in page
    assert "ten days left" in page


def test_home_leaves_out_calls_in_preparation(db: None, client: Client) -> None:
    call = make.call(announced=False)
    assert call.slug not in text_of(client, "/en/")


def test_home_tells_the_newest_published_result(db: None, client: Client) -> None:
    call = decided_call(make.staff("adviser"))
    page = text_of(client, "/en/")
    assert "1 of 2 projects is carried; for 3 of 3 members who voted, at least one" in page
    carried = call.dossiers.get(state="funded")
    assert f"/en/projects/{carried.pk}/" in page
    assert "/result/" in page


def test_home_shows_no_result_before_it_is_published(db: None, client: Client) -> None:
    make.open_ballot()
    assert "What members decided last" not in text_of(client, "/en/")


def test_the_map_lists_projects_beside_the_drawing(db: None, client: Client) -> None:
    adviser, call = make.staff("adviser"), make.call()
    for number in range(3):
        make.admitted(call, adviser, title=f"Projet de carte {number}")
    page = text_of(client, "/en/")
    assert page.count("map-point") == 3
    spots = set(re.findall(r'map-point[^>]* cx="([^"]+)" cy="([^"]+)"', page))
    assert len(spots) == 3, "projects of one place stand beside each other"
    assert all(f"Projet de carte {number} · Liège" in page for number in range(3))


def test_home_costs_the_same_for_one_project_and_for_five(db: None, client: Client) -> None:
    adviser = make.staff("adviser")
    decided_call(adviser)
    call = make.call()
    make.admitted(call, adviser)
    client.get("/fr/")
    one = queries_of(client, "/fr/")
    for _each in range(4):
        make.admitted(call, adviser)
        make.call()
    assert queries_of(client, "/fr/") == one <= 20


def test_the_members_door_leads_to_the_log_in_or_to_my_page(db: None, client: Client) -> None:
    assert "/en/account/login/?next=/en/me/" in text_of(client, "/en/")
    assert "/en/account/login/" not in text_of(signed_in(make.person()), "/en/")


def test_browsers_find_the_sign_and_robots_stay_out_of_private_pages(db: None, client: Client) -> None:
    icon = client.get("/favicon.ico")
    assert icon.status_code == 302
    assert icon.headers["Location"].endswith(".svg")
    robots = client.get("/robots.txt")
    assert robots.headers["Content-Type"].startswith("text/plain")
    assert "Disallow: /nl/desk/" in robots.content.decode()
    assert "Disallow: /fr/projects/\n" not in robots.content.decode()


def test_home_only_reads(db: None, client: Client) -> None:
    assert client.post("/en/").status_code == 405
