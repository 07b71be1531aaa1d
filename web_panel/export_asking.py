"""What a person asks to have on paper, as a form or an address says it, in; the order for it, with title, notes and footer, out.

Reads figures through their door where the paper is a report; lists are read by the process that writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from firmware_app.calls.talk import TALK_OUTCOMES, TalkOutcome
from firmware_app.papers.paper import days, file_name, moment
from web_panel import figures_paper
from web_panel.calls_view import KINDS, narrowed, period, say
from web_panel.export_order import Order
from web_panel.figures_choice import Choice, choose
from web_panel.formatting import local
from web_panel.parts import Parts
from web_panel.today_view import Audience

LONGEST_REASON = 200
LISTS = ("calls", "callbacks")


@dataclass(frozen=True, slots=True)
class PaperKind:
    """title: in Chinese, a key of the translations; plain: of its file, in ASCII."""

    title: str
    plain: str


PAPERS: Mapping[str, PaperKind] = {
    "calls": PaperKind("来电明细", "calls"),
    "callbacks": PaperKind("漏接来电回拨登记表", "call-back-register"),
    "day": PaperKind("话务日报", "day-report"),
    "month": PaperKind("话务月报", "month-report"),
}
KNOWN = (
    "paper",
    "from",
    "to",
    "month",
    "kind",
    "line",
    "hour",
    "weekday",
    "talk",
    "form",
    "full",
    "reason",
    "csrf_token",
)
WITH_OUTBOUND = ("all", "outbound")  # kinds of calls that are no 来电


@dataclass(frozen=True, slots=True)
class Asked:
    """As it was typed. first, last: days, or minutes as the page of calls has them; month: 2026-11. talk: a TalkOutcome.

    beyond: a list was narrowed by something that a paper does not know, so it holds more than the list.
    """

    paper: str = "calls"
    first: str = ""
    last: str = ""
    month: str = ""
    kind: str = "every"
    line: str = ""
    hour: int | None = None
    weekday: int | None = None
    form: str = "xlsx"
    full: bool = False
    reason: str = ""
    talk: str = ""
    beyond: bool = False


def asked_of(given: Mapping[str, str]) -> Asked:
    """What a form or an address says; what is not understood is as nothing was said."""
    paper = given.get("paper", "")
    return Asked(
        paper=paper if paper in PAPERS else "calls",
        first=given.get("from", "").strip()[:16],
        last=given.get("to", "").strip()[:16],
        month=given.get("month", "").strip()[:7],
        kind=kind if (kind := given.get("kind", "")) in KINDS else "every",
        line=given.get("line", "")[:32],
        hour=_whole(given.get("hour", ""), 0, 23),
        weekday=_whole(given.get("weekday", ""), 1, 7),
        form=given.get("form", "xlsx"),
        full=paper in LISTS and given.get("full") == "yes",
        reason=" ".join(given.get("reason", "").split())[:LONGEST_REASON],
        talk=talk if (talk := given.get("talk", "")) in {each.value for each in TalkOutcome} else "",
        beyond=any(value and name not in KNOWN for name, value in given.items()),
    )


def _whole(text: str, least: int, most: int) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and least <= int(text[:4]) <= most else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """asked, with the days that are meant where none were typed. [since, until): ns of UTC. begin, end: for the record.

    choice: the period of a report; None of a list. understood: whether the days were.
    """

    asked: Asked
    since: int
    until: int
    first: date
    last: date
    begin: str
    end: str
    understood: bool
    choice: Choice | None = None

    def file_name(self, language: str) -> str:
        kind = PAPERS[self.asked.paper]
        title = kind.plain if language == "en" else _title(self.asked)
        return file_name(title, days(self.first, self.last, language), _ending(self.asked.form))


def _ending(form: str) -> str:
    return form if form in ("xlsx", "csv", "pdf") else "print"


def _title(asked: Asked) -> str:
    """In Chinese."""
    if asked.paper == "calls" and asked.kind in WITH_OUTBOUND:
        return "通话明细"
    return PAPERS[asked.paper].title


def wanted(asked: Asked, desk: Audience) -> Wanted:
    """The period of a paper: that of a list is any days, a report has one day or one month."""
    if asked.paper == "month":
        return _month(asked, desk)
    first, last = asked.first, asked.last
    if asked.paper == "callbacks" and not (first or last):
        today = local(desk.now, desk.zone).date()
        first, last = today.replace(day=1).isoformat(), today.isoformat()
    if asked.paper == "day":
        last = first = first[:10] or last[:10]
    found, understood = period(first, last, desk.now, desk.zone)
    choice = Choice(found.begin, found.since, found.until, found.begin, found.end, month=False)
    return Wanted(
        replace(asked, first=found.begin, last=found.end),
        found.since,
        found.until,
        found.first,
        found.last,
        found.begin,
        found.end,
        understood,
        choice if asked.paper == "day" else None,
    )


def _month(asked: Asked, desk: Audience) -> Wanted:
    choice, understood = choose(asked.month, desk.now, desk.zone)  # type: ignore[arg-type]
    if not choice.month:
        choice, understood = choose("", desk.now, desk.zone)[0], False  # type: ignore[arg-type]
    first, last = date.fromisoformat(choice.begin), date.fromisoformat(choice.end)
    return Wanted(
        replace(asked, month=choice.key),
        choice.since,
        choice.until,
        first,
        last,
        choice.begin,
        choice.end,
        understood,
        choice,
    )


def order_for(found: Wanted, desk: Audience, maker: str, here: Parts) -> Order:
    """What the process is to write. Raises LedgerAway."""
    asked, t = found.asked, desk.t
    rows = None
    if found.choice is not None:
        made = figures_paper.rows(here.figures.sheet(found.choice, desk.now), found.choice, desk)
        rows = tuple((row.kind.value, row.cells) for row in made)
    return Order(
        paper=asked.paper,
        form=asked.form,
        file="",
        language=t.language,
        zone=str(here.zone),
        ledger=str(here.settings.data_dir / "ledger.db"),
        since=found.since,
        until=found.until,
        full=asked.full,
        title=t(_title(asked)),
        notes=_notes(found, desk, here.settings.site.name),
        footer=_footer(asked, desk, maker),
        own_numbers=dict(desk.own_numbers),
        search=_search(asked),
        rows=rows,
    )


def _search(asked: Asked) -> dict[str, str | int | None]:
    if asked.paper != "calls":
        return {}
    talk = {"talk": asked.talk} if asked.talk else {}
    return {
        "kind": asked.kind,
        "line": asked.line or None,
        "hour": asked.hour,
        "weekday": asked.weekday,
        **talk,
    }


def narrowing(found: Wanted, desk: Audience) -> list[str]:
    """To which calls a list is narrowed, in words; empty for other papers."""
    asked, t = found.asked, desk.t
    if asked.paper != "calls":
        return []
    exact = period(found.begin, found.end, desk.now, desk.zone)[0]
    came_of_it = say(TALK_OUTCOMES[TalkOutcome(asked.talk)], t) if asked.talk else ""
    words = (narrowed(exact, asked.hour, asked.weekday, t), t(KINDS[asked.kind]), asked.line, came_of_it)
    return [each for each in words if each]


def _notes(found: Wanted, desk: Audience, site: str) -> tuple[str, ...]:
    """The point, the period, and to what it was narrowed."""
    words = [days(found.first, found.last, desk.t.language), *narrowing(found, desk)]
    if found.asked.paper == "callbacks":
        words.append(desk.t("一个号码在办结以前算一件，时间、振铃和服务时间按第一次来电"))
    return (site, " · ".join(words))


def _footer(asked: Asked, desk: Audience, maker: str) -> str:
    t = desk.t
    when = moment(local(desk.now, desk.zone), t.language)
    if asked.full:
        return t(
            "打印人：{who} · {when} · 用途：{why} · 含完整号码，请妥善保管，用后销毁",
            who=maker,
            when=when,
            why=asked.reason,
        )
    if asked.paper in LISTS:
        return t("制表人：{who} · {when} · 号码已遮盖", who=maker, when=when)
    return t("制表人：{who} · {when}", who=maker, when=when)
