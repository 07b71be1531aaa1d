"""A DTMF receiver chip's pins as one ear: which pins, and what they mean (dtmf_chip_hearing). The thread is pin_ear's."""

from __future__ import annotations

from device import clock
from device.dtmf_caller_id import DtmfCallerId
from device.dtmf_chip_hearing import STD, DtmfChipHearing, Q
from device.pin_ear import PinEar
from device.pins import PinFactory, PinUse


class DtmfChip(PinEar):
    """An MT8870 (BCM numbers; `q_pins` Q1 to Q4). `dtmf_start`, `dtmf_end`: see dtmf_caller_id."""

    def __init__(
        self,
        line: str,
        factory: PinFactory,
        *,
        q_pins: tuple[int, int, int, int],
        std_pin: int,
        dtmf_start: str = "ABD",
        dtmf_end: str = "C#",
    ) -> None:
        # active high: a chip without power pulls nothing up, and the pins' own pull-downs keep them silent
        uses = tuple(PinUse(name, pin, 1) for name, pin in zip((STD, *Q), (std_pin, *q_pins), strict=True))
        super().__init__(
            line,
            factory,
            uses,
            lambda levels: DtmfChipHearing(
                line, DtmfCallerId(dtmf_start, dtmf_end), levels, clock.at_monotonic
            ),
        )
