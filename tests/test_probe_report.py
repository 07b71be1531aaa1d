"""The sentences of a probe: each finding has its own, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.interface import CheckResult
from device.modem_families import ROWS
from device.modem_models import CallerIdMode, Family, Model, Quirk
from device.signals import Sensing
from firmware_app.probe_report import Report, report

WELL = CheckResult(answers=True, set_up=True, loop_present=True, on_hook=True, voltage=-48.2)
ALL = Sensing(hook=True, loop=True, caller_id=True, reversal=True)
CONEXANT = ROWS[Family.CONEXANT]


def told(
    model: Model = CONEXANT, sensing: Sensing = ALL, check: CheckResult = WELL, code: str = "56000"
) -> Report:
    return report(model, sensing, code, check)


@pytest.mark.parametrize(
    ("model", "code", "zh", "en"),
    [
        (
            replace(CONEXANT, name="CX93001", firmware="1.2"),
            "56000",
            "Conexant CX93001（Conexant CX930xx，代码 56000，固件 1.2）",
            "Conexant CX93001 (Conexant CX930xx, code 56000, firmware 1.2)",
        ),
        (ROWS[Family.ZYXEL], "", "ZyXEL", "ZyXEL"),
        (
            ROWS[Family.USR5637],
            "",
            "U.S. Robotics USR5637",
            "U.S. Robotics USR5637",
        ),
        (ROWS[Family.UNKNOWN], "9", "不认识的型号：unknown（代码 9）", "an unknown model: unknown (code 9)"),
    ],
)
def test_it_is_named(model: Model, code: str, zh: str, en: str) -> None:
    title = told(model, code=code).title
    assert (title.zh, title.en) == (zh, en)


def words(sentences: tuple[object, ...]) -> str:
    return "\n".join(str(each) for each in sentences)


def test_a_modem_that_senses_all_lacks_nothing() -> None:
    assert told().advice == ()
    can = words(told().can)
    for part in ("听到振铃", "全部内容", "现在 48.2 V", "线路断了", "极性反转", "点击回拨"):
        assert part in can
    assert "人工确认" not in words(told().cannot)


def test_what_a_modem_does_not_sense_is_said_with_what_helps() -> None:
    deaf = told(sensing=Sensing(), check=CheckResult(answers=True))
    assert "人工确认" in words(deaf.cannot)
    assert "听不到来电号码" in words(deaf.cannot)
    assert "摘机检测接口" in words(deaf.advice)
    assert "声卡旁听" in words(deaf.advice)
    assert "AT+FCLASS=8" in words(deaf.can)


@pytest.mark.parametrize(
    ("model", "check", "part"),
    [
        (CONEXANT, replace(WELL, loop_present=False), "没有接上电话线"),
        (replace(CONEXANT, country="F6"), WELL, "国家设置为 F6"),
        (
            replace(CONEXANT, quirks=frozenset({Quirk.OLD_FIRMWARE}), firmware="1.2.1"),
            WELL,
            "固件 1.2.1 较旧",
        ),
        (ROWS[Family.UNKNOWN], WELL, "没有试过"),
    ],
)
def test_each_trouble_has_its_advice(model: Model, check: CheckResult, part: str) -> None:
    assert [each for each in told(model, check=check).advice if part in each.zh]


@pytest.mark.parametrize("country", ["", "26", "B5"])
def test_a_country_whose_caller_id_is_ours_is_no_trouble(country: str) -> None:
    assert told(replace(CONEXANT, country=country)).advice == ()


def test_a_modem_that_checks_the_sum_itself_and_one_that_cannot_dial() -> None:
    plain = told(
        replace(CONEXANT, caller_id_mode=CallerIdMode.FORMATTED, dialling=None),
        check=CheckResult(answers=True),
    )
    assert "由调制解调器自己核对" in words(plain.can)
    assert "拨号" not in words(plain.can)
    assert "现在 未知" in words(plain.can)


@given(
    st.sampled_from(sorted(ROWS, key=lambda family: family.value)),
    st.builds(Sensing, hook=st.booleans(), caller_id=st.booleans(), reversal=st.booleans()),
    st.builds(CheckResult, answers=st.just(True), loop_present=st.none() | st.booleans()),
)
def test_what_is_not_sensed_is_never_claimed(family: Family, sensing: Sensing, check: CheckResult) -> None:
    found = told(ROWS[family], sensing, check)
    assert any("测量线路电压" in each.zh for each in found.can) is sensing.hook
    assert any("人工确认" in each.zh for each in found.cannot) is not sensing.hook
    assert any("来电号码和姓名" in each.zh for each in found.can) is sensing.caller_id
    assert any("极性" in each.zh for each in found.can) is sensing.reversal
    assert all(each.zh and each.en for each in (*found.can, *found.cannot, *found.advice))
