"""What PostgreSQL is asked while someone votes says nothing of the choice: not its numbers, lists, points or sums.

A server shows the text of its statements, logs it, and writes it down when a backend dies.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.views.debug import ExceptionReporter

from commonweal.voting import actions, queries
from commonweal.voting.models import Ballot
from commonweal.voting.rules.choices import Choice, Form
from commonweal.voting.rules.envelopes import code_shown
from tests import factories as make
from tests.clock import Clock
from tests.voting.steps import code_on, counted, person_of, receipt_field, signed_in, voted_over_web
from tests.voting.traces import as_form, data_folder, numbers_in, telling, watching

# They read one log, to which the server of both processes writes.
pytestmark = pytest.mark.xdist_group("the server's log")

OPTIONS = 12_000
POINTS = Form("points", 1, 4, points_total=60_000, points_each=16_000)
TICKS = Form("approval", 1, 4)


def unmistakable(form: Form = POINTS, places: int = 4) -> Choice:
    """A choice of five-figure numbers, with five-figure points where there are points."""
    numbers = sorted(random.sample(range(10_001, OPTIONS + 1), places))
    return tuple((number, random.randint(12_001, 14_999) if form is POINTS else 1) for number in numbers)


def sent(choice: Choice, form: Form) -> dict[str, Any]:
    if form is POINTS:
        return as_form(choice)
    return {"choice": [str(number) for number, _points in choice]}


def open_ballot(form: Form = POINTS, **changes: Any) -> tuple[Ballot, Client, Any]:
    changes = {"budget_cents": 40_000_000_00, **changes}
    ballot, sheets = make.open_ballot(options=OPTIONS, form=form, **changes)
    return ballot, signed_in(person_of(make.voters(ballot)[0])), sheets


def marks(ballot: Ballot) -> dict[int, int]:
    return dict(ballot.options.values_list("number", "cost_cents"))


def turned(client: Client, ballot: Ballot, choice: dict[str, Any]) -> None:
    client.post(f"/fr/ballots/{ballot.pk}/", {**choice, "page": "1", "to_page": "2"})


def reviewed(client: Client, ballot: Ballot, choice: dict[str, Any]) -> None:
    assert client.post(f"/fr/ballots/{ballot.pk}/review/", choice).status_code == 200


def voted(client: Client, ballot: Ballot, choice: dict[str, Any]) -> None:
    voted_over_web(client, ballot, choice, "fr")


def voted_twice(client: Client, ballot: Ballot, choice: dict[str, Any]) -> None:
    voted_over_web(client, ballot, choice, "fr")
    voted_over_web(client, ballot, choice, "nl")


def refused_for_a_stranger(client: Client, ballot: Ballot, choice: dict[str, Any]) -> None:
    stranger = signed_in(make.person())
    for step in ("review", "cast"):
        assert stranger.post(f"/fr/ballots/{ballot.pk}/{step}/", choice).status_code == 409


def sent_without_a_receipt(client: Client, ballot: Ballot, choice: dict[str, Any]) -> None:
    assert client.post(f"/fr/ballots/{ballot.pk}/cast/", choice).status_code == 200


def refused_as_unknown(client: Client, ballot: Ballot, choice: dict[str, Any]) -> None:
    more = {"points-19999": "1"} if "choice" not in choice else {"choice": [*choice["choice"], "19999"]}
    for step in ("review", "cast"):
        assert b"error-summary" in client.post(f"/fr/ballots/{ballot.pk}/{step}/", {**choice, **more}).content


STEPS = [
    turned,
    reviewed,
    voted,
    voted_twice,
    refused_for_a_stranger,
    sent_without_a_receipt,
    refused_as_unknown,
]


@pytest.mark.django_db
@pytest.mark.parametrize("form", [POINTS, TICKS], ids=["points", "ticks"])
def test_no_statement_says_what_was_chosen(form: Form) -> None:
    ballot, client, _sheets = open_ballot(form)
    costs = marks(ballot)
    for step in STEPS:
        choice = unmistakable(form)
        with watching() as watch:
            step(client, ballot, sent(choice, form))
        assert len(watch.texts) > 5
        assert telling(watch.texts, choice, costs) == [], step.__name__


@pytest.mark.django_db
def test_no_statement_says_what_was_chosen_when_a_single_project_is(clock: Clock) -> None:
    ballot, client, _sheets = open_ballot(TICKS)
    choice, costs = unmistakable(TICKS, places=1), marks(ballot)
    review = client.post(f"/fr/ballots/{ballot.pk}/review/", sent(choice, TICKS)).content.decode()
    with watching() as watch:
        reviewed(client, ballot, sent(choice, TICKS))
        clock.go_to(ballot.closes_at)
        late = {**sent(choice, TICKS), "receipt": receipt_field(review)}
        assert client.post(f"/fr/ballots/{ballot.pk}/cast/", late).status_code == 409
    assert telling(watch.texts, choice, costs) == []


@pytest.mark.django_db
def test_no_statement_says_what_stood_on_a_paper_sheet() -> None:
    ballot, _client, _sheets = open_ballot()
    one, other = make.staff("counter"), make.staff("counter")
    actions.hand_out_paper(ballot=ballot, voter=make.voters(ballot)[1], by=one, now=make.NOW)
    choice, costs = unmistakable(), marks(ballot)
    line = " ".join(f"{number}:{points}" for number, points in choice)
    first, second = signed_in(one), signed_in(other)
    base = f"/en/ballots/{ballot.pk}/paper/"
    with watching() as watch:
        control = code_on(first.post(f"{base}first/", {"number": "1", "choices": line}).content.decode())
        wrong = {"number": "1", "control": control, "choices": line.replace(":1", ":2")}
        assert b"error-summary" in second.post(f"{base}second/", wrong).content
        right = {"number": "1", "control": control, "choices": line}
        assert code_on(second.post(f"{base}second/", right).content.decode())
    assert telling(watch.texts, choice, costs) == []


@pytest.mark.django_db
def test_no_statement_says_what_a_code_looked_up_stands_for(client: Client) -> None:
    ballot, sheets = make.open_ballot(options=40, form=TICKS, budget_cents=2_000_00)
    one, other = (signed_in(person_of(voter)) for voter in make.voters(ballot)[:2])
    codes = [
        voted_over_web(one, ballot, {"choice": ["7", "23", "31"]}),
        voted_over_web(other, ballot, {"choice": ["11"]}),
    ]
    counted(ballot, sheets)
    seen = []
    for code, chosen in zip([codes[0], *codes], (7, 7, 11), strict=True):
        with watching() as watch:
            page = client.post(f"/en/ballots/{ballot.pk}/result/my-vote/", {"code": code}).content.decode()
        assert f"Chose {chosen}" in page, "the vote is found"
        seen.append(watch.texts)
    # The first look reads the options; after that, whichever code is asked for, the same is asked of the server.
    assert seen[1] == seen[2]
    assert not [text for text in seen[0] if "voting_option" in text and "WHERE" in text and " IN (" in text]


def shape(text: str) -> str:
    """A statement without what differs each time: savepoints, keys, sealed bytes."""
    text = re.sub(r'SAVEPOINT "[^"]+"', "SAVEPOINT", text)
    return re.sub(r"[0-9]+", "#", re.sub(r"'\\x[0-9a-f]+'|'[0-9a-f-]{36}'", "'…'", text))


@pytest.mark.django_db
def test_two_choices_are_asked_about_in_the_very_same_words() -> None:
    ballot, client, _sheets = open_ballot()
    assert len(queries.costs_of(ballot)) == OPTIONS
    for step in (turned, reviewed, refused_as_unknown, sent_without_a_receipt):
        seen = []
        for choice in (unmistakable(), unmistakable(places=3), unmistakable(places=1)):
            with watching() as watch:
                step(client, ballot, sent(choice, POINTS))
            seen.append([re.sub(r'SAVEPOINT "[^"]+"', "SAVEPOINT", text) for text in watch.texts])
        assert seen[0] == seen[1] == seen[2], step.__name__


@pytest.mark.django_db
def test_two_choices_are_cast_in_statements_of_the_same_shape() -> None:
    ballot, client, _sheets = open_ballot()
    voted(client, ballot, sent(unmistakable(), POINTS))
    seen = []
    for choice in (unmistakable(), unmistakable(places=1)):
        with watching() as watch:
            voted(client, ballot, sent(choice, POINTS))
        seen.append([shape(text) for text in watch.texts])
    assert seen[0] == seen[1]


CHOICE: Choice = ((10_101, 12_345), (11_311, 13_579))
COSTS = {10_101: 10_101_000_00, 11_311: 11_311_000_00}
LEAKS = [
    'SELECT * FROM voting_option WHERE "number" IN (10101, 11311)',
    'SELECT * FROM voting_option WHERE "number" IN (11311, 7, 10101)',
    "SELECT * FROM voting_option WHERE number = ANY('{10101,11311}')",
    "SELECT * FROM voting_option WHERE number = ANY(ARRAY[10101, 11311]::int[])",
    'SELECT * FROM voting_option WHERE "number" = 11311',
    "UPDATE people_event SET data = '{\"choice\": [[10101, 12345]]}'",
    "INSERT INTO t VALUES ('points-10101=12345&points-11311=13579')",
    "SELECT sum(cost_cents) FROM o HAVING sum(cost_cents) = 2141200000",
    "SELECT 21412",
    "SELECT 25924",
]


@pytest.mark.parametrize("text", LEAKS)
def test_a_statement_that_tells_is_seen(text: str) -> None:
    assert telling([text], CHOICE, COSTS) == [text]
    assert telling(["SELECT * FROM voting_option WHERE ballot_id = 7", "SELECT 10101"], CHOICE, COSTS) == []


@pytest.mark.django_db
def test_the_options_of_an_open_ballot_are_read_once_however_many_vote() -> None:
    ballot, client, _sheets = open_ballot()
    with watching() as watch:
        for _time in range(3):
            voted(client, ballot, sent(unmistakable(), POINTS))
    assert len([text for text in watch.texts if "voting_option" in text]) == 1


@pytest.mark.django_db
def test_the_options_of_a_ballot_in_preparation_are_read_afresh() -> None:
    ballot, _client, _sheets = open_ballot(members=1)
    ballot.state = "prepared"
    first, second = queries.options_of(ballot), queries.options_of(ballot)
    assert first is not second
    assert queries.costs_of(ballot)[12_000] == 12_000_000_00


def test_a_report_of_an_error_holds_nothing_that_was_typed() -> None:
    """An error before the page itself is reached, such as a database that is away, would report the whole form."""
    request = RequestFactory().post("/fr/ballots/7/cast/", {"points-10101": "12345", "choice": "11311"})
    request.COOKIES["session"] = "abcdefgh"
    try:
        typed = dict(request.POST)
        raise RuntimeError("the database is away")
    except RuntimeError as error:
        reporter = ExceptionReporter(request, type(error), error, error.__traceback__)
        report = reporter.get_traceback_text() + reporter.get_traceback_html()
    assert typed
    assert "the database is away" in report
    # The HTML shows the source around the error, which is this file: what was typed must not stand beside a name.
    shown = re.sub(r'(?s)<div class="context".*?</div>', "", report)
    for said in ("12345", "points-10101", "11311", "abcdefgh"):
        assert said not in shown


# ---- the server's own log


PREFIX = "%m [%p] %d "


@pytest.fixture
def server_log() -> Iterator[Callable[[], str]]:
    """What the server wrote to its log since, with every statement logged; `log_min_error_statement` stays as it is."""
    folder = data_folder()
    if folder is None or not (folder / "log").is_file():
        pytest.skip("the server's log is on another machine")
    path: Path = folder / "log"
    database = connection.settings_dict["NAME"]
    name = connection.ops.quote_name(database)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} SET log_statement = 'all'")
        # Another process of the run has a database of its own on the same server, and writes to the same log.
        cursor.execute(f"ALTER SYSTEM SET log_line_prefix = '{PREFIX}'")
        cursor.execute("SELECT pg_reload_conf()")
    for _try in range(100):
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('log_line_prefix')")
            if cursor.fetchone() == (PREFIX,):
                break
        time.sleep(0.1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('log_statement'), current_setting('log_min_error_statement')")
        assert cursor.fetchone() == ("all", "error")
    begin = path.stat().st_size

    def written() -> str:
        log = path.read_bytes()[begin:].decode("utf-8", "replace")
        entries = re.split(r"(?m)^(?=\d{4}-\d\d-\d\d )", log)
        mine = [each for each in entries if f"] {database} " in each.partition("\n")[0]]
        # The number of a process may be any number, also that of an option.
        return "".join(each.partition(f"] {database} ")[2] for each in mine)

    yield written
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} RESET log_statement")
    connection.close()


class Kill:
    """Lets the server end the backend in the middle of a statement: the one at `place`, counted from 0."""

    def __init__(self, place: int) -> None:
        self.place, self.seen = place, 0

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        self.seen += 1
        if self.seen - 1 == self.place:
            sql = f"SELECT pg_terminate_backend(pg_backend_pid()); {sql}"
        return execute(sql, params, many, context)


def killed_everywhere(client: Client, address: str, choice: dict[str, Any]) -> int:
    """Sends the form again and again, each time with the backend killed one statement later; gives how often."""
    client.raise_request_exception = False
    for place in range(60):
        kill = Kill(place)
        with connection.execute_wrapper(kill):
            client.post(address, choice)
        connection.close()
        if kill.seen <= place:
            return place
    raise AssertionError("the page takes more than 60 statements")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("form", [POINTS, TICKS], ids=["points", "ticks"])
def test_the_log_of_a_server_that_logs_everything_and_loses_backends_says_nothing(
    form: Form, server_log: Callable[[], str]
) -> None:
    ballot, client, _sheets = open_ballot(form)
    choice, costs = unmistakable(form), marks(ballot)
    opened_with = len(server_log())
    turned(client, ballot, sent(choice, form))
    code = voted_over_web(client, ballot, sent(choice, form), "fr")
    refused_as_unknown(client, ballot, sent(choice, form))
    base = f"/fr/ballots/{ballot.pk}/"
    review = client.post(f"{base}review/", sent(choice, form)).content.decode()
    receipt = {**sent(choice, form), "receipt": receipt_field(review)}
    reviews = killed_everywhere(client, f"{base}review/", sent(choice, form))
    casts = killed_everywhere(client, f"{base}cast/", receipt)
    refusals = killed_everywhere(client, f"{base}cast/", {**sent(choice, form), "points-19999": "1"})
    log = server_log()[opened_with:]
    # The log does say what it could: every statement, and those in which a backend died.
    # (The last one or two may be written after this was read.)
    killed = log.count("terminating connection due to administrator command")
    assert killed >= reviews + casts + refusals - 3
    assert min(reviews, casts, refusals) > 3
    assert re.search(r'STATEMENT:  SELECT pg_terminate_backend.*"?voting_', log)
    assert "statement: " in log
    assert telling(log.split("\n"), choice, costs) == []
    assert not {number for number, _points in choice} & numbers_in(log)
    assert code not in log.upper()
    assert code_shown(code) not in log.upper()


@pytest.mark.django_db(transaction=True)
def test_a_choice_in_a_statement_would_be_in_the_log(server_log: Callable[[], str]) -> None:
    """The negative control: a careless query, once answered and once killed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM voting_option WHERE number IN (%s, %s)", [10_101, 11_311])
    assert len(telling(server_log().split("\n"), CHOICE, COSTS)) == 1
    with connection.execute_wrapper(Kill(0)), pytest.raises(Exception, match="administrator command"):
        connection.cursor().execute("SELECT 1 FROM voting_option WHERE number IN (%s, %s)", [10_101, 11_311])
    connection.close()
    assert len(telling(server_log().split("\n"), CHOICE, COSTS)) == 3
