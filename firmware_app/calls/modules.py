"""The document `modules` in; which parts of the panel this point does not use, or what is wrong with the document, out. Pure.

    {"cards": false, "register": true}

A part that is not named is used. What a clerk cannot do without (today, call-backs, service hours, calls, figures) is none.
"""

from __future__ import annotations

from collections.abc import Mapping

from firmware_app.wording import Text

MODULES: Mapping[str, Text] = {
    "register": Text("登记", "register"),
    "cards": Text("卡片", "cards"),
    "support": Text("请支援", "asking for help"),
    "reminders": Text("提醒", "reminders"),
    "handover": Text("交接班", "handing over"),
    "kiosk": Text("大屏", "kiosk view"),
}


def problems(content: object) -> tuple[Text, ...]:
    """Everything that is wrong with a document. Empty when nothing is."""
    if not isinstance(content, Mapping):
        return (Text("文档须是一个 JSON 对象", "a document is one JSON object"),)
    known = "、".join(MODULES)
    unknown = [str(name)[:32] for name in content if name not in MODULES]
    wrong = [str(name) for name in content if name in MODULES and not isinstance(content[name], bool)]
    found = [
        Text(f"没有这个模块：{name}（可用：{known}）", f"no such module: {name} (there are: {known})")
        for name in unknown
    ]
    found += [Text(f"{name}：须是 true 或 false", f"{name}: must be true or false") for name in wrong]
    return tuple(found)


def switched_off(content: object) -> frozenset[str]:
    """The modules this point does not use; none by a document that does not fit."""
    if problems(content) or not isinstance(content, Mapping):
        return frozenset()
    return frozenset(name for name, used in content.items() if not used)
