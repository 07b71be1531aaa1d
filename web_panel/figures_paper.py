"""The figures of a day or a month as rows of a paper: the same sheet that the page shows in, columns and rows out. Pure.

Each rate stands with numerator, denominator, what is left out, interval and bounds; too few calls are said to be too few.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from firmware_app.calls.figure_words import name_of, shown_interval
from firmware_app.calls.rate import Rate
from firmware_app.calls.service_level import RATES
from firmware_app.papers.paper import Column, Kind, Row, dated
from web_panel import figures_tables as tables
from web_panel import figures_view as view
from web_panel.calls_view import say
from web_panel.figures_choice import Choice
from web_panel.figures_door import Sheet
from web_panel.today_view import Audience
from web_panel.translating import Translator

WIDTHS = (38, 12, 14, 12, 12, 12, 12, 12)


def columns() -> tuple[Column, ...]:
    """Without heads: each part has its own."""
    return tuple(Column("", width) for width in WIDTHS)


def rows(sheet: Sheet, choice: Choice, desk: Audience) -> list[Row]:
    """The whole report, part after part."""
    found = [*_standard(sheet, choice, desk.t), *_calls(sheet, choice, desk.t), *_rates(sheet, desk.t)]
    if sheet.cases is not None:
        found += _cases(sheet, desk.t)
    found += [*_coverage(sheet, desk), *_breaches(sheet, desk), *_tables(sheet, choice, desk.t)]
    found += [*_left_out(sheet, choice, desk), *_decided(sheet, choice, desk)]
    return [_on_paper(row, desk.t.language) for row in found]


def _on_paper(row: Row, language: str) -> Row:
    cells = tuple(dated(cell, language) if isinstance(cell, str) else cell for cell in row.cells)
    return Row(cells, row.kind)


def _heading(words: str) -> Row:
    return Row((words,), Kind.HEADING)


def _standard(sheet: Sheet, choice: Choice, t: Translator) -> Iterator[Row]:
    counts = sheet.level.counts
    limit = view.limit(counts, view.links_of(choice), t)
    target = view.target(sheet, choice, t)
    yield _heading(t("标准 5.1.1"))
    words = f"{limit.words} {limit.number.value}" if limit.number else limit.words
    yield Row((t("15 秒内接听（应当做到）"), words))
    for part in limit.parts:
        yield Row((part.name, part.number.value))
    few = f"{t('样本不足')} · " if target.rate.few and target.rate.percent != "—" else ""
    yield Row((t("接通率 95 %（目标）"), target.rate.percent, f"{few}{target.verdict} {target.reason}"))


def _calls(sheet: Sheet, choice: Choice, t: Translator) -> Iterator[Row]:
    counts, links = sheet.level.counts, view.links_of(choice)
    yield _heading(t("来电"))
    for each in view.counted(counts, links, t):
        yield Row((each.name, each.number.value))
    yield Row((t("来电的人（不同号码）"), counts.callers))
    if counts.hidden:
        yield Row((t("没有号码的来电，不知道是几个人"), counts.hidden))
    for words, value in view.waits(sheet.level, t):
        yield Row((words, value))


def _rates(sheet: Sheet, t: Translator) -> Iterator[Row]:
    yield _heading(t("比率"))
    heads = ("比率", "百分比", "分子 / 分母", "置信区间、上下限、不计入的")
    yield Row(tuple(t(words) for words in heads), Kind.HEADS)
    for key, rate in sheet.level.rates.items():
        yield _rate(f"{key} {say(RATES[key], t)}", rate, t)
    for key, rate in (sheet.repeats.rates if sheet.repeats is not None else {}).items():
        yield _rate(f"{key} {t(view.REPEATED[key])}", rate, t)


def _rate(name: str, rate: Rate, t: Translator) -> Row:
    said = [t("样本不足")] if rate.few and rate.denominator else []
    if rate.denominator:
        said.append(t("95 % 区间 {interval}", interval=shown_interval(rate.interval)))
    if rate.bounds:
        said.append(t("待确认的都没接到 {low}，都接到 {high}", low=rate.bounds[0], high=rate.bounds[1]))
    left = [f"{say(name_of(word), t)} {count}" for word, count in rate.exclusions.items() if count]
    said += [t("不计入：{what}", what=_joined(left, "、", t))] if left else []
    return Row((name, rate.percent, f"{rate.numerator} / {rate.denominator}", _joined(said, "；", t)))


def _joined(words: Sequence[str], mark: str, t: Translator) -> str:
    """With the Chinese mark between, or what stands for it in English."""
    between = {"、": ", ", "；": "; "}[mark] if t.language == "en" else mark
    return between.join(words)


def _cases(sheet: Sheet, t: Translator) -> Iterator[Row]:
    assert sheet.cases is not None, "asked for months alone"
    yield _heading(t("回拨"))
    yield Row(tuple(t(words) for words in ("比率", "百分比", "分子 / 分母", "其中")), Kind.HEADS)
    for each in view.cases(sheet.cases, t):
        said = [t("样本不足")] if each.few and each.percent != "—" else []
        said += [f"{words} {amount}" for words, amount in each.parts]
        yield Row((f"{each.key} {each.name}", each.percent, each.share, _joined(said, "；", t)))
    for words, value in view.case_facts(sheet.cases, t):
        yield Row((words, value))


def _coverage(sheet: Sheet, desk: Audience) -> Iterator[Row]:
    t, found = desk.t, tables.coverage(sheet.coverage, desk)
    yield _heading(t("监测覆盖率"))
    yield Row((t("全部线路"), found.percent))
    for line, share in found.by_line:
        yield Row((line, share))
    for gap in found.gaps:
        yield Row((t("没有监测到的时候"), gap))
    if found.more:
        yield Row((t("另有 {n} 条", n=found.more),))


def _breaches(sheet: Sheet, desk: Audience) -> Iterator[Row]:
    t = desk.t
    if not sheet.breaches:
        return
    yield _heading(t("响过 15 秒的每一个来电"))
    for each in tables.breach_lines(sheet, desk):
        busy = f" · {t('当时另一路正在通话')}" if each.busy else ""
        yield Row((each.when, each.line, f"{each.words}{busy}"))
    more = sheet.level.counts.breaches - len(sheet.breaches)
    if more > 0:
        yield Row((t("另有 {n} 条", n=more),))


def _tables(sheet: Sheet, choice: Choice, t: Translator) -> Iterator[Row]:
    for table in tables.tables(sheet, choice, t):
        yield _heading(table.title)
        heads = [words for words, _ in table.rows[0].cells]
        yield Row(("", *heads, t("接通率")), Kind.HEADS)
        for row in table.rows:
            yield Row((row.label, *[number.value for _, number in row.cells], row.percent))


def _left_out(sheet: Sheet, choice: Choice, desk: Audience) -> Iterator[Row]:
    t, links = desk.t, view.links_of(choice)
    yield _heading(t("没有算进去的，为什么"))
    for each in view.left_out(sheet.level.counts, links, t):
        yield Row((each.name, each.number.value, each.why))
    yield Row((t("加上算进去的，一共来电"), sheet.level.counts.every))
    for closure in tables.closure_lines(sheet, choice, desk):
        yield Row((t("临时停止服务"), closure.number.value, closure.words))


def _decided(sheet: Sheet, choice: Choice, desk: Audience) -> Iterator[Row]:
    t = desk.t
    yield _heading(t("按什么算的"))
    for words in tables.basis(sheet.decided, desk):
        yield Row((words,))
    if sheet.closing is None:
        return
    said = tables.closing(sheet.closing, choice, desk)
    yield Row((said.words,))
    for call, words in said.later:
        yield Row((f"{t('结账以后又有变动')} · {t('通话 {n}', n=call)} · {words}",))
    if said.now is not None:
        yield Row((t("照现在的账本，接通率会是"), said.now.percent))
