"""A table: what each modem that the virtual one can be says of itself and which commands it knows.

Pure. Sources: LINE.md 1.1-1.5 (callattendant, NCID, manuals); identity strings of a CX93001 as two owners printed them
(ATI3, +GMI, +GMM, +FCLASS=?, +GCI=?, +VLS=?), of a USR5637 as NCID's documentation prints them. An identity command with no
known text answers OK alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from device.exchange.caller_id_sender import Dialect


@dataclass(frozen=True, slots=True)
class Personality:
    """One kind of modem. `answers`: read-only extended commands and their lines."""

    name: str
    identity: Mapping[int, tuple[str, ...]]  # ATI<n>
    answers: Mapping[str, tuple[str, ...]]
    vcid_range: str  # what AT+VCID=? says
    vcid_modes: int  # the highest mode that +VCID= takes
    vdr_range: str
    vdr_highest: int  # tenths of a second, the second value of +VDR
    proprietary: frozenset[str]  # vendor commands that are taken and remembered, nothing more
    measures_voltage: bool  # AT-TRV
    register_digits: int  # S-registers in &V: S00:0 or S00:000
    dialect: Dialect = Dialect.CONEXANT


CX930XX = Personality(
    name="CX930xx",
    identity={
        0: ("56000",),
        1: ("255",),
        3: ("CX93001-EIS_V0.2013-V92",),
        5: ("B5",),
        7: ("255",),
    },
    answers={
        "+GMI": ("CONEXANT",),
        "+GMM": ("V90",),
        "+GMR": ("CX93001-EIS_V0.2013-V92",),
        "+FMI": ("CONEXANT",),
        "+FMM": ("V90",),
        "+FMR": ("CX93001-EIS_V0.2013-V92",),
        "+GCAP": ("+FCLASS,+MS,+ES,+DS",),
        "+GCI=?": ("+GCI: (00,07,09,0A,0F,16,1B,20,25,26,27,2D,2E,31,36,3C,3D,42,46,50,B4,B5,FD,FE)",),
        "+FCLASS=?": ("0,1,1.0,2,8",),
        "+VLS=?": ('0,"",0A000000,0,0', '1,"T",0B00A800,0,0', '4,"S",09000000,0,0'),
    },
    vcid_range="(0-2)",
    vcid_modes=2,
    vdr_range="(0,1),(0-6)",
    vdr_highest=6,
    proprietary=frozenset({"-SCID", "-STE", "-SDR", "-TTE", "+GCI", "+VSM", "+IFC", "+VIT", "+VRA"}),
    measures_voltage=True,
    register_digits=1,
)

USR5637 = Personality(
    name="USR5637",
    identity={
        0: ("5601",),
        1: ("0000",),
        3: ("U.S. Robotics 56K FAX USB V1.2.23",),
        4: ("U.S. Robotics 56K FAX USB V1.2.23 Settings...",),
        7: (
            "Configuration Profile...",
            "Product type           US/Canada USB",
            "Product ID:            5637",
            "Options                V32bis,V.34+,V.90,V.92",
            "Fax Options            Class 1/Class 1.0",
            "Voice Options          Speakerphone,TAD",
            "Firmware Version:      1.2.23",
        ),
    },
    answers={
        "+GMI": ("U.S. Robotics",),
        "+GMM": ("U.S. Robotics 56K FAX USB V1.2.23",),
        "+GMR": ("1.2.23",),
        "+FMI": ("U.S. Robotics",),
        "+FMM": ("U.S. Robotics 56K FAX USB V1.2.23",),
        "+GCAP": ("+FCLASS,+MS,+ES,+DS",),
        "+GCI=?": ("+GCI: (00,20,B4,B5,F6)",),
        "+FCLASS=?": ("0,1,1.0,8",),
        "+VLS=?": ('0,"",0A000000,0,0', '1,"T",0B00A800,0,0'),
    },
    vcid_range="(0-16)",
    vcid_modes=16,
    vdr_range="(0,1),(0-60)",
    vdr_highest=60,
    proprietary=frozenset({"+GCI", "+VSM", "+IFC", "+VIT", "+VRA"}),
    measures_voltage=False,
    register_digits=3,
)

PERSONALITIES: Mapping[str, Personality] = {modem.name: modem for modem in (CX930XX, USR5637)}
