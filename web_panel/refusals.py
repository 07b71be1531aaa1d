"""The monitor's answer to something that was not recorded in, a sentence that says what to do out."""

from __future__ import annotations

from flask import g

from firmware_app.monitor_link import Answer
from web_panel.translating import Translator


def refusal(answer: Answer, t: Translator | None = None) -> str:
    """What the person reads; never a code, never blame. t: of the reader, where no request is being served."""
    t = t or g.t
    if answer.error == "unreachable":
        return str(t("没有记上：监测程序现在没有运行。您的操作没有丢失任何记录，请稍后再按一次。"))
    if answer.error == "unconfirmed":
        return str(t("还没有得到确认，可能已经记上。请看一下列表有没有变化，没有变化就再按一次。"))
    told = (answer.message or {}).get(t.language)
    return str(t("没有记上：{reason}", reason=told or answer.error))
