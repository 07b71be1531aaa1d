"""Whatever stands in a configuration, settings or a SettingsError come out of it, and settings that hold what they promise."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from firmware_app.settings import Settings, SettingsError, from_table, parse
from firmware_app.wiring import DtmfChipWiring, GpioWiring, Wiring
from tests.test_settings import GOOD, HERE

NAMES = [
    "language", "timezone", "data_dir", "run_dir", "line_check_at", "site", "line", "indicators", "panel", "exchange",
    "id", "name", "number", "interface", "port", "chip", "ring_pin", "hook_pin", "ring_active", "hook_active", "ring",
    "ring_red", "missed", "fault", "buzzer", "button", "host", "seed", "calls_per_minute", "modem",
    "ears", "device", "rate", "dtmf_start", "q_pins", "std_pin", "pattern", "baud", "init", "reversal_pin",
    "escalation", "buzzer_every_minutes", "voice", "quiet", "reminder", "kind", "after_minutes", "url", "url_file", "secret",
    "password", "user", "sender", "to", "security", "ca_file",
]  # fmt: skip
SCALARS = (
    st.sampled_from(
        [
            -1,
            0,
            1,
            14,
            17,
            27,
            28,
            65535,
            65536,
            2**63,
            0.0,
            0.1,
            60.0,
            60.5,
            float("nan"),
            float("inf"),
        ]
    )
    | st.booleans()
    | st.sampled_from(
        [
            "",
            " ",
            "zh_CN",
            "en",
            "Asia",
            "Asia/Shanghai",
            "\x00",
            "../x",
            "a" * 300,
            "modem",
            "gpio",
            "simulated",
        ]
    )
    | st.text(max_size=8)
    | st.dates()
    | st.builds(lambda: 1 << 20_000)  # more digits than str() writes
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=9)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), inner, max_size=6)
    ),
    max_leaves=12,
)
MODEMS: list[dict[str, object]] = [
    {"name": f"M{nr}", "number": "03562217000", "interface": "modem", "port": f"m{nr}"} for nr in range(9)
]
VALID: dict[str, object] = {
    "site": {"id": "jc-zezhou-0001", "name": "站"},
    "line": [
        MODEMS[0],
        *(
            {
                "name": f"G{pin}",
                "number": "03562217001",
                "interface": "gpio",
                "chip": "simulated",
                "ring_pin": pin,
                "hook_pin": pin + 1,
            }
            for pin in (16, 18, 26)
        ),
        {
            "name": "S",
            "number": "03562217002",
            "ears": [
                {
                    "interface": "gpio",
                    "chip": "simulated",
                    "ring_pin": 20,
                    "hook_pin": 21,
                    "reversal_pin": 22,
                },
                {"interface": "modem", "port": "x", "init": ["ATZ", "ATS0=0"]},
                {"interface": "audio", "device": "y", "rate": 8000, "dtmf_start": "D", "dtmf_end": "C"},
                {"interface": "ht9032", "port": "z"},
                {"interface": "mt8870", "chip": "simulated", "q_pins": [1, 2, 3, 4], "std_pin": 5},
                {"interface": "board", "port": "u", "pattern": "(?P<number>[0-9]+)", "baud": 9600},
            ],
        },
    ],
    "indicators": {"ring": 5, "button": 26},
    "panel": {"port": 8080},
    "exchange": {"seed": 1},
}


def simulated_pins(wiring: Wiring) -> list[int]:
    """The pins of an ear on the simulated chip."""
    match wiring:
        case GpioWiring(chip="simulated"):
            pins = [wiring.ring_pin, wiring.hook_pin, wiring.reversal_pin]
        case DtmfChipWiring(chip="simulated"):
            pins = [*wiring.q_pins, wiring.std_pin]
        case _:
            pins = []
    return [pin for pin in pins if pin is not None]


def read(reading: Callable[[], Settings]) -> Settings | SettingsError:
    try:
        return reading()
    except SettingsError as error:
        return error


def places(document: object) -> list[tuple[dict[str, object], str]]:
    """Every (table, key) of a document."""
    found: list[tuple[dict[str, object], str]] = []
    if isinstance(document, dict):
        found += [(document, key) for key in document]
        found += [place for value in document.values() for place in places(value)]
    elif isinstance(document, list):
        found += [place for value in document for place in places(value)]
    return found


PINS: list[object] = [0, 17, 20, 27, 28, -1, True]
NEAR: dict[str, list[object]] = {  # what stands just inside and just outside of what a key allows
    **dict.fromkeys(("ring_pin", "hook_pin", "ring", "button", "missed"), PINS),
    "port": [0, 1, 65535, 65536, "m", "/dev/x"],
    "ears": [[], {}, ["gpio"], [{"interface": "gpio", "ring_pin": 9}] * 2],
    "reversal_pin": PINS,
    "std_pin": PINS,
    "q_pins": [[], [1, 2, 3], [1, 2, 3, 3], [20, 21, 22, 23], [1, 2, 3, True], [6, 7, 8, 28]],
    "pattern": ["(", "(?P<number>(a+)+)", "x", "(?P<number>.)"],
    "init": [[], ["ATD1"], [7], ["ATS0=1"], ["AT"] * 17, "ATZ"],
    "device": ["hw:1", "", "x", "/dev/x", "u"],
    "rate": [7999, 8000, 48000, 48001, 8000.0],
    "dtmf_start": ["", "E", "AA", "0123456789ABCD*#"],
    "chip": ["auto", "simulated", ""],
    "timezone": ["Asia", "Asia/Shanghai", "../x", "/x", "a" * 300, "\x00"],
    "line": [[], {}, "L1", MODEMS[:8], MODEMS, [None]],
    "name": ["M0", "G16", "", " ", "L" * 17],
}


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 11), VALUES), min_size=1, max_size=3))
@hypothesis_settings(max_examples=250, deadline=None)
def test_a_damaged_document_gives_settings_or_a_settings_error(damage: list[tuple[int, int, object]]) -> None:
    document = deepcopy(VALID)
    for where, how, value in damage:
        spots = [*places(document), (document, "timezone")]
        table, key = spots[where % len(spots)]
        near = NEAR.get(key)
        table[key] = deepcopy(near[how % len(near)]) if near and how < 10 else value
    outcome = read(lambda: from_table(document, HERE))
    if isinstance(outcome, SettingsError):
        assert outcome.problems
        assert all(each.in_language(language) for each in outcome.problems for language in ("zh_CN", "en"))
    else:
        assert 1 <= len(outcome.lines) <= 8
        assert outcome.language in ("zh_CN", "en")
        pins = [pin for line in outcome.lines for wiring in line.wirings for pin in simulated_pins(wiring)]
        assert len(set(pins)) == len(pins)
        assert len({line.name for line in outcome.lines}) == len(outcome.lines)
        assert all(0 <= pin <= 27 for pin in pins)
        ports = [
            port for line in outcome.lines for wiring in line.wirings if (port := getattr(wiring, "port", ""))
        ]
        assert len(set(ports)) == len(ports)
        assert all(len(set(line.ears)) == len(line.wirings) >= 1 for line in outcome.lines)


@given(st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=6), VALUES, max_size=8))
@hypothesis_settings(max_examples=150, deadline=None)
def test_any_document_gives_a_settings_error(document: dict[str, object]) -> None:
    document.pop("site", None)  # so that it can never be right
    assert isinstance(read(lambda: from_table(document, HERE)), SettingsError)


@given(st.binary(max_size=60) | st.integers(0, len(GOOD.encode()) - 1).map(lambda cut: GOOD.encode()[:cut]))
@hypothesis_settings(max_examples=100, deadline=None)
def test_any_bytes_give_settings_or_a_settings_error(content: bytes) -> None:
    outcome = read(lambda: parse(content, HERE))
    assert not isinstance(outcome, SettingsError) or outcome.problems
