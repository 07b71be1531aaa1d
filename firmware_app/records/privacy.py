"""Numbers and names in, what may be shown of them out (DOMAIN 3.1). Pure: applied when something is shown, never stored.

Rule: whatever the text, at most what the rule for its kind allows stays readable. What is not understood shows least.
"""

from __future__ import annotations

import re
import unicodedata

from firmware_app.calls.phone_number import Kind, parse

MOST_OF_UNKNOWN = 4  # digits at the end of a number of no known shape, and never more than a third of it
DIGITS = "0123456789"
_COMPOUND_SURNAME = re.compile(
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|司徒|令狐|长孙|宇文|夏侯|轩辕|南宫|端木|独孤|申屠|呼延|西门|东郭|百里|太史"
    "|闻人|濮阳|淳于|单于|公羊|赫连|澹台|公冶|宗政|仲孙|钟离|鲜于|闾丘|司空|拓跋|纳兰|完颜|东门|左丘|歐陽|司馬|諸葛|東方|尉遲"
    "|公孫|長孫|軒轅|獨孤"
)
_EAST_ASIAN = re.compile(
    "[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
_BETWEEN = " '-.,=/&()·"  # what stands between words as it is; everything else is starred
_PIECES = re.compile(f"[{re.escape(_BETWEEN)}]|[^{re.escape(_BETWEEN)}]+")


def mask_number(raw: str, line_number: str = "") -> str:
    """`raw` as lists show it: 154****1234, 0356-***1234, +1********00. Numbers of services stay as they are."""
    number = parse(raw, line_number)
    if not number.personal:
        return number.display
    key = number.key or ""
    match number.kind:
        case Kind.MOBILE:
            return f"{key[:3]}****{key[-4:]}"
        case Kind.FIXED:
            local = key.removeprefix(number.area)
            return f"{number.area}-{_stars(len(local) - 4)}{local[-4:]}"
        case Kind.FOREIGN:
            rest = key[1 + len(number.country) :]
            return f"+{number.country}{_stars(len(rest) - 2)}{rest[-2:]}"
        case _:
            return _mask_unknown(key)


def _mask_unknown(text: str) -> str:
    shown = min(MOST_OF_UNKNOWN, sum(char in DIGITS for char in text) // 3)
    end = text[len(text) - shown :]
    return _stars(len(text) - shown) + "".join(char if char in DIGITS else "*" for char in end)


def _stars(count: int) -> str:
    return "*" * count


def mask_name(name: str) -> str:
    """`name` as lists show it: the surname, or the first letter of each Latin word: 张*, 欧阳**, J*** D**.

    With any hanzi, kana or hangul in it only a surname at its beginning is shown. Digits, single letters and other
    scripts are starred; marks and invisible characters, which could hide how a name is written, are left out.
    """
    plain = unicodedata.normalize("NFKC", name)
    visible = "".join(char for char in plain if unicodedata.category(char)[0] not in "CM").strip()
    if _EAST_ASIAN.search(visible):
        return _mask_surname("".join(char for char in visible if char.isalnum()))
    return "".join(_mask_piece(piece) for piece in _PIECES.findall(visible))


def _mask_surname(letters: str) -> str:
    if not _EAST_ASIAN.match(letters):
        return _stars(len(letters))
    shown = 2 if len(letters) > 2 and _COMPOUND_SURNAME.match(letters) else 1
    return letters[:shown] + _stars(max(1, len(letters) - shown))


def _mask_piece(piece: str) -> str:
    if piece[0] in _BETWEEN:
        return piece
    shown = int(len(piece) > 1 and all(unicodedata.name(char, "").startswith("LATIN ") for char in piece))
    return piece[:shown] + _stars(len(piece) - shown)
