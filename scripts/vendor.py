"""Fetches the few npm files the interface carries, without Node: what `vendor.lock.json` names, nothing else.

`python scripts/vendor.py` checks each archive by sha512 and writes the files; `--check` says what is missing.
Never runs a package's code and never follows another address than the registry's.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import sys
import tarfile
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = Path(__file__).with_name("vendor.lock.json")
REGISTRY = "https://registry.npmjs.org"
SOURCE_MAP = re.compile(rb"\n?//# sourceMappingURL=\S*\s*$")
LARGEST_BYTES = 20_000_000


def address(package: str, version: str) -> str:
    """Where the registry keeps a package's archive."""
    return f"{REGISTRY}/{package}/-/{package.rpartition('/')[2]}-{version}.tgz"


def fetched(package: str, version: str, sha512: str) -> bytes:
    """The archive, whose digest is the one in the lock. Raises SystemExit when it is not."""
    with urllib.request.urlopen(address(package, version), timeout=60) as answer:  # noqa: S310 - a fixed https host
        archive = answer.read(LARGEST_BYTES)
    found = base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if found != sha512:
        raise SystemExit(f"{package} {version}: the archive is not the one in the lock ({found})")
    return archive


def wanted(entry: dict) -> dict[str, str]:
    """Path inside the archive -> path in the repository, for everything the lock names."""
    files = dict(entry["files"])
    for pattern in entry.get("named", []):
        for name in pattern["names"]:
            files[pattern["from"].replace("*", name)] = pattern["to"].replace("*", name)
    return files


def write(entry: dict) -> int:
    """Writes one package's files; gives how many."""
    archive = fetched(entry["package"], entry["version"], entry["sha512"])
    files = wanted(entry)
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for source, target in files.items():
            member = tar.extractfile(f"package/{source}")
            if member is None:
                raise SystemExit(f"{entry['package']} holds no {source}")
            path = ROOT / target
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(SOURCE_MAP.sub(b"\n", member.read()))
    return len(files)


def missing(entry: dict) -> list[str]:
    """Files the lock names that are not on disk."""
    return [target for target in wanted(entry).values() if not (ROOT / target).is_file()]


def main(arguments: list[str]) -> int:
    """Writes or checks; ends with 1 when a file is missing."""
    entries = json.loads(LOCK.read_text())
    if "--check" in arguments:
        gone = [path for entry in entries for path in missing(entry)]
        print("\n".join(f"missing: {path}" for path in gone) or "all vendored files are there")
        return 1 if gone else 0
    for entry in entries:
        print(f"{entry['package']} {entry['version']}: {write(entry)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
