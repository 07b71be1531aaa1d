"""Sound in, the numbers that other people's caller-ID decoders read in it out: minimodem, multimon-ng, spandsp (Debian's).

Each is given what it is made for: minimodem a WAV file, multimon-ng raw samples at 22,050 a second, spandsp 8000 a second.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import re
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.bench.impairments import Samples, to_int16

PACKAGES = "minimodem multimon-ng libspandsp2"
MULTIMON_RATE = 22_050
SPANDSP_RATE = 8_000
CLASS = 1  # ADSI_STANDARD_CLASS of spandsp/adsi.h: Bell 202, SDMF and MDMF
Numbers = Callable[[Samples, int], list[str]]


def install_missing() -> None:
    """Try to install the references that are not here from Debian, as root or with a sudo that asks nothing; tell it."""
    missing = available()[1]
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not missing or not shutil.which("apt-get") or (root and not shutil.which("sudo")):
        return
    print(f"== apt-get install {PACKAGES}", flush=True)
    packages = [
        *root,
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "install",
        "-q",
        "-y",
        "--no-install-recommends",
    ]
    for before in ([], [*root, "apt-get", "update", "-q"]):
        if before:
            subprocess.run(before, capture_output=True, check=False)
        done = subprocess.run([*packages, *PACKAGES.split()], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
    print("\n".join(done.stderr.splitlines()[-3:]))


def available() -> tuple[dict[str, Numbers], list[str]]:
    """The references that are here by name, and the names of those that are not."""
    here: dict[str, Numbers] = {}
    missing: list[str] = []
    for name, found, read in (
        ("minimodem", shutil.which("minimodem"), minimodem_numbers),
        ("multimon-ng", shutil.which("multimon-ng"), multimon_numbers),
        ("spandsp", _spandsp(), spandsp_numbers),
    ):
        if found:
            here[name] = read
        else:
            missing.append(name)
    return here, missing


def resampled(samples: Samples, rate: int, wanted: int) -> Samples:
    """The same sound at another rate, by its spectrum."""
    if rate == wanted:
        return samples
    count = round(samples.size * wanted / rate)
    spectrum = np.fft.rfft(samples)
    size = count // 2 + 1
    fitted = np.zeros(size, dtype=np.complex128)
    kept = min(size, spectrum.size)
    fitted[:kept] = spectrum[:kept]
    return (np.fft.irfft(fitted, count) * (count / samples.size)).astype(np.float32)


# ---- minimodem, multimon-ng -----------------------------------------------------------------------------------------


def minimodem_numbers(samples: Samples, rate: int) -> list[str]:
    """What `minimodem --rx callerid` prints as Phone. It does not verify the checksum."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "call.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(to_int16(samples).tobytes())
        told = _output(["minimodem", "--rx", "callerid", "-f", str(path)], b"")
    return re.findall(r"^Phone:[ ]*(\S+)[ ]*$", told, re.MULTILINE)


def multimon_numbers(samples: Samples, rate: int) -> list[str]:
    """What multimon-ng's CLIPFSK prints as CID."""
    raw = to_int16(resampled(samples, rate, MULTIMON_RATE)).tobytes()
    told = _output(["multimon-ng", "-q", "-t", "raw", "-a", "CLIPFSK", "-"], raw)
    return re.findall(r"CID=(\S+)", told)


def _output(command: list[str], given: bytes) -> str:
    done = subprocess.run(command, input=given, capture_output=True, timeout=60, check=False)
    return done.stdout.decode("latin-1")


# ---- spandsp --------------------------------------------------------------------------------------------------------

_Callback = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint8), ctypes.c_int)


def _spandsp() -> ctypes.CDLL | None:
    name = ctypes.util.find_library("spandsp") or "libspandsp.so.2"
    try:
        library = ctypes.CDLL(name)
    except OSError:
        return None
    library.adsi_rx_init.restype = ctypes.c_void_p
    library.adsi_rx_init.argtypes = [ctypes.c_void_p, ctypes.c_int, _Callback, ctypes.c_void_p]
    library.adsi_rx.argtypes = [ctypes.c_void_p, ctypes.POINTER(ctypes.c_int16), ctypes.c_int]
    library.adsi_rx_free.argtypes = [ctypes.c_void_p]
    return library


def spandsp_numbers(samples: Samples, rate: int) -> list[str]:
    """What spandsp's ADSI receiver gives as messages of good checksum."""
    library = _spandsp()
    if library is None:
        return []
    messages: list[bytes] = []

    @_Callback
    def heard(_user: object, message: ctypes._Pointer[ctypes.c_uint8], length: int) -> None:
        messages.append(bytes(message[:length]))

    state = library.adsi_rx_init(None, CLASS, heard, None)
    sound: NDArray[np.int16] = np.ascontiguousarray(to_int16(resampled(samples, rate, SPANDSP_RATE)))
    library.adsi_rx(state, sound.ctypes.data_as(ctypes.POINTER(ctypes.c_int16)), sound.size)
    library.adsi_rx_free(state)
    return [number for message in messages if (number := number_in(message))]


def number_in(message: bytes) -> str:
    """The number of an SDMF or MDMF message as its bytes have it, nothing verified; empty where there is none."""
    if len(message) < 3:
        return ""
    if message[0] == 0x04:
        return message[10 : 2 + message[1]].decode("latin-1")
    place = 2
    while place + 2 <= min(len(message), 2 + message[1]):
        kind, length = message[place], message[place + 1]
        if kind == 0x02:
            return message[place + 2 : place + 2 + length].decode("latin-1")
        place += 2 + length
    return ""
