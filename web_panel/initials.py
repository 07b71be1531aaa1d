"""The first letters of what cards are called: texts in, initials as `calls.card_words` keeps them out; made by a child of its own.

pypinyin's tables take 12 MB; the child that holds them ends with its answer, so the panel at rest is as small as before (docs/adr).
Where the child cannot work, cards are saved without initials: they are still found by their words.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import unicodedata
from collections.abc import Sequence

log = logging.getLogger(__name__)

PATIENCE = 30.0  # seconds; a Pi with an old card takes about two
READINGS = "abcdefghijklmnopqrstuvwxyz0123456789"


def initials_of(names: Sequence[Sequence[str]]) -> list[str]:
    """For each list of texts (see card_words.named_by) its initials; empty texts where pypinyin cannot be asked."""
    words = {
        **os.environ,
        "PYPINYIN_NO_PHRASES": "true",
    }  # readings of words are not wanted: any reading counts
    try:
        done = subprocess.run(
            [sys.executable, "-I", __file__],
            input=json.dumps([list(texts) for texts in names]).encode(),
            capture_output=True,
            env=words,
            timeout=PATIENCE,
            check=True,
        )
        found: list[str] = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        log.warning("no initials: pypinyin cannot be asked (%s)", type(error).__name__)
        return [""] * len(names)
    return found


def _initials(texts: Sequence[str]) -> str:
    """Runs of what has initials, parted by blanks."""
    from pypinyin import Style, pinyin

    runs: list[list[str]] = [[]]
    for text in texts:
        for character in unicodedata.normalize("NFKC", text).casefold():
            if 0x3400 <= ord(character) <= 0x9FFF or character == "\u3007":
                told = pinyin(character, style=Style.FIRST_LETTER, heteronym=True, errors="ignore")
                letters = sorted({each for each in (told[0] if told else []) if each and each in READINGS})
            else:
                letters = [character] if character in READINGS else []
            if letters:
                runs[-1].append("".join(letters))
            elif runs[-1]:
                runs.append([])
        runs.append([])
    return " ".join(",".join(run) for run in runs if run)


if __name__ == "__main__":
    sys.stdout.write(json.dumps([_initials(texts) for texts in json.load(sys.stdin)]))
