"""A text in both languages of the product: Chinese first, English second."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The text for `language` ("zh_CN" or "en"); Chinese for any other word."""
        return self.en if language == "en" else self.zh
