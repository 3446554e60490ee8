"""A web server over the tests' own database, started as `commonweal serve` does, and nginx before it as it is shipped."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from commonweal.config import serving

ROOT = Path(__file__).parent.parent.parent
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def free_port() -> int:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


def bare(**settings: str) -> dict[str, str]:
    """The environment of a program that is given nothing but these, and what measures tests."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("COVERAGE_", "COV_", "PYTHONPATH"))
    }
    return {**kept, "PATH": "/usr/bin:/bin", **settings}


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Waits until a port is listened on; fails when who should listen has ended."""
    for _try in range(600):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert process.poll() is None, "it ended before it answered"
        time.sleep(0.05)
    raise AssertionError("nobody answers")


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Ends a process that was started here, by its number."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def web(database: str, folder: Path) -> Iterator[int]:
    """The web server over a database and a folder; gives its port."""
    port = free_port()
    environment = bare(
        SECRET_KEY=os.environ["SECRET_KEY"],
        DATABASE_URL=database,
        COMMONWEAL_VAR=str(folder),
        DJANGO_SETTINGS_MODULE="commonweal.config.settings",
    )
    prepared = "import django; django.setup(); from commonweal.config import cli; cli.prepare_files()"
    subprocess.run([sys.executable, "-c", prepared], env=environment, check=True)
    process = subprocess.Popen(serving.web_command(port, "2"), env=environment)
    with ended(process):
        wait_for(port, process)
        yield port


def shipped(*, web_port: int, port: int, folder: Path) -> str:
    """The configuration of `deploy/`, with the ports and paths of this test; each place must be there."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    changes = {
        r"server 127\.0\.0\.1:8000 ": f"server 127.0.0.1:{web_port} ",
        r"listen 443 ssl http2;": f"listen 127.0.0.1:{port};",
        r"    listen \[::\]:443 ssl http2;\n": "",
        r"    listen 80;\n": f"    listen 127.0.0.1:{free_port()};\n",
        r"    listen \[::\]:80;\n": "",
        r"    ssl_\w+ [^\n]*\n": "",
        r"server_name coop\.example;": "server_name localhost;",
        r"/var/lib/commonweal/": f"{folder}/",
        r"/var/log/nginx/commonweal\.log": str(folder / "nginx-error.log"),
        # What TLS would say of itself.
        r"X-Forwarded-Proto \$scheme": "X-Forwarded-Proto https",
    }
    for pattern, told in changes.items():
        text, count = re.subn(pattern, told, text)
        assert count, pattern
    return text


@contextmanager
def nginx(web_port: int, folder: Path) -> Iterator[int]:
    """Debian's nginx with the shipped configuration before a web server; gives its port."""
    assert NGINX, "nginx is missing: make tools"
    port = free_port()
    (folder / "site.conf").write_text(shipped(web_port=web_port, port=port, folder=folder))
    # As Debian's own main file has it: two processes at most, 768 connections each.
    # Started by root, its workers would be somebody else, for whom the tests' folder is closed.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"""{user} worker_processes 2; pid {folder}/nginx.pid; daemon off; error_log {folder}/nginx-error.log crit;
        events {{ worker_connections 768; }}
        http {{
            include /etc/nginx/mime.types; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
            fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
            include {folder}/site.conf;
        }}"""
    )
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    subprocess.run([*command, "-t", "-q"], check=True)
    process = subprocess.Popen(command)
    with ended(process):
        wait_for(port, process)
        yield port
