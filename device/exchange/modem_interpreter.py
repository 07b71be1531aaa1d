"""AT command lines in, what they come to out: settings of one virtual modem changed, OK, ERROR, pages of text.

Pure; never raises, whatever the line. Sources: V.250, V.253, LINE.md 1.1-1.5, Conexant 102184B p.3-55 (-TRV, +VDR).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from device.exchange.at_commands import Command, parse
from device.exchange.modem_personalities import Personality
from device.exchange.modem_state import ModemState, Result
from device.signals import MILLISECOND, SECOND

PROFILE = "B1 E{echo} L2 M1 N0 Q{quiet} T V{verbose} W0 X4 Y0 &C1 &D2 &G0 &J0 &K3 &Q5 &R1 &S0 &T5 &X0"
HARMLESS = frozenset("BCFLMNPTWXY") | {"&" + letter for letter in "CDGJKQRSTXY"} | {"%C", "%E", "\\N"}
RESET_TAKES = 100 * MILLISECOND  # [U]
MEASURING_TAKES = 30 * MILLISECOND  # [U] -TRV averages the line for a moment
DIAL_TONE_TAKES = 1 * SECOND  # [U] until it is sure of the dial tone; S6 has 2 s without one
DIAL_DIGIT_TAKES = 190 * MILLISECOND  # S11: 95 ms tone, 95 ms pause
COMMA_TAKES = 2 * SECOND  # S8
LINE_VOLTAGE = "6C"  # the U-register LVS
LINE_SELECTIONS = {"1", "5", "7", "9", "13", "15"}  # +VLS labels with a T: the telephone line is among them


@dataclass(slots=True)
class Outcome:
    """What one command line came to. `result` is None while a dialled call still waits for its carrier."""

    result: Result | None = Result.OK
    pages: list[list[str]] = field(default_factory=list)
    takes: int = 0  # ns of work before the reply
    caller_id_again: int = 0  # 1 formatted, 2 hex: print the last caller ID once more (+VRID)
    dialled: list[tuple[int, str]] = field(
        default_factory=list
    )  # each digit and when, ns from the command on


class Interpreter:
    """Carries out command lines for one personality."""

    def __init__(self, personality: Personality, state: ModemState) -> None:
        self._personality = personality
        self._state = state
        self._handlers: dict[str, Callable[[str, Outcome], bool]] = {
            "A": self._answer,
            "D": self._dial,
            "E": self._echo,
            "H": self._hook,
            "I": self._identify,
            "Q": self._quiet,
            "S": self._register,
            "V": self._verbose,
            "Z": self._reset,
            "&F": self._factory,
            "&V": self._profile,
            "&W": self._store,
            personality.caller_id_command: self._vcid,
            "+FCLASS": self._fclass,
            "+GCI": self._country,
            "+VDR": self._vdr,
            "+VLS": self._line_selection,
            "+VRID": self._vrid,
            ":R" if personality.u_registers else "-TRV": self._voltage,
            ":U": self._write_unit,
        }
        state.country = personality.countries[0] if personality.countries else ""

    def carry_out(self, line: str) -> Outcome:
        """All commands of a line, in order, up to the first that fails (V.250 5.5)."""
        outcome = Outcome()
        commands = parse(line)
        if commands is None:
            return Outcome(Result.ERROR)
        for command in commands:
            if not self._carry_out(command, outcome):
                outcome.result = Result.ERROR if outcome.result is Result.OK else outcome.result
                break
        return outcome

    def _carry_out(self, command: Command, outcome: Outcome) -> bool:
        answer = self._personality.answers.get(command.name + command.argument.rstrip("?"))
        answer = answer or self._personality.answers.get(command.name + command.argument)
        if answer is not None:
            outcome.pages.append(list(answer))
            return True
        if command.name in self._handlers:
            return self._handlers[command.name](command.argument, outcome)
        if command.name in self._personality.proprietary:
            return self._remember(command, outcome)
        return command.name in HARMLESS

    # ---- V.250 -------------------------------------------------------------------------------------------------------

    def _echo(self, argument: str, outcome: Outcome) -> bool:
        known = argument in ("", "0", "1")
        if known:
            self._state.echo = argument == "1"
        return known

    def _quiet(self, argument: str, outcome: Outcome) -> bool:
        known = argument in ("", "0", "1")
        if known:
            self._state.quiet = argument == "1"
        return known

    def _verbose(self, argument: str, outcome: Outcome) -> bool:
        known = argument in ("", "0", "1")
        if known:
            self._state.verbose = argument == "1"
        return known

    def _identify(self, argument: str, outcome: Outcome) -> bool:
        number = int(argument or "0")
        page = self._personality.identity.get(number)
        if page is not None:
            outcome.pages.append(list(page))
        return number <= 7

    def _register(self, argument: str, outcome: Outcome) -> bool:
        number, equals, value = argument.partition("=")
        if "." in number:
            return self._bit(number.rstrip("?"), value)
        register = int(number.rstrip("?") or "0")
        if argument.endswith("?"):
            outcome.pages.append([f"{self._state.registers.get(register, 0):03d}"])
        elif equals:
            self._state.registers[register] = min(int(value or "0"), 255)
        return register <= 255

    def _bit(self, name: str, value: str) -> bool:
        """S40.2=1 (ZyXEL); one of them is caller ID."""
        if not self._personality.caller_id_command.startswith("S") or value not in ("0", "1"):
            return False
        (self._state.bits.add if value == "1" else self._state.bits.discard)(name)
        if f"S{name}" == self._personality.caller_id_command:
            self._state.vcid = int(value)
        return True

    def _reset(self, argument: str, outcome: Outcome) -> bool:
        self._state.reset()
        outcome.takes += RESET_TAKES
        return argument in ("", "0", "1")

    def _factory(self, argument: str, outcome: Outcome) -> bool:
        self._state.factory()
        return argument in ("", "0", "1")

    def _store(self, argument: str, outcome: Outcome) -> bool:
        self._state.store()
        return argument in ("", "0", "1")

    def _profile(self, argument: str, outcome: Outcome) -> bool:
        state = self._state
        settings = PROFILE.format(echo=int(state.echo), quiet=int(state.quiet), verbose=int(state.verbose))
        width = self._personality.register_digits
        registers = [f"S{number:02d}:{value:0{width}d}" for number, value in sorted(state.registers.items())]
        outcome.pages.append(
            [
                "ACTIVE PROFILE:",
                settings,
                *(" ".join(registers[at : at + 10]) for at in range(0, len(registers), 10)),
            ]
        )
        return True

    # ---- the hook ----------------------------------------------------------------------------------------------------

    def _hook(self, argument: str, outcome: Outcome) -> bool:
        self._state.seized = argument == "1"
        return argument in ("", "0", "1")

    def _answer(self, argument: str, outcome: Outcome) -> bool:
        self._state.seized = self._state.dialling = True
        outcome.result = None
        return False

    def _dial(self, argument: str, outcome: Outcome) -> bool:
        """Dial; with `;` at the end the modem is back for commands at once (OK), else it waits for a carrier."""
        state = self._state
        if state.off_hook and max(0, _whole(state.remembered.get("-STE", "0"))) & 1:
            outcome.result = Result.LINE_IN_USE
            return False
        if not state.loop:
            outcome.result = Result.NO_DIALTONE
            return False
        outcome.takes += DIAL_TONE_TAKES
        for sign in argument:
            if sign in "0123456789*#ABCD":
                outcome.dialled.append((outcome.takes, sign))
                outcome.takes += DIAL_DIGIT_TAKES
            elif sign == ",":
                outcome.takes += COMMA_TAKES
        state.seized = True
        if argument.endswith(";"):
            return True
        state.dialling = True
        outcome.result = None
        return False

    # ---- V.253 and vendors' ------------------------------------------------------------------------------------------

    def _vcid(self, argument: str, outcome: Outcome) -> bool:
        if argument in ("?", "=?"):
            outcome.pages.append([str(self._state.vcid) if argument == "?" else self._personality.vcid_range])
            return True
        mode = argument.removeprefix("=")
        if not mode.isdecimal() or int(mode) > self._personality.vcid_modes:
            return False
        self._state.vcid = int(mode)
        return True

    def _fclass(self, argument: str, outcome: Outcome) -> bool:
        if argument == "?":
            outcome.pages.append([self._state.fclass])
            return True
        wanted = argument.removeprefix("=")
        known = self._personality.answers.get("+FCLASS=?", ("0",))[0].split(",")
        if wanted not in known:
            return False
        self._state.fclass = wanted
        if self._personality.cadence_needs_voice and not self._state.voice:
            self._state.vdr = (0, 0)
        return True

    def _vdr(self, argument: str, outcome: Outcome) -> bool:
        """+VDR lives in voice mode only, but for some (LINE.md 1.4)."""
        known = self._personality.vdr_range
        if not known or (self._personality.cadence_needs_voice and not self._state.voice):
            return False
        if argument in ("?", "=?"):
            now = ",".join(map(str, self._state.vdr))
            outcome.pages.append([now if argument == "?" else known])
            return True
        first, _, second = argument.removeprefix("=").partition(",")
        wanted = (_whole(first), _whole(second or "0"))
        if wanted[0] not in (0, 1) or not 0 <= wanted[1] <= self._personality.vdr_highest:
            return False
        self._state.vdr = wanted
        return True

    def _country(self, argument: str, outcome: Outcome) -> bool:
        """+GCI=26: only a country that the firmware has (LINE.md 1.1)."""
        known = self._personality.countries
        if not known:
            return False
        if argument in ("?", "=?"):
            listed = "(" + ",".join(sorted(known)) + ")"
            outcome.pages.append([f"+GCI: {self._state.country if argument == '?' else listed}"])
            return True
        if argument.removeprefix("=") not in known:
            return False
        self._state.country = argument.removeprefix("=")
        return True

    def _line_selection(self, argument: str, outcome: Outcome) -> bool:
        """+VLS=1 seizes the line, +VLS=0 releases it; voice mode only (V.253 10.2.4)."""
        wanted = argument.removeprefix("=")
        if not self._state.voice or not wanted.isdecimal():
            return False
        self._state.seized = wanted in LINE_SELECTIONS
        return True

    def _vrid(self, argument: str, outcome: Outcome) -> bool:
        if argument not in ("=0", "=1") or self._personality.caller_id_command != "+VCID":
            return False
        outcome.caller_id_again = 1 if argument == "=0" else 2
        return True

    def _voltage(self, argument: str, outcome: Outcome) -> bool:
        """-TRV: volts. :R6C of SiLabs: the high byte is signed volts, one of them a bit (AN93)."""
        if not self._personality.u_registers:
            if not self._personality.measures_voltage or argument:
                return False
            outcome.takes += MEASURING_TAKES
            outcome.pages.append([f"{self._state.voltage():.1f}"])
            return True
        if len(argument) != 2:
            return False
        volts = round(self._state.voltage()) & 0xFF
        value = volts << 8 if argument == LINE_VOLTAGE else self._state.units.get(argument, 0)
        outcome.pages.append([f"{value:04X}"])
        return True

    def _write_unit(self, argument: str, outcome: Outcome) -> bool:
        """:U49,22 (SiLabs): taken, and told again when asked."""
        address, comma, value = argument.partition(",")
        if not self._personality.u_registers or not comma or "," in value:
            return False
        self._state.units[address] = int(value, 16)
        return True

    def _remember(self, command: Command, outcome: Outcome) -> bool:
        """A vendor's setting that changes nothing we show: taken, and told again when asked."""
        if command.argument == "?":
            outcome.pages.append([self._state.remembered.get(command.name, "0")])
        elif command.argument.startswith("=") and command.argument != "=?":
            self._state.remembered[command.name] = command.argument[1:]
        return True


def _whole(text: str) -> int:
    """A small number, or -1 for anything else."""
    return int(text) if text.isdecimal() and len(text) < 4 else -1
