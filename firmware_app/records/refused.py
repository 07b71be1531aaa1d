"""Why an entry is not recorded, in the words of both languages. Values only.

Pure.
"""

from __future__ import annotations

from firmware_app.calls.phone_number import NEVER_BLOCKED
from firmware_app.records.documents import MOST_DOCUMENTS
from firmware_app.records.outcomes import Refused
from firmware_app.wording import Text

NO_CALL = Refused("not_found", Text("没有这个通话", "no such call"))
NO_CASE = Refused("not_found", Text("没有这个回拨事项", "no such call-back case"))
NO_ACCOUNT = Refused("not_found", Text("没有这个账号", "no such account"))
NO_PARTY = Refused("not_found", Text("没有这条个人信息", "no such personal data"))
NO_NUMBER = Refused("not_found", Text("这个通话没有号码", "this call has no number"))
CALL_OPEN = Refused("invalid", Text("通话还没有结束", "the call is still going on"))
CALL_OVER = Refused("already_closed", Text("通话已经结束", "the call is over already"))
CASE_OVER = Refused("already_closed", Text("这个回拨事项已经办结", "this call-back case is closed already"))
ATTEMPTED = Refused(
    "already_done",
    Text("这个回拨事项刚才已登记过一次回拨", "a call-back of this case has been recorded meanwhile"),
)
NOT_TO_SETTLE = Refused(
    "already_settled", Text("这个通话不需要确认", "this call does not wait to be settled")
)
NOT_TO_SEE = Refused("invalid", Text("这个通话不是漏接", "this call was not missed"))
NOT_JSON = Refused("invalid", Text("内容不是有效的 JSON", "the content is not valid JSON"))
NOT_ALLOWED = Refused("invalid", Text("内容不合规定", "a value is not allowed"))
FAULT_STANDS = Refused("no_change", Text("这个故障已经登记", "this fault is recorded already"))
NO_FAULT = Refused("no_change", Text("没有这个故障", "no such fault is open"))
ERASED = Refused("no_change", Text("这条个人信息已经删除", "this personal data is erased already"))
UNCHANGED = Refused("no_change", Text("内容没有变化", "nothing has changed"))
TOO_MANY = Refused(
    "invalid",
    Text(
        f"文档最多 {MOST_DOCUMENTS} 个",
        f"there are {MOST_DOCUMENTS} documents already, the most there may be",
    ),
)

CASE_OPEN = Refused("no_change", Text("这个回拨事项还没有办结", "this call-back case is not closed"))
NOT_BY_A_PERSON = Refused(
    "invalid",
    Text("对方又打来并已接听，不能撤销", "the caller rang again and was answered: that cannot be taken back"),
)
TOO_LATE = Refused(
    "invalid", Text("只能在办结的当天撤销", "a case can be taken back only on the day it was closed")
)
ANOTHER_OPEN = Refused(
    "invalid",
    Text("这个号码另有一个没有办结的回拨事项", "another call-back case of this number is open"),
)
APPROVAL_NEEDED = Refused("invalid", Text("请填写是谁同意的", "say who agreed"))
VACANT_UNPROVEN = Refused(
    "invalid",
    Text(
        "还没有登记过“空号”的回拨：请先回拨一次，或填写是谁同意的",
        "no attempt found the number vacant: call back once, or say who agreed",
    ),
)
NOTE_NEEDED = Refused("invalid", Text("请说明原因", "say why"))
TIME_PAST = Refused("invalid", Text("约定的时间已经过去", "the agreed time has passed already"))
TIME_TOO_FAR = Refused("invalid", Text("约定的时间太远", "the agreed time is too far away"))
NO_KEY = Refused("invalid", Text("认不出这个号码", "this is no number that can be found again"))
OTHER_NOT_CALLABLE = Refused("invalid", Text("另一个号码不能拨打", "the other number cannot be called"))
_OPEN_TO_ALL = "、".join(sorted(NEVER_BLOCKED)), ", ".join(sorted(NEVER_BLOCKED))
MUST_NOT_BE_BLOCKED = Refused(
    "invalid",
    Text(
        f"这个号码不能拦截：{_OPEN_TO_ALL[0]} 是反诈、应急和政务服务电话",
        f"this number cannot be blocked: {_OPEN_TO_ALL[1]} are the police against fraud, emergencies and the government",
    ),
)

LAST_ADMIN = Refused(
    "invalid",
    Text(
        "至少要有一个能登录的系统管理员：请先设好另一个",
        "there must be one administrator who can sign in: set up another first",
    ),
)
NO_DESK = Refused("not_found", Text("没有这台柜台电脑", "no such desk computer"))
ALREADY_PAIRED = Refused("no_change", Text("这台电脑已经配对", "this computer is paired already"))
NO_RECOVERY = Refused("not_found", Text("没有有效的恢复码", "there is no valid recovery code"))
NO_HELP = Refused("no_change", Text("这次求助已经结束", "this call for help is over already"))
CARD_UNKNOWN = Refused("not_found", Text("没有这张卡片", "no such card"))
NOT_YET = Refused("invalid", Text("时间还没有到", "that time is still to come"))
TOO_LONG_AGO = Refused(
    "invalid", Text("只能补录 31 天内的来电", "only calls of the last 31 days can be entered")
)
ENTERED_ALREADY = Refused("already_done", Text("这个来电已经补录过", "this call has been entered already"))
