"""What a person typed about the point, a line, the call-back rules or the modules in; the document it stands for, with what is
wrong, out. Pure.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from firmware_app.calls import callback_rules, machine_answers, modules
from firmware_app.calls.dial_plan import prefix_fits
from web_panel.translating import Translator

Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wrong:
    """What to mend. field: its name in the form."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class TextField:
    """A field of the point. words: what it is called; longest: characters."""

    key: str
    words: str
    longest: int


PROFILE = (
    TextField("address", "地址", 80),
    TextField("phone", "对外公布的电话", 40),
    TextField("head", "负责人", 32),
    TextField("support", "技术支持电话", 40),
)
LEVELS = (("county", "县（区、市）级"), ("township", "乡镇（街道）级"), ("village", "村（社区）级"))


def profile_fields(content: Mapping[str, Any]) -> dict[str, str]:
    """The form of the point, as it stands."""
    return {key: str(content.get(key, "")) for key in ("level", *(field.key for field in PROFILE))}


def profile_document(
    form: Form, held: Mapping[str, Any], t: Translator
) -> tuple[dict[str, Any], list[Wrong]]:
    """The document `profile`; its id and name are the configuration's and stay."""
    wrong: list[Wrong] = []
    content = dict(held)
    for field in PROFILE:
        text = " ".join(form.get(field.key, "").split())
        if len(text) > field.longest:
            told = t(
                "{what}：最多 {n} 个字，现在有 {m} 个。", what=t(field.words), n=field.longest, m=len(text)
            )
            wrong.append(Wrong(field.key, told))
        content[field.key] = text
    level = form.get("level", "")
    if level not in {"", *(key for key, _ in LEVELS)}:
        wrong.append(Wrong("level", t("请在列表里选一个级别。")))
    content["level"] = level
    return content, wrong


def line_fields(known: Mapping[str, Any]) -> dict[str, str]:
    """The form of a line, as it stands."""
    machine = known.get(machine_answers.KEY)
    return {
        "outside_prefix": str(known.get("outside_prefix") or ""),
        "zero_before_mobile": "yes" if known.get("zero_before_mobile") else "no",
        "machine": {None: "unsaid", False: "none"}.get(machine, "after"),
        "machine_s": f"{machine:g}" if machine else "",
    }


def line_document(form: Form, held: Mapping[str, Any], t: Translator) -> tuple[dict[str, Any], list[Wrong]]:
    """What the document `lines` says of one line."""
    wrong: list[Wrong] = []
    known = dict(held)
    known["outside_prefix"] = form.get("outside_prefix", "").strip()
    if not prefix_fits(known):
        wrong.append(Wrong("outside_prefix", t("外线前缀最多 4 位数字，不用拨前缀就空着。")))
    known["zero_before_mobile"] = form.get("zero_before_mobile") == "yes"
    known.pop(machine_answers.KEY, None)
    if form.get("machine") == "none":
        known[machine_answers.KEY] = False
    elif form.get("machine") == "after":
        known[machine_answers.KEY] = _number(form.get("machine_s", ""))
        if not known[machine_answers.KEY] or not machine_answers.fits(known):
            least, most = machine_answers.LEAST, machine_answers.MOST
            told = t(
                "机器在振铃几秒后接：请写 {least} 到 {most} 之间的秒数，例如 20。", least=least, most=most
            )
            wrong.append(Wrong("machine_s", told))
    return known, wrong


def _number(text: str) -> float | None:
    """A number as people type it: full-width digits and a comma for the point are understood."""
    try:
        found = float(text.strip().replace(",", ".").replace("，", "."))
    except ValueError:
        return None
    return int(found) if found.is_integer() else found


def rule_fields(content: Mapping[str, Any]) -> dict[str, str]:
    """The form of the call-back rules, as they stand."""
    numbers = {rule.key: f"{content.get(rule.key, rule.default):g}" for rule in callback_rules.RULES}
    return numbers | {key: "yes" if content.get(key, True) else "" for key in callback_rules.OPTIONS}


def rules_document(form: Form, t: Translator) -> tuple[dict[str, Any], list[Wrong]]:
    """The document `callback_rules`, whole."""
    wrong: list[Wrong] = []
    content: dict[str, Any] = {key: form.get(key) == "yes" for key in callback_rules.OPTIONS}
    for rule in callback_rules.RULES:
        number = _number(form.get(rule.key, ""))
        if number is None or not rule.least <= number <= rule.most:
            name, bounds = (
                rule.what.in_language(t.language),
                {"least": f"{rule.least:g}", "most": f"{rule.most:g}"},
            )
            wrong.append(Wrong(rule.key, t("{what}：请写 {least} 到 {most} 之间的数。", what=name, **bounds)))
        else:
            content[rule.key] = number
    if not wrong:
        wrong = [Wrong("", told.in_language(t.language)) for told in callback_rules.problems(content)]
    return content, wrong


def modules_document(form: Form, held: Mapping[str, Any], shown: Container[str]) -> dict[str, Any]:
    """The document `modules`: of those that were shown, what is ticked is used; the others stay as they are held."""
    return {**held, **{key: form.get(key) == "yes" for key in modules.MODULES if key in shown}}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a summary list."""

    words: str
    value: str


def profile_rows(content: Mapping[str, Any], t: Translator) -> Sequence[Row]:
    level = t(dict(LEVELS).get(str(content.get("level", "")), "没有填"))
    rows = [Row(t("级别"), level)]
    return rows + [Row(t(field.words), str(content.get(field.key) or t("没有填"))) for field in PROFILE]


def line_rows(known: Mapping[str, Any], t: Translator) -> Sequence[Row]:
    machine = known.get(machine_answers.KEY)
    after = t("振铃约 {s} 秒后由机器接，算漏接", s=f"{machine:g}") if machine else ""
    return [
        Row(t("外线前缀"), str(known.get("outside_prefix") or t("不用拨"))),
        Row(t("拨外地手机"), t("前面加 0") if known.get("zero_before_mobile") else t("直接拨")),
        Row(t("录音电话、传真机"), after or (t("没有") if machine is False else t("没有说明"))),
    ]


def rule_rows(content: Mapping[str, Any], t: Translator) -> Sequence[Row]:
    found = []
    for rule in callback_rules.RULES:
        value = content.get(rule.key, rule.default)
        ours = "" if rule.key in content and value != rule.default else t("（建议值）")
        found.append(Row(rule.what.in_language(t.language), f"{value:g} {ours}".strip()))
    options = callback_rules.OPTIONS.items()
    return found + [
        Row(words.in_language(t.language), t("是") if content.get(key, True) else t("否"))
        for key, words in options
    ]


def module_rows(content: Mapping[str, Any], shown: Container[str], t: Translator) -> Sequence[Row]:
    off = modules.switched_off(content)
    return [
        Row(words.in_language(t.language), t("停用") if key in off else t("使用"))
        for key, words in modules.MODULES.items()
        if key in shown
    ]
