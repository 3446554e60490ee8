"""The ways stories take: every language, width and script has its turn, the same one every time."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.journeys import walks
from tests.journeys.walks import LANGUAGES, WIDTHS, Story, Way


def _ways(needs_script: bool) -> list[Way]:
    return [walks.browser_way(each) for each in walks.stories() if each.needs_script == needs_script]


def test_each_language_width_and_script_has_its_turn_and_none_much_oftener_than_another() -> None:
    ways = _ways(needs_script=False)
    assert len(ways) >= 12
    for values, counts in (
        (LANGUAGES, Counter(way.language for way in ways)),
        (WIDTHS, Counter(way.width for way in ways)),
        ((True, False), Counter(way.javascript for way in ways)),
    ):
        assert set(counts) == set(values)
        assert max(counts.values()) - min(counts.values()) <= 2


def test_no_two_of_the_first_sixteen_stories_take_the_same_way() -> None:
    ways = [walks.rotation(index, needs_script=False) for index in range(16)]
    assert set(ways) == set(walks.matrix(needs_script=False))
    assert len(set(ways)) == 16
    scripted = [walks.rotation(index, needs_script=True) for index in range(8)]
    assert set(scripted) == set(walks.matrix(needs_script=True))


def test_a_story_is_taken_once_in_the_browser_and_by_client_in_the_other_languages() -> None:
    for story in walks.stories():
        taken = [way.language for way in (walks.browser_way(story), *walks.client_ways(story))]
        assert sorted(taken) == (sorted(LANGUAGES) if not story.needs_script else taken[:1])
        assert all(way.width is None and not way.javascript for way in walks.client_ways(story))


def test_a_story_that_needs_script_never_goes_without() -> None:
    assert [each.name for each in walks.stories() if each.needs_script] == [
        "tests/journeys/test_passkeys.py::test_a_passkey_is_made_and_opens_the_door"
    ]
    assert all(way.javascript for way in _ways(needs_script=True))


def test_a_way_follows_from_the_list_of_stories_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {story: walks.browser_way(story) for story in walks.stories()}
    walks.stories.cache_clear()
    assert {story: walks.browser_way(story) for story in walks.stories()} == before
    two = (Story("a", needs_script=False), Story("b", needs_script=False))
    monkeypatch.setattr(walks, "stories", lambda: two)
    assert [str(walks.browser_way(each)) for each in two] == ["fr-360-script", "nl-1280-plain"]


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [("", False), ("browser", False), ("not browser and not proof", False), ("proof", True)],
)
def test_the_whole_matrix_comes_only_when_proofs_are_asked_for(expression: str, wanted: bool) -> None:
    assert walks.proof_wanted(expression) is wanted
