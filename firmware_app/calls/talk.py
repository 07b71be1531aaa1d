"""What came of a call that was answered: the words for it, in both languages.

Pure. Every outcome stays in the counts of calls; a call is one tap to settle (5.2.1) or leads on to a sheet (5.5).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

from firmware_app.wording import Text


class TalkOutcome(Enum):
    SETTLED = "settled"  # 5.2.1: answered on the spot
    REGISTERED = "registered"  # 5.5: a record sheet
    TRANSFERRED = "transferred"  # 5.2.2: a transfer sheet
    WRONG_NUMBER = "wrong_number"
    SALES = "sales"
    NUISANCE = "nuisance"
    SILENT = "silent"
    FAX = "fax"
    INTERNAL = "internal"


TALK_OUTCOMES: Mapping[TalkOutcome, Text] = {
    TalkOutcome.SETTLED: Text("当场答复", "answered on the spot"),
    TalkOutcome.REGISTERED: Text("登记", "registered"),
    TalkOutcome.TRANSFERRED: Text("转办", "transferred"),
    TalkOutcome.WRONG_NUMBER: Text("打错", "wrong number"),
    TalkOutcome.SALES: Text("推销", "sales"),
    TalkOutcome.NUISANCE: Text("骚扰", "nuisance"),
    TalkOutcome.SILENT: Text("无声", "silent"),
    TalkOutcome.FAX: Text("传真", "fax"),
    TalkOutcome.INTERNAL: Text("内部", "internal"),
}
TOLD_TALKS = tuple(each.value for each in TalkOutcome)
"""What a person may say."""

_SOME_NAME = re.compile("××(?:便民服务(?:站|点|中心)|站)?")


def with_own_name(text: str, site: str) -> str:
    """A card's words with the point's own name where the card leaves it open: 这里是××便民服务站."""
    return _SOME_NAME.sub(lambda _: site, text)
