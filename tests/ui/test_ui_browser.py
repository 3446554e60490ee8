"""The gallery and the frame in a real browser: languages, schemes, widths, with and without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import SIDEWAYS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_page_in_the_way_would_be_noticed_in_either_scheme(browser_page: Any, axe: Any) -> None:
    page = browser_page(language="en")
    page.goto("/en/ui/accessibility/")
    axe(page)
    for style, said in (
        ("h1 { color: light-dark(#999, #eee) }", "color-contrast"),
        ("h1 { color: light-dark(#111, #555) }", "color-contrast"),
        ("p { color: light-dark(#666, #eee) }", "color-contrast"),
        ("h1 { min-width: 900px }", "sideways"),
    ):
        page.evaluate(
            "style => { const sheet = new CSSStyleSheet(); sheet.replaceSync(style);"
            " document.adoptedStyleSheets = [sheet]; }",
            style,
        )
        with pytest.raises(AssertionError, match=said):
            axe(page)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_largest_text_with_room_and_strong_contrast_still_fits(
    browser_page: Any, axe: Any, width: int
) -> None:
    page = browser_page(javascript=True, width=width)
    page.goto("/fr/ui/display/?next=/fr/ui/")
    for choice in ("#id_text_2", "#id_spacing_1", "#id_scheme_3", "#id_calm_1"):
        page.locator(choice).check()
    page.locator("form.form button").click()
    page.wait_for_url("**/fr/ui/")
    axe(page)


def test_every_control_of_the_gallery_is_large_enough_for_a_thumb(browser_page: Any) -> None:
    page = browser_page(width=360)
    page.goto("/en/ui/")
    small = page.evaluate(
        """() => [...document.querySelectorAll(
            'button, summary, select, textarea, input, .button, nav a, .error-summary a')]
        .filter(e => e.type !== 'hidden' && e.checkVisibility())
        .map(e => [e, (e.closest('.choice') || e).getBoundingClientRect()])
        .filter(([e, box]) => box.height > 0 && (box.height < 43.5 || box.width < 43.5))
        .map(([e, box]) => e.outerHTML.slice(0, 90) + ' ' + box.width + 'x' + box.height)"""
    )
    assert small == []


@pytest.mark.parametrize("width", [360, 1280])
def test_the_menu_works_without_javascript(browser_page: Any, width: int) -> None:
    page = browser_page(javascript=False, width=width, language="en")
    page.goto("/en/ui/")
    sign_in = page.locator(".account a", has_text="Sign in")
    if width == 360:
        assert not sign_in.is_visible()
        page.locator(".menu > summary").click()
    sign_in.click()
    page.wait_for_url("**/account/login/")
    assert not page.locator("#passkey_login").is_visible()


def test_the_first_tab_reaches_the_link_past_the_header(browser_page: Any) -> None:
    page = browser_page(language="en")
    page.goto("/en/ui/accessibility/")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("e => e === document.activeElement && e.getBoundingClientRect().top >= 0")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(browser_page: Any) -> None:
    page = browser_page(language="en")
    page.goto("/en/account/login/")
    page.locator("#id_login").fill("anna@example.be")
    page.locator("section .button").first.click()
    summary = page.locator(".error-summary")
    summary.wait_for()
    assert summary.evaluate("e => e === document.activeElement")
    summary.locator("a").first.click()
    assert page.evaluate("document.activeElement.id") == "id_password"
    assert page.locator("#id_login").input_value() == "anna@example.be"


def test_text_spacing_set_by_the_reader_cuts_nothing(browser_page: Any) -> None:
    page = browser_page(width=360, language="de")
    page.goto("/de/ui/")
    page.evaluate(
        """() => { const sheet = new CSSStyleSheet(); sheet.replaceSync(
        '* { line-height: 1.5 !important; letter-spacing: .12em !important; ' +
        'word-spacing: .16em !important }');
        document.adoptedStyleSheets = [sheet]; }"""
    )
    assert page.evaluate(SIDEWAYS) == []


def test_the_page_prints_without_what_only_a_screen_needs(browser_page: Any) -> None:
    page = browser_page(width=1280)
    page.goto("/fr/ui/")
    page.emulate_media(media="print")
    assert not page.locator(".masthead").is_visible()
    assert page.locator(".print-head").is_visible()
    assert page.locator(".footer .phone").is_visible()
