"""What `serve` tells whoever started it: the address once it answers, or that it does not answer yet."""

from __future__ import annotations

import socket

import pytest

from commonweal.config import serving


def test_the_address_is_told_once_it_answers(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        serving._tell(port, "Log in with the password of the demo.")
    told = capsys.readouterr().out
    assert f"Commonweal answers on http://127.0.0.1:{port}/" in told
    assert "Log in with the password of the demo." in told


def test_a_server_that_does_not_answer_yet_is_said_to_be_started_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "FIRST_ANSWER", 0.0)
    serving._tell(1, "Log in")
    told = capsys.readouterr()
    assert told.out == ""
    assert "does not answer yet" in told.err
