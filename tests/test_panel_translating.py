"""web_panel.translating: every Chinese text a person can meet has its English, and no English text is left over."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from web_panel.translating import FOLDER, Translator, catalogue

PANEL = FOLDER.parent
HANZI = re.compile(r"[\u3400-\u9fff]")
CALLED = re.compile(r"""\bt\(\s*(?:"([^"]*)"|'([^']*)')""")
SPOKEN_ELSEWHERE = {"中文"}  # the language switch names each language in itself


def texts_of_templates() -> set[str]:
    return {
        double or single
        for path in (PANEL / "templates").rglob("*.html")
        for double, single in CALLED.findall(path.read_text(encoding="utf-8"))
    }


def _prose(tree: ast.Module) -> Iterator[ast.expr]:
    """Docstrings, and texts that carry their English with them: Text("…", "…"), help of the command line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            if name == "Text":
                yield from node.args
            yield from (word.value for word in node.keywords if word.arg in ("help", "description"))


def texts_of_code() -> set[str]:
    found = set()
    for path in PANEL.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        prose = set(map(id, _prose(tree)))
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in prose
            and HANZI.search(node.value)
        }
    return found


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_text_has_its_english() -> None:
    missing = (texts_of_templates() | texts_of_code()) - set(catalogue("en"))
    assert not missing, f"without English in en.toml: {sorted(missing)}"


def test_no_english_is_left_over() -> None:
    unused = set(catalogue("en")) - texts_of_templates() - texts_of_code()
    assert not unused, f"in en.toml but nowhere in the panel: {sorted(unused)}"


@pytest.mark.parametrize("path", sorted((PANEL / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_no_template_speaks_without_the_translator(path: Path) -> None:
    silent = CALLED.sub("", path.read_text(encoding="utf-8"))
    left = [line.strip() for line in silent.splitlines() if HANZI.search(line)]
    assert [line for line in left if not any(word in line for word in SPOKEN_ELSEWHERE)] == []


def test_scripts_and_styles_hold_no_text() -> None:
    for path in (*(PANEL / "static").glob("*.js"), *(PANEL / "static").glob("*.css")):
        assert not HANZI.search(path.read_text(encoding="utf-8")), path.name


@pytest.mark.parametrize(("chinese", "english"), sorted(catalogue("en").items()))
def test_a_translation_takes_the_same_values(chinese: str, english: str) -> None:
    assert fields(chinese) == fields(english)
    assert english.strip() == english != ""
    assert not HANZI.search(english)


def test_what_has_no_translation_stays_chinese() -> None:
    assert Translator("en")("没有翻译的 {n}", n=3) == "没有翻译的 3"
    assert Translator("zh_CN")("今天 {time}", time="09:15") == "今天 09:15"
