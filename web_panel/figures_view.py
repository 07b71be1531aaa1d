"""The figures of a period in, words and numbers ready for the template out: is the standard kept, and by what is that known.

Pure. 15 s (应) and 95 % (宜) are two statements and never one. Each number that counts calls carries the question whose
answer is exactly those calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from firmware_app.calls.answer_waits import Waits
from firmware_app.calls.case_figures import CASE_RATES, CaseCounts, case_rates, proofs_of
from firmware_app.calls.figure_words import name_of, shown_interval, shown_minutes
from firmware_app.calls.month_figures import Level, Repeats
from firmware_app.calls.rate import VERDICTS, Rate, Verdict
from firmware_app.calls.service_level import RATES, Counts
from web_panel.calls_view import say, seconds_of
from web_panel.figures_choice import Choice
from web_panel.figures_door import Sheet
from web_panel.translating import Translator

TONES = {Verdict.MET: "ok", Verdict.NEAR: "watch", Verdict.NOT_MET: "bad"}
REASONS: Mapping[Verdict, str] = {
    Verdict.MET: "",
    Verdict.NEAR: "低于 95 %，但差得不多，可能只是偶然。",
    Verdict.NOT_MET: "低于 95 %，而且不像是偶然。",
    Verdict.TOO_FEW: "不到 20 个来电，还说明不了什么，可以看近 90 天。",
    Verdict.UNDECIDED: "待确认的来电太多，达标没达标都有可能；确认了就能判定。",
    Verdict.COVERAGE: "服务时间里有一部分没有监测到，那时来过多少电话不知道，所以不作判定。",
}
REPEATED = {"R6": "一次来电解决率（之后 7 天没有再打来）", "R7": "重复来电率（48 小时内打来过）"}
SECONDARY = ("R1e", "R2", "R2a", "R2e", "R3", "R3e")
# Numerator, and denominator, of each rate as sums of counts (service_level.rates); a subtrahend of 0 is left out.
FORMULAS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "R1": (("answered",), ("offered",)),
    "R1e": (("answered",), ("offered", "-abandoned")),
    "R2": (("in_time",), ("offered", "-untimed")),
    "R2a": (("in_time",), ("answered", "-untimed")),
    "R2e": (("in_time",), ("answered", "missed", "-untimed")),
    "R3": (("missed", "abandoned"), ("offered",)),
    "R3e": (("missed",), ("offered", "-abandoned")),
}
COUNTED = (
    "offered",
    "in_time",
    "late",
    "untimed",
    "missed",
    "by_machine",
    "abandoned",
    "unknown",
    "short_talk",
)
LEFT_OUT: Mapping[str, str] = {
    "unknown": "没有听清有没有人接。不算接听，也不算漏接；上面给出了两头的界限。",
    "out_of_hours": "不在服务时间内打来，另有回拨。",
    "hours_unknown": "那时没有设置服务时间，或账本里没有记下。",
    "test": "自己打的检查电话。",
    "blocked": "经同意屏蔽的骚扰号码。",
    "non_voice": "传真或数据，没有人说话。",
}


@dataclass(frozen=True, slots=True)
class Number:
    """A count of calls; query: of the page of calls that lists exactly them."""

    value: int
    query: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Links:
    """Makes numbers of one period; more: what else is asked for (line, hour, weekday)."""

    begin: str
    end: str
    more: Mapping[str, str | int] = field(default_factory=dict)

    def number(self, kind: str, value: int) -> Number:
        return Number(value, {"kind": kind, "from": self.begin, "to": self.end, **self.more})

    def counted(self, kind: str, counts: Counts) -> Number:
        return self.number(kind, getattr(counts, kind))


def links_of(choice: Choice) -> Links:
    return Links(choice.begin, choice.end)


@dataclass(frozen=True, slots=True)
class Named:
    """A number with its name, and why it stands there."""

    name: str
    number: Number
    why: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """15 s. number: calls that rang on past it, None where there is none."""

    tone: str
    words: str
    number: Number | None
    parts: Sequence[Named]


def limit(counts: Counts, links: Links, t: Translator) -> Limit:
    """The statement about 15 s: each breach counts."""
    parts = [
        Named(t(words), links.counted(kind, counts))
        for kind, words in (
            ("late", "其中超过 15 秒才接听"),
            ("rang_on", "其中响满 15 秒，不知道有人接"),
            ("near_limit", "接听时间离 15 秒太近，误差内说不准"),
            ("untimed", "有人接听，但多久接起没有测到"),
        )
        if getattr(counts, kind)
    ]
    if counts.breaches:
        return Limit("bad", t("没有做到：响过 15 秒的来电"), links.counted("breaches", counts), parts)
    if not counts.offered + counts.unknown:
        return Limit("calm", t("服务时间内没有来电。"), None, parts)
    if counts.untimed + counts.unknown:
        return Limit("calm", t("没有发现响过 15 秒的来电，但不是每一个都测到了。"), None, parts)
    return Limit("ok", t("没有一个来电响过 15 秒。"), None, parts)


@dataclass(frozen=True, slots=True)
class Formula:
    """A rate with the counts that make it. above, below: sign and number; interval, bounds: empty where there is none."""

    key: str
    name: str
    percent: str
    above: Sequence[tuple[str, Number]]
    below: Sequence[tuple[str, Number]]
    interval: str
    bounds: Sequence[str]
    few: bool


def formula(key: str, counts: Counts, rate: Rate, links: Links, t: Translator) -> Formula:
    above, below = (_terms(words, counts, links) for words in FORMULAS[key])
    return Formula(
        key=key,
        name=say(RATES[key], t),
        percent=rate.percent,
        above=above,
        below=below,
        interval=shown_interval(rate.interval) if rate.denominator else "",
        bounds=rate.bounds or (),
        few=rate.few,
    )


def _terms(words: Sequence[str], counts: Counts, links: Links) -> list[tuple[str, Number]]:
    found: list[tuple[str, Number]] = []
    for word in words:
        name = word.removeprefix("-")
        number = links.counted(name, counts)
        if word == name:
            found.append(("+" if found else "", number))
        elif number.value:
            found.append(("−", number))
    return found


@dataclass(frozen=True, slots=True)
class Target:
    """95 %. verdict: in words; reason: why it is so."""

    tone: str
    verdict: str
    reason: str
    rate: Formula
    unknown: Number


def target(sheet: Sheet, choice: Choice, t: Translator) -> Target:
    """The statement about 95 %: a target, with its doubt."""
    counts, links = sheet.level.counts, links_of(choice)
    verdict = sheet.verdict
    if verdict is not None:
        tone, words = TONES.get(verdict, "calm"), say(VERDICTS[verdict], t)
        reason = t(REASONS[verdict]) if REASONS[verdict] else ""
    elif choice.month:
        tone, words, reason = "calm", t("先不判定"), t("这个月还没有过完。")
    else:
        tone, words, reason = "calm", t("参考"), t("判定按整月作，这里只供参考。")
    rate = formula("R1", counts, sheet.level.rates["R1"], links, t)
    return Target(tone, words, reason, rate, links.counted("unknown", counts))


def secondary(level: Level, links: Links, t: Translator) -> list[Formula]:
    """The other rates of calls."""
    return [formula(key, level.counts, level.rates[key], links, t) for key in SECONDARY]


def counted(counts: Counts, links: Links, t: Translator) -> list[Named]:
    """How the calls came out; what there is none of is not told, except of the first."""
    return [
        Named(say(name_of(kind), t), links.counted(kind, counts))
        for kind in COUNTED
        if kind == "offered" or getattr(counts, kind)
    ]


def left_out(counts: Counts, links: Links, t: Translator) -> list[Named]:
    """What is in no rate, and why; with the offered calls it makes every call there was."""
    return [
        Named(say(name_of(kind), t), links.counted(kind, counts), t(why))
        for kind, why in LEFT_OUT.items()
        if getattr(counts, kind)
    ]


def waits(level: Level, t: Translator) -> list[tuple[str, str]]:
    """How long callers waited, in seconds."""
    found: Waits = level.waits
    told = (
        ("平均应答时长", found.mean),
        ("中位数", found.median),
        ("九成在这之内（P90）", found.p90),
        ("最长", found.longest),
        ("没等到的人平均等了", level.counts.mean_ringing_given_up),
    )
    return [
        (t(words), "—" if duration is None else t("{n} 秒", n=seconds_of(duration)))
        for words, duration in told
    ]


# ---- call-backs


@dataclass(frozen=True, slots=True)
class CaseRate:
    """share: numerator and denominator, of cases and not of calls; parts: by what it is known."""

    key: str
    name: str
    percent: str
    share: str
    parts: Sequence[tuple[str, int]]
    few: bool


def cases(counts: CaseCounts, t: Translator) -> list[CaseRate]:
    """K1 to K3, K5, K6: what the line proves and what people told apart."""
    proofs = proofs_of(counts)
    return [
        CaseRate(
            key,
            say(CASE_RATES[key], t),
            rate.percent,
            f"{rate.numerator} / {rate.denominator}",
            [(say(name_of(word), t), amount) for word, amount in proofs.get(key, {}).items()],
            rate.few,
        )
        for key, rate in case_rates(counts).items()
    ]


def case_facts(counts: CaseCounts, t: Translator) -> list[tuple[str, str]]:
    """K4 and what became of the cases."""
    told = (
        ("首次回拨用时，中位数（工作时间）", shown_minutes(counts.first.median)),
        ("九成在这之内（P90）", shown_minutes(counts.first.p90)),
        ("要回拨的（每个号码算一件）", counts.cases),
        ("其中短振铃", counts.low),
        ("对方又打来并接听了", counts.self_resolved),
        ("多次没打通", counts.unreachable),
        ("不用回拨", counts.not_needed),
        ("无法回拨，不计入", counts.not_callable),
        ("还没到时限、尚未回拨，不计入", counts.pending),
    )
    return [(t(words), str(value)) for words, value in told if value]


def repeated(found: Repeats, t: Translator) -> list[CaseRate]:
    """R6, R7: of callers, not of calls."""
    return [
        CaseRate(
            key,
            t(REPEATED[key]),
            rate.percent,
            f"{rate.numerator} / {rate.denominator}",
            [(say(name_of(word), t), amount) for word, amount in rate.exclusions.items()],
            rate.few,
        )
        for key, rate in found.rates.items()
    ]
