"""The words for the equipment: kinds and states in, Chinese sentences with a next step out (English: `translations/en.toml`).

Tables only; what is not in them is worded by `today_view`.
"""

from __future__ import annotations

STAGE_WORDS = (
    "正在响铃，请接听",
    "已响 5 秒以上，请接听",
    "已响 10 秒以上，请快接听",
    "已响 15 秒以上，请马上接听",
)
# state of a line → tone of its card, words
STATES = {
    "starting": ("calm", "正在准备"),
    "idle": ("calm", "空闲"),
    "talking": ("talk", "正在通话"),
    "outbound": ("talk", "正在打出"),
    "off_hook": ("talk", "话筒已拿起"),
    "lost": ("trouble", "听不到这条线"),
}
# kind of a trouble or fault of a line → words, next step; the one that explains the others stands first
TROUBLES = {
    "line_lost": (
        "听不到这条线",
        "请检查盒子上这条线的插头和电源。接好后 5 秒内会自动恢复；话机本身照常能用。",
    ),
    "no_loop": ("电话线没有电", "请拿起话机听有没有拨号音；没有就向电话公司报修。"),
    "hook_sensor": (
        "摘挂机检测与响铃矛盾",
        "请技术员检查这条线的接线；修好之前，有没有人接听可能记得不准。",
    ),
    "left_off_hook": ("话筒没有放好", "请把话筒放回去，否则别人打不进来。"),
    "ear_lost": ("一个监听口失联", "这条线还在监听，来电照样记录，可能不那么准；请告诉技术员。"),
}
# why a call is `unknown` → what the clerk is told of it
DOUBTS = {
    "no_hook": "这条线测不出有没有人接。请您确认。",
    "hook_away": "响铃时测摘机的监听口失联，不知道有没有人接。请您确认。",
    "hook_sensor": "摘挂机检测与响铃矛盾，不知道有没有人接。请您确认。",
    "found_off_hook": "响铃时盒子刚恢复监听，不知道有没有人接。请您确认。",
    "line_lost": "响铃时这条线失联，不知道有没有人接。请您确认。",
    "no_loop": "响铃时电话线断了，不知道有没有人接。请您确认。",
    "restart": "响铃时盒子重新启动，不知道有没有人接。请您确认。",
    "call_waiting": "正在通话时又有人打进来，不知道有没有接。请您确认。",
}
# by which means an answer was sensed → its words in "按…判断"
MEANS = {
    "hook_pin": "摘挂机检测",
    "line_voltage": "线路电压",
    "telephone_jack": "调制解调器的话机插口",
    "modem": "调制解调器",
    "serial_box": "串口盒",
    "sound": "线路声音",
}

# kind of a fault that no line has → words, next step
FAULTS = {
    "disk": ("存储卡有问题", "请不要断电，马上告诉技术员。"),
    "clock": ("时间可能不准", "盒子还没有对好时间，显示的时刻可能不对。"),
    "lamp": ("指示灯有问题", "来电请看这个页面，并告诉技术员。"),
}
