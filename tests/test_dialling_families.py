"""Click-to-call by every modem of the virtual exchange: whatever happens at any moment of it, it ends once and holds no line."""

from __future__ import annotations

import itertools

import pytest

from device.exchange.modem_personalities import PERSONALITIES
from device.exchange.wire_changes import Wire
from device.interface import DialEnd
from device.signals import OffHook, OnHook, seconds
from tests.virtual_talk import VirtualTalk

MOMENTS = [0, 0.01, 0.03, 0.05, 0.1, 0.3, 0.6, 1, 2, 3.2, 3.6, 4, 8, 15, 16]
DIALLED = 12.0
HAPPENINGS = ["nothing", "cancelled", "a call comes", "dialled again", "lifted", "lifted and put down"]


@pytest.mark.parametrize("happening", HAPPENINGS)
@pytest.mark.parametrize("name", PERSONALITIES)
def test_it_ends_once_and_the_line_is_free(name: str, happening: str) -> None:
    for moment in MOMENTS if happening != "nothing" else [0]:
        talk, ends, again = VirtualTalk(PERSONALITIES[name]), list[DialEnd](), list[DialEnd]()
        talk.run(DIALLED)
        talk.dial("15400001234", ends)
        talk.run(moment)
        match happening:
            case "cancelled":
                talk.cancel()
            case "a call comes":
                talk.wire(Wire.BURST_STARTED)
                talk.wire(Wire.BURST_ENDED, 1.0)
            case "dialled again":
                talk.dial("110", again)
            case "lifted" | "lifted and put down":
                talk.wire(Wire.OFF_HOOK)
                if happening != "lifted":
                    talk.wire(Wire.ON_HOOK, 1.0)
            case _:
                pass
        talk.run(22)
        assert talk.dialogue.failure is None
        assert (len(ends), talk.modem.seized, talk.dialogue.holds_line) == (1, False, False)
        assert again in ([], [DialEnd.LINE_IN_USE]) or moment > 15
        hook = [
            type(each)
            for each in talk.signals
            if isinstance(each, OffHook | OnHook) and each.at.mono > seconds(DIALLED)
        ]
        assert all(a is not b for a, b in itertools.pairwise(hook))
        assert hook[-1:] != [OffHook] or happening in ("lifted", "dialled again")
