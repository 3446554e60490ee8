"""The three lines of Python in the README run as they stand."""

import re
import runpy
from pathlib import Path

import pytest

from commonweal.allocation import write

from .elections import approval

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_example_in_the_readme_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert len(example.splitlines()) == 3
    (tmp_path / "FILE.pb").write_text(write(approval(10, [6, 6], ["9", "9", "10"])), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    Path("example.py").write_text(example, encoding="utf-8")
    runpy.run_path("example.py")
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "('9',)"
    assert said[1].startswith("NotFunded(project='10'")
