"""The command line as a test calls it: in this process, in a data folder of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage
import pytest

from kinkeeper.keys import envelopes
from kinkeeper.site import cli


@dataclass(frozen=True)
class Answer:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer as machines read it."""
        return json.loads(self.out)


Call = Callable[..., Answer]


@pytest.fixture
def two_envelopes(kinkeeper: Call, tmp_path: Path) -> None:
    """Two recovery envelopes that were opened again."""
    identity = pyrage.x25519.Identity.generate()
    for path in (tmp_path / "one.age", tmp_path / "two.age"):
        envelopes.make_envelope(path, recipient=str(identity.to_public()))
        envelopes.confirm_envelope(path, json.loads(pyrage.decrypt(path.read_bytes(), [identity]))["code"])


@pytest.fixture
def kinkeeper(db: None, capsys: pytest.CaptureFixture[str], settings: Any, tmp_path: Path) -> Call:
    """Run a command and hear its answer."""
    settings.DATA = tmp_path / "data"
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.DATA.mkdir(mode=0o700)

    def call(*arguments: object) -> Answer:
        capsys.readouterr()
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return call
