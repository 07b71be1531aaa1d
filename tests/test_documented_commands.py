"""Every command that the documents show can be copied: it is there, and takes what it is given there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from firmware_app.__main__ import parser_for

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ("README.md", "deploy/RUNBOOK.md", "deploy/WIRING.md", "docs/HACKING.md", "docs/MODEMS.md")
WRITTEN = re.compile(r"`([^`\n]*\bringkeeper [a-z-][^`\n]*)`|^(\S*ringkeeper [a-z-].*)$", re.MULTILINE)


def commands() -> list[str]:
    found = []
    for document in DOCUMENTS:
        text = (ROOT / document).read_text("utf-8")
        found += [in_line or alone for in_line, alone in WRITTEN.findall(text)]
    return [re.split(r"\s{2,}", command)[0] for command in found]


def test_there_are_many() -> None:
    assert len(commands()) > 15


@pytest.mark.parametrize("command", commands())
def test_a_command_can_be_copied(command: str) -> None:
    program, *words = shlex.split(command, comments=True)
    assert program == ".venv/bin/ringkeeper", "as it is to be typed in the folder of the program"
    if "--help" in words:
        words.remove("--help")
    if words:
        assert parser_for(words[0]).parse_args(words).command == words[0]
