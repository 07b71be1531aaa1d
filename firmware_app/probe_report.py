"""What a probe found in, sentences for the technician out: what the modem can and cannot sense, what it lacks, what to do. Pure.

Chinese first. What a line must tell for this job is in docs/MODEMS.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from device.interface import CheckResult
from device.modem_models import CHINA, CallerIdMode, Family, Model, Quirk
from device.signals import MILLISECOND, Sensing
from firmware_app.wording import Text

JACK_INIT = (
    'init = ["AT+FCLASS=8", "AT+VCID=1"]'  # an init takes the place of the table's own caller-ID command
)
COUNTRY_INIT = 'init = ["AT+GCI=B5", "AT+VCID=1"]'
LIKE_CHINA = (CHINA, "B5")  # caller ID of North America is Bell 202, as in China (docs/LINE.md 1.1)


@dataclass(frozen=True, slots=True)
class Report:
    """Each a whole sentence."""

    title: Text
    can: tuple[Text, ...]
    cannot: tuple[Text, ...]
    advice: tuple[Text, ...]


def report(model: Model, sensing: Sensing, code: str, check: CheckResult) -> Report:
    """What to tell of a modem that answered."""
    return Report(
        _title(model, code),
        tuple(_can(model, sensing, check)),
        tuple(_cannot(model, sensing)),
        tuple(_advice(model, sensing, check)),
    )


def _title(model: Model, code: str) -> Text:
    maker = model.maker if model.maker and model.maker not in model.title else ""
    name = f"{maker} {model.title}".strip()
    zh = f"{name}（{_details(model, code, '，', '代码 ', '固件 ')}）"
    en = f"{name} ({_details(model, code, ', ', 'code ', 'firmware ')})"
    if model.family is Family.UNKNOWN:
        zh, en = f"不认识的型号：{zh}", f"an unknown model: {en}"
    return Text(zh.replace("（）", ""), en.replace(" ()", ""))


def _details(model: Model, code: str, comma: str, code_word: str, firmware_word: str) -> str:
    named = model.title in model.family.value or model.family is Family.UNKNOWN
    found = [] if named else [model.family.value]
    found += [code_word + code] if code and code not in (model.title, model.firmware) else []
    found += [firmware_word + model.firmware] if model.firmware else []
    return comma.join(found)


def _can(model: Model, sensing: Sensing, check: CheckResult) -> list[Text]:
    can = [Text("听到振铃", "hear the ringing")]
    if sensing.caller_id and model.caller_id_mode is CallerIdMode.UNFORMATTED:
        can.append(
            Text(
                "听到来电号码和姓名，全部内容；校验由铃守核对，传坏的消息会说明",
                "hear who calls, number and name and all else that is sent; Ringkeeper checks the sum and tells a damaged message",
            )
        )
    elif sensing.caller_id:
        can.append(
            Text(
                "听到来电号码和姓名；由调制解调器自己核对，传坏的消息它不报告",
                "hear who calls, number and name; the modem checks the sum itself and says nothing of a damaged message",
            )
        )
    if sensing.hook:
        volts = "" if check.voltage is None else f"{abs(check.voltage):.1f} V"
        can.append(
            Text(
                f"知道有没有人接听、何时接听、通话多久：测量线路电压（现在 {volts or '未知'}）",
                f"know whether and when somebody answered, and for how long: by the line's voltage (now {volts or 'unknown'})",
            )
        )
        can.append(Text("知道线路断了", "notice that the line is cut"))
    if sensing.reversal:
        can.append(Text("知道线路极性反转", "notice a reversal of the line's polarity"))
    if model.can_dial:
        can.append(Text("代为拨号（点击回拨）", "dial for the clerk (click to call)"))
    if model.jack_codes and not sensing.hook:
        can.append(
            Text(
                f"若电话机插在它自己的 PHONE 口：配置 {JACK_INIT} 后能知道这部话机的摘挂机",
                f"if the telephone is plugged into its own PHONE jack: sense that telephone, with {JACK_INIT}",
            )
        )
    return can


def _cannot(model: Model, sensing: Sensing) -> list[Text]:
    cannot = []
    if not sensing.hook:
        cannot.append(
            Text(
                "不能知道有没有人接听：漏接要人工确认",
                "cannot know whether anybody answered: every call has to be settled by a person",
            )
        )
    if not sensing.caller_id:
        cannot.append(Text("听不到来电号码", "cannot hear who calls"))
    error = model.ring_error / MILLISECOND / 1000
    cannot.append(
        Text(
            f"只说「响铃」，不说起止：响铃时刻准到 ±{error:.1f} 秒",
            f"says RING, not when a burst begins and ends: its moment is known to ±{error:.1f} s",
        )
    )
    cannot.append(
        Text(
            "听不到用 DTMF 送的来电号码（少数交换局）和拨出的号码",
            "cannot hear caller ID sent by DTMF (some exchanges), nor the digits that are dialled",
        )
    )
    return cannot


def _advice(model: Model, sensing: Sensing, check: CheckResult) -> list[Text]:
    advice = []
    if not sensing.hook:
        advice.append(
            Text(
                "建议：加一个摘机检测接口（GPIO，hook_pin），或换用能测线路电压的 CX930xx 类调制解调器",
                "add a hook sensor (GPIO, hook_pin), or take a modem that measures the line's voltage, of the CX930xx kind",
            )
        )
    if not sensing.caller_id:
        advice.append(
            Text(
                '建议：加声卡旁听（interface = "audio"）或来电显示板，或换一种调制解调器',
                'add a sound tap (interface = "audio") or a caller-ID board, or take another modem',
            )
        )
    if check.loop_present is False:
        advice.append(
            Text(
                "现在没有接上电话线（线路电压几乎为零）：检查插头",
                "no telephone line is connected now (hardly any voltage): look at the plug",
            )
        )
    if model.country not in ("", *LIKE_CHINA):
        advice.append(
            Text(
                f"国家设置为 {model.country}，固件里没有中国：若只响铃不显示号码，配置 {COUNTRY_INIT}",
                f"its country is {model.country}, its firmware has no China: if it rings without a number, configure {COUNTRY_INIT}",
            )
        )
    if Quirk.OLD_FIRMWARE in model.quirks:
        advice.append(
            Text(
                f"固件 {model.firmware} 较旧，请升级到 1.2.23 或更新",
                f"its firmware {model.firmware} is old: update it to 1.2.23 or newer",
            )
        )
    if model.family is Family.UNKNOWN:
        advice.append(
            Text(
                "这种型号没有试过：请先用 ringkeeper record 录一次来电，核对号码和振铃",
                "this model was never tried: record a call with ringkeeper record, and compare number and rings",
            )
        )
    return advice
