"""Chinese text in, the same in the reader's language out; it never fails: what has no translation stays Chinese.

The Chinese text is the key, `translations/en.toml` the catalogue; `tests/test_panel_translating.py` finds a key without English
and an English text that nobody uses.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "translations"
LANGUAGES = ("zh_CN", "en")


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Chinese text to its translation; empty for zh_CN, whose text is the key itself."""
    if language != "en":
        return {}
    texts: dict[str, str] = tomllib.loads((FOLDER / "en.toml").read_text(encoding="utf-8"))
    return texts


@dataclass(frozen=True, slots=True)
class Translator:
    """`t("已拨 {n} 次", n=2)`: the text in `language`, with the values put in. Escaping is the template's business."""

    language: str

    def __call__(self, text: str, **values: object) -> str:
        found = catalogue(self.language).get(text, text)
        return found.format(**values) if values else found
