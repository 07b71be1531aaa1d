"""Figures as lines of text for a terminal, in one language: values in, lines out. It reads and prints nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from firmware_app.calls.answer_waits import Breach, Waits
from firmware_app.calls.case_figures import CASE_RATES, CaseCounts, case_rates, proofs_of
from firmware_app.calls.erlang import BusyEstimate
from firmware_app.calls.figure_words import (
    REFERENCE,
    name_of,
    shown_interval,
    shown_minutes,
    shown_seconds,
)
from firmware_app.calls.heard_time import WHY, Coverage
from firmware_app.calls.month_figures import Level, MonthFigures, WindowFigures
from firmware_app.calls.rate import VERDICTS, Rate
from firmware_app.calls.service_level import RATES, Counts
from firmware_app.records.call_json import local
from firmware_app.records.figures import ClosedMonth, LaterChange
from firmware_app.wording import Text

SHOWN = 20  # breaches and gaps; all of them stand in the JSON
REPEAT_RATES: Mapping[str, Text] = {
    "R6": Text("一次来电解决率（7 天内未再来电）", "first calls answered and not repeated in 7 days"),
    "R7": Text("重复来电率（48 小时内）", "answered calls repeated within 48 h"),
}
FIELDS = (
    "offered", "in_time", "late", "untimed", "abandoned", "missed", "by_machine", "unknown", "near_limit", "short_talk",
    "callers", "hidden", "out_of_hours", "in_closure", "hours_unknown", "test", "blocked", "non_voice",
)  # fmt: skip


class Teller:
    """Makes lines in `language` for a point in `zone`."""

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        self._language = language
        self._zone = zone

    def say(self, zh: str, en: str) -> str:
        return Text(zh, en).in_language(self._language)

    def month(
        self, figures: MonthFigures, closed: ClosedMonth | None, later: Sequence[LaterChange]
    ) -> Iterator[str]:
        """The month as the ledger has it now, and what was closed beside it."""
        yield self.say(
            f"{figures.month} 月度数据（指标定义 1）", f"figures of {figures.month} (metrics_def 1)"
        )
        yield from self._closing(figures, closed, later)
        yield ""
        yield from self._standard(figures)
        yield ""
        yield from self._level(figures.whole, figures.whole.rates, RATES)
        yield from self._rates(figures.repeats.rates, REPEAT_RATES)
        yield ""
        yield from self._cases(figures.cases)
        yield ""
        yield from self._coverage(figures.coverage)
        yield from self._busy(figures.busy, figures.staff_busy)
        yield ""
        yield from self._parts(figures)
        yield ""
        bases = "; ".join(figures.hours_basis) or "—"
        yield self.say(f"依据：{bases}", f"decided by: {bases}")
        yield self.say(
            f"账本至第 {figures.head[0]} 条，摘要 {figures.head[1]}",
            f"ledger up to entry {figures.head[0]}, digest {figures.head[1]}",
        )

    def window(self, figures: WindowFigures, hours: int) -> Iterator[str]:
        """A rolling window: for information, never with a verdict."""
        reference = REFERENCE.in_language(self._language)
        yield self.say(
            f"最近 {hours} 小时（{reference}，不作判定）", f"last {hours} h ({reference}, no verdict)"
        )
        yield from self._level(figures.whole, figures.whole.rates, RATES)
        yield from self._breach_count(figures.whole.counts)
        for line, counts in figures.by_line.items():
            yield f"  {line}  {self._short(counts)}"

    # ---- parts

    def _closing(
        self, figures: MonthFigures, closed: ClosedMonth | None, later: Sequence[LaterChange]
    ) -> Iterator[str]:
        if closed is None:
            yield (
                self.say("尚未结账", "not closed yet")
                if figures.over
                else self.say("本月未过完，不作判定", "the month is not over: no verdict")
            )
            return
        yield self.say(
            f"已结账（第 {closed.seq} 条，{self._moment(closed.wall)}，摘要 {closed.digest}）",
            f"closed (entry {closed.seq}, {self._moment(closed.wall)}, digest {closed.digest})",
        )
        rate = closed.figures["rates"]["R1"]
        yield self.say(
            f"结账时接通率 {Rate(*rate).percent}（{rate[0]}/{rate[1]}）；下面是账本现在的数据",
            f"answer rate when closed {Rate(*rate).percent} ({rate[0]}/{rate[1]}); below: the ledger as it is now",
        )
        for change in later:
            word = change.disposition or ("in hours" if change.in_hours else "out of hours")
            yield self.say(
                f"  结账后变更：来电 {change.call} {word}（第 {change.seq} 条，{change.actor}）",
                f"  later change: call {change.call} {word} (entry {change.seq}, {change.actor})",
            )

    def _standard(self, figures: MonthFigures) -> Iterator[str]:
        """15 s and 95 % apart: 应 and 宜."""
        counts = figures.whole.counts
        yield from self._breach_count(counts)
        yield from self._breaches(figures.breaches)
        rate = figures.whole.rates["R1"]
        word = (
            VERDICTS[figures.verdict].in_language(self._language)
            if figures.verdict
            else self.say("未到判定时", "no verdict yet")
        )
        yield self.say(
            f"接通率（宜 ≥ 95 %）：{self._rate(rate)}  判定：{word}",
            f"answer rate (should be 95 % or more): {self._rate(rate)}  verdict: {word}",
        )

    def _breach_count(self, counts: Counts) -> Iterator[str]:
        yield self.say(
            f"15 秒内接听（应）：{counts.breaches} 个来电振铃超过 15 秒",
            f"answered within 15 s (shall): {counts.breaches} calls rang on past 15 s",
        )

    def _breaches(self, breaches: Sequence[Breach]) -> Iterator[str]:
        for each in breaches[:SHOWN]:
            least = "" if each.sensed else self.say("至少 ", "at least ")
            error = "" if each.uncertainty is None else f" ± {shown_seconds(each.uncertainty)}"
            busy = f"  {name_of('staff_busy').in_language(self._language)}" if each.staff_busy else ""
            kind = name_of(each.group.name.lower()).in_language(self._language)
            yield (
                f"  {each.call}  {self._moment(each.started_wall)}  {each.line}  {least}{shown_seconds(each.waited)}{error}"
                f"  {kind}{busy}"
            )
        yield from self._more(len(breaches))

    def _level(self, level: Level, rates: Mapping[str, Rate], names: Mapping[str, Text]) -> Iterator[str]:
        yield from self._rates(rates, names)
        yield self._waits(level.waits)
        given_up = shown_seconds(level.counts.mean_ringing_given_up)
        yield self.say(
            f"R5 平均放弃前振铃时长 {given_up}", f"R5 mean ringing of those who gave up {given_up}"
        )
        for field in FIELDS:
            amount = getattr(level.counts, field)
            if amount or field in ("offered", "unknown"):
                yield f"  {name_of(field).in_language(self._language)}  {amount}"

    def _rates(self, rates: Mapping[str, Rate], names: Mapping[str, Text]) -> Iterator[str]:
        for key, rate in rates.items():
            name = names[key].in_language(self._language)
            yield f"{key} {name}  {self._rate(rate)}"

    def _rate(self, rate: Rate) -> str:
        parts = [f"{rate.percent} ({rate.numerator}/{rate.denominator})"]
        if rate.denominator:
            parts.append(f"[{shown_interval(rate.interval)}]")
        if rate.bounds:
            parts.append(
                self.say(
                    f"待确认全算漏接 {rate.bounds[0]}，全算接听 {rate.bounds[1]}",
                    f"{rate.bounds[0]} if all unknown were missed, {rate.bounds[1]} if answered",
                )
            )
        left_out = self._list(rate.exclusions.items())
        if left_out:
            parts.append(self.say(f"未计入：{left_out}", f"left out: {left_out}"))
        return "  ".join(parts)

    def _waits(self, waits: Waits) -> str:
        mean, median, p90, longest = (
            shown_seconds(each) for each in (waits.mean, waits.median, waits.p90, waits.longest)
        )
        return self.say(
            f"R4 平均应答时长 {mean}  中位数 {median}  P90 {p90}  最长 {longest}（{waits.timed} 个）",
            f"R4 mean answer delay {mean}  median {median}  P90 {p90}  longest {longest} ({waits.timed} calls)",
        )

    def _cases(self, cases: CaseCounts) -> Iterator[str]:
        proofs = proofs_of(cases)
        for key, rate in case_rates(cases).items():
            parts = self._list(proofs.get(key, {}).items())
            yield f"{key} {CASE_RATES[key].in_language(self._language)}  {self._rate(rate)}  {parts}".rstrip()
        first = cases.first
        yield self.say(
            f"K4 首次回拨（工作时间）：中位数 {shown_minutes(first.median)}，P90 {shown_minutes(first.p90)}",
            f"K4 first call-back (working time): median {shown_minutes(first.median)}, P90 {shown_minutes(first.p90)}",
        )
        yield self.say(
            f"  回拨事项 {cases.cases} 个，来电者已自行接通 {cases.self_resolved} 个，多次未通 {cases.unreachable} 个",
            f"  {cases.cases} cases, {cases.self_resolved} resolved by the caller, {cases.unreachable} not reached",
        )

    def _coverage(self, coverage: Coverage | None) -> Iterator[str]:
        if coverage is None:
            yield self.say("监测覆盖率 —（没有服务时间）", "monitoring coverage — (no service time)")
            return
        yield self.say(f"监测覆盖率 {coverage.percent}", f"monitoring coverage {coverage.percent}")
        for gap in coverage.gaps[:SHOWN]:
            why = WHY[gap.why].in_language(self._language)
            yield f"  {self._moment(gap.start)} – {self._moment(gap.end)}  {gap.line or '*'}  {why}"
        yield from self._more(len(coverage.gaps))

    def _busy(self, busy: Mapping[str, BusyEstimate], staff_busy: int) -> Iterator[str]:
        for line, estimate in busy.items():
            if estimate.occupancy is not None:
                words = estimate.words.in_language(self._language)
                used = f"{100 * estimate.occupancy:.1f} %"
                yield self.say(f"{line} 占用率 {used}；{words}", f"{line} in use {used} of the time; {words}")
        if staff_busy:
            yield f"{name_of('staff_busy').in_language(self._language)}  {staff_busy}"

    def _parts(self, figures: MonthFigures) -> Iterator[str]:
        titles = (
            (self.say("按线路", "by line"), {key: level.counts for key, level in figures.by_line.items()}),
            (
                self.say("按小时", "by hour"),
                {f"{key:02}:00": counts for key, counts in figures.by_hour.items()},
            ),
            (
                self.say("按星期", "by weekday"),
                {
                    self.say(
                        "一二三四五六日"[key - 1], ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[key - 1]
                    ): c
                    for key, c in figures.by_weekday.items()
                },
            ),
        )
        for title, parts in titles:
            yield title
            for key, counts in parts.items():
                yield f"  {key}  {self._short(counts)}"

    def _short(self, counts: Counts) -> str:
        rate = Rate(counts.answered, counts.offered)
        return self.say(
            f"呼入 {counts.offered}  接听 {counts.answered}（{rate.percent}）  超 15 秒 {counts.breaches}  待确认 {counts.unknown}",
            f"offered {counts.offered}  answered {counts.answered} ({rate.percent})  past 15 s {counts.breaches}"
            f"  unknown {counts.unknown}",
        )

    def _list(self, words: Iterable[tuple[str, int]]) -> str:
        comma = self.say("，", ", ")
        return comma.join(f"{name_of(word).in_language(self._language)} {amount}" for word, amount in words)

    def _more(self, count: int) -> Iterator[str]:
        if count > SHOWN:
            yield self.say(f"  另有 {count - SHOWN} 条", f"  and {count - SHOWN} more")

    def _moment(self, wall: int) -> str:
        return local(wall, self._zone).strftime("%Y-%m-%d %H:%M:%S")
