"""A table: what each modem that the virtual one can be says of itself and which commands it knows.

Pure. Sources: LINE.md 1.1-1.6 (callattendant, NCID, vgetty, manuals); identity strings of a CX93001 as two owners printed them
(ATI3, +GMI, +GMM, +FCLASS=?, +GCI=?, +VLS=?), of a USR5637 as NCID's documentation prints them; of the others as vgetty's table
of answers and the makers' manuals have them, and [U] where neither does. An identity command with no known text answers OK alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from device.exchange.caller_id_sender import Dialect
from device.signals import MILLISECOND

RING_LATENCY = 250 * MILLISECOND  # [U] a few cycles of 25 Hz until the modem is sure


class Unformatted(Enum):
    """How mode 2 prints a message."""

    HEX = "hex"
    HEX_WITHOUT_CHECKSUM = "hex_without_checksum"  # Rockwell, as the Askey manual prints it (p. 39)
    RAW = "raw"  # SiLabs: CIDM, the bytes as received, NO CARRIER (AN93 p. 139)


class Distinctive(Enum):
    """What follows RING for a distinctive ring, once it is switched on."""

    NONE = ""
    LETTER = "A"  # 3Com with S41=1
    DIGIT = "1"  # Rockwell with -SDR=7


@dataclass(frozen=True, slots=True)
class Personality:
    """One kind of modem. `answers`: read-only extended commands and their lines."""

    name: str
    identity: Mapping[int, tuple[str, ...]]  # ATI<n>
    answers: Mapping[str, tuple[str, ...]]
    vcid_range: str  # what the caller-ID command answers to =?
    vcid_modes: int  # the highest mode that it takes
    vdr_range: str = ""  # empty: it does not know +VDR
    vdr_highest: int = 0  # tenths of a second, the second value of +VDR
    proprietary: frozenset[str] = frozenset()  # vendor commands that are taken and remembered, nothing more
    measures_voltage: bool = False  # AT-TRV, or U6C of SiLabs
    register_digits: int = 3  # S-registers in &V: S00:0 or S00:000
    dialect: Dialect = Dialect.CONEXANT
    caller_id_command: str = "+VCID"  # or #CID; or S40.2, a bit of a register
    unformatted: Unformatted = Unformatted.HEX
    countries: tuple[str, ...] = ()  # of +GCI; the first is the factory's
    u_registers: bool = False  # :R and :U of SiLabs instead of -TRV
    cadence_needs_voice: bool = True  # +VDR is an ERROR outside voice mode
    complex_events: bool = False  # <DLE>X stands before the first DROF
    distinctive: Distinctive = Distinctive.NONE
    jack_codes: bool = False  # <DLE>H, <DLE>h of the telephone in its own jack, in voice mode
    hears_waiting: bool = False  # caller ID of a waiting call, while another telephone talks
    with_next_ring: bool = False  # caller ID is printed with the RING that follows it
    ring_latency: int = RING_LATENCY


VOICE = frozenset({"+VSM", "+IFC", "+VIT", "+VRA"})
CONEXANT_COUNTRIES = "B5 00 07 09 0A 0F 16 1B 20 25 26 27 2D 2E 31 36 3C 3D 42 46 50 B4 FD FE"

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
        "+FCLASS=?": ("0,1,1.0,2,8",),
        "+VLS=?": ('0,"",0A000000,0,0', '1,"T",0B00A800,0,0', '4,"S",09000000,0,0'),
    },
    vcid_range="(0-2)",
    vcid_modes=2,
    vdr_range="(0,1),(0-6)",
    vdr_highest=6,
    proprietary=VOICE | {"-SCID", "-STE", "-SDR", "-TTE"},
    measures_voltage=True,
    register_digits=1,
    countries=tuple(CONEXANT_COUNTRIES.split()),
    jack_codes=True,
    hears_waiting=True,
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
        "+FCLASS=?": ("0,1,1.0,8",),
        "+VLS=?": ('0,"",0A000000,0,0', '1,"T",0B00A800,0,0'),
    },
    vcid_range="(0-16)",
    vcid_modes=16,
    vdr_range="(0,1),(0-60)",
    vdr_highest=60,
    proprietary=VOICE,
    countries=("F6", "00", "20", "B4", "B5"),
)

ROCKWELL = Personality(  # RC56LD 1199, Rockwell 1048 p. 3-36, Askey 1456VQH75A p. 38-39; ATI6 as Conexant 100722A p. 3-5 has it
    name="Rockwell",
    identity={
        0: ("33600",),
        1: ("255",),
        3: ("V2.210-V90_2M_DLS",),
        4: ("a007040284C6002F", "bC60000000", "r1005111151012000", "r3000111170000000"),
        5: ("022",),
        6: ("RCV56DPF-PLL L8773A Rev 14.00/34.00",),
    },
    answers={"+FCLASS=?": ("0,1,8",), "+FMFR": ("ROCKWELL",), "+FMDL": ("V.34",)},
    vcid_range="0,1,2",
    vcid_modes=2,
    proprietary=frozenset({"-SDR", "-SSE", "#VLS", "#CLS"}),
    caller_id_command="#CID",
    unformatted=Unformatted.HEX_WITHOUT_CHECKSUM,
    dialect=Dialect.PADDED,
    distinctive=Distinctive.DIGIT,
)

MULTITECH = Personality(  # MT5634ZBA: ATI as vgetty knows it; S000273G p. 19, S000263C p. 116
    name="MultiTech",
    identity={
        0: ("LT V.92 1.0 MT5634ZBAV-V92 Serial Data/Fax/Voice Modem Version 1.25p",),
        1: ("12AB",),
        3: ("LT V.92 1.0 MT5634ZBAV-V92 Serial Data/Fax/Voice Modem Version 1.25p",),
        4: ("94",),
        5: ("2.7,0,19",),
    },
    answers={
        "+GMI": ("Multi-Tech Systems, Inc.",),
        "+GMM": ("MT5634ZBAV-V92",),
        "+FCLASS=?": ("0,1,1.0,2,8",),
        "+VLS=?": ('0,"",0A000000,0,0', '1,"T",0B00A800,0,0'),
    },
    vcid_range="(0-2)",
    vcid_modes=2,
    vdr_range="(0,1),(0-255)",
    vdr_highest=255,
    proprietary=VOICE,
    countries=("B5", "99"),  # "Euro/NAM" and "International" (MT2456SMI22 p. 13)
    complex_events=True,
    jack_codes=True,
)

SILABS = Personality(  # Si2457: AN93 rev. 0.9, tables of AT and U-registers; ATI0 and ATI6 from its table 18
    name="SiLabs",
    identity={0: ("D",), 1: ("1.10",), 3: ("18F",), 6: ("2457",), 7: ("0000",)},
    answers={"+GMI": ("Silicon Laboratories",), "+FCLASS=?": ("0,1",)},
    vcid_range="(0-2)",
    vcid_modes=2,
    proprietary=frozenset({"+VCDT", "%V"}),
    measures_voltage=True,
    unformatted=Unformatted.RAW,
    countries=("B5", "09", "0A", "16", "26", "31", "3D", "42", "59", "7B", "A5", "B4"),
    u_registers=True,
    ring_latency=275 * MILLISECOND,  # RGMN: 250 ms of ringing, and the word (AN93 p. 81)
)

ZYXEL = Personality(  # U-1496 / 2864: manual p. 13-4 (S40b2, caller ID during the second ring), U-336E p. 39
    name="ZyXEL",
    identity={
        0: ("2864",),
        1: ("U2864D V 2.02",),
        3: ("U2864D",),
    },
    answers={"+FCLASS=?": ("0,1,2,2.0,6,8",), "+FMFR": ("ZyXEL",)},
    vcid_range="",
    vcid_modes=1,
    caller_id_command="S40.2",
    dialect=Dialect.CALLER_NUMBER,
    with_next_ring=True,
    ring_latency=120 * MILLISECOND,  # any ring longer than 100 ms is taken
)

THREECOM = Personality(  # ATI3 and RING A: NCID Modems.md; 3361 in vgetty's table
    name="3Com",
    identity={
        0: ("3361",),
        3: ("Sportster Voice 33.6/FAX V10.0.23",),
        7: (
            "Configuration Profile...",
            "Product type           US/Canada External",
            "Options                V32bis,V.34+",
            "Fax Options            Class 1/Class 2.0",
            "Line Options           Caller ID, Distinctive Ring",
        ),
    },
    answers={"+FCLASS=?": ("0,1,2.0,8",)},
    vcid_range="0,1,2",
    vcid_modes=2,
    caller_id_command="#CID",
    distinctive=Distinctive.LETTER,
)

LUCENT = (
    Personality(  # ATI as vgetty knows it; AT+VDR=1,0 without voice mode: NCID Modems.md "Distinctive Ring"
        name="Lucent",
        identity={0: ("Venus V.90 USB U052099a",), 3: ("Venus V.90 USB U052099a",), 5: ("2.5,0,19",)},
        answers={"+GMI": ("Lucent Technologies",), "+FCLASS=?": ("0,1,8",)},
        vcid_range="(0-2)",
        vcid_modes=2,
        vdr_range="(0,1),(0-255)",
        vdr_highest=255,
        proprietary=VOICE,
        countries=("B5",),
        cadence_needs_voice=False,
    )
)

PERSONALITIES: Mapping[str, Personality] = {
    modem.name: modem for modem in (CX930XX, USR5637, ROCKWELL, MULTITECH, SILABS, ZYXEL, THREECOM, LUCENT)
}
