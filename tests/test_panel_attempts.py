"""web_panel.attempts and desk_memory: five failures, ten minutes; numbers shown for one."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.support import at
from web_panel.attempts import FREE, LONGEST_PAUSE, MAX_KEPT, Attempts, BusyError, neighbourhood
from web_panel.desk_memory import DeskMemory


def test_five_failures_then_ten_minutes() -> None:
    attempts = Attempts()
    assert [attempts.begin("admin", "192.0.2.7", at(n)) for n in range(5)] == [0] * 5
    assert attempts.begin("admin", "192.0.2.7", at(5)) == 599 * 10**9
    assert attempts.begin("admin", "192.0.2.8", at(5)) == 0, "another desk is not punished"
    assert attempts.begin("admin", "192.0.2.7", at(603.999)) == 1_000_000
    assert attempts.begin("admin", "192.0.2.7", at(604)) == 0


def test_a_right_password_forgets_the_failures() -> None:
    attempts = Attempts()
    for n in range(4):
        attempts.begin("admin", "192.0.2.7", at(n))
    attempts.right("admin", "192.0.2.7")
    assert [attempts.begin("admin", "192.0.2.7", at(n)) for n in range(5)] == [0] * 5
    assert attempts.begin("admin", "192.0.2.7", at(5)) > 0


def guess(attempts: Attempts, name: str, tries: int) -> list[float]:
    """Guesses from ever new addresses; what each of them waits."""
    pauses = []
    for n in range(tries):
        assert attempts.begin(name, f"198.51.100.{n}", at(n / 10)) == 0
        pauses.append(attempts.pause(name, f"198.51.100.{n}"))
    return pauses


def test_guesses_from_many_addresses_wait_longer_and_longer() -> None:
    attempts = Attempts()
    pauses = guess(attempts, "admin", 60)
    assert pauses[:FREE] == [0.0] * FREE
    assert pauses == sorted(pauses)
    assert pauses[FREE] == 0.5
    assert pauses[-1] == LONGEST_PAUSE
    assert attempts.pause("second", "198.51.100.1") == 0.0, "another account is not concerned"
    attempts.begin("admin", "198.51.100.99", at(700))
    assert attempts.pause("admin", "198.51.100.99") == 0.0, "ten quiet minutes end it"


def test_who_has_signed_in_at_an_address_does_not_wait_there() -> None:
    attempts = Attempts()
    attempts.begin("admin", "192.0.2.7", at(0))
    attempts.right("admin", "192.0.2.7")
    guess(attempts, "admin", 60)
    assert attempts.begin("admin", "192.0.2.7", at(7)) == 0
    assert attempts.pause("admin", "192.0.2.7") == 0.0
    attempts.right("admin", "192.0.2.7")
    attempts.begin("admin", "198.51.100.200", at(7))
    assert attempts.pause("admin", "198.51.100.200") == LONGEST_PAUSE, "which helps nobody elsewhere"


def test_a_try_that_could_not_be_made_is_no_failure() -> None:
    attempts = Attempts()
    for n in range(50):
        assert attempts.begin("admin", "192.0.2.7", at(n)) == 0
        attempts.not_made("admin", "192.0.2.7")
    assert attempts.pause("admin", "192.0.2.8") == 0.0


def test_pauses_are_one_at_a_time_and_others_do_not_wait_for_them() -> None:
    attempts = Attempts(hash_wait=0.01)
    with attempts._turn(attempts._pausing):
        with pytest.raises(BusyError), attempts.hashing(pause=0.01):
            raise AssertionError("two were waiting at once")
        with attempts.hashing():
            pass
    with attempts.hashing(pause=0.01):
        pass


def test_tries_at_the_same_moment_gain_nothing() -> None:
    attempts = Attempts()
    allowed: list[int] = []
    barrier = threading.Barrier(20)

    def attempt() -> None:
        barrier.wait()
        if attempts.begin("admin", "192.0.2.7", at(0)) == 0:
            allowed.append(1)

    threads = [threading.Thread(target=attempt) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == 5


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_neighbourhood(address: str, place: str) -> None:
    assert neighbourhood(address) == place


def test_what_is_kept_is_bounded() -> None:
    attempts = Attempts()
    for n in range(MAX_KEPT + 50):
        attempts.begin("admin", f"host-{n}", at(n / 1000))
        attempts.right(f"name-{n}", f"host-{n}")
        attempts.begin(f"name-{n}", "host", at(n / 1000))
    assert len(attempts._tallies) == len(attempts._everywhere) == len(attempts._at_home) == MAX_KEPT


def test_hashing_is_one_at_a_time_and_nobody_waits_for_ever() -> None:
    attempts = Attempts(hash_wait=0.01)
    with attempts.hashing(), pytest.raises(BusyError), attempts.hashing():
        raise AssertionError("two passwords were hashed at once")
    with attempts.hashing():
        pass


def test_a_number_is_shown_to_one_person_for_one_minute() -> None:
    memory = DeskMemory()
    memory.show("me", 12, at(0))
    assert memory.shown("me", at(59)) == {12: 10**9}
    assert memory.shown("somebody else", at(1)) == {}
    assert memory.shown("me", at(60)) == {}
    memory.show("me", 13, at(61))
    memory.hide("me", 13)
    assert memory.shown("me", at(61)) == {}


def test_an_ended_sign_in_stays_ended() -> None:
    memory = DeskMemory()
    memory.end("me", at(0))
    assert memory.has_ended("me")
    assert not memory.has_ended("you")


def test_ended_sign_ins_outlive_the_panel_but_not_their_twelve_hours_nor_the_boot(tmp_path: Path) -> None:
    path = tmp_path / "panel-signed-out"
    memory = DeskMemory(path, "boot")
    memory.end("early", at(0))
    memory.end("late", at(3600))
    assert DeskMemory(path, "boot").has_ended("early")
    assert not DeskMemory(path, "another boot").has_ended("early")
    DeskMemory(path, "boot").end("later", at(12 * 3600 + 1))
    again = DeskMemory(path, "boot")
    assert [again.has_ended(name) for name in ("early", "late", "later")] == [False, True, True]
    assert [found.name for found in tmp_path.iterdir()] == ["panel-signed-out"]


@pytest.mark.parametrize(
    "kept", [b"", b"nonsense", b"[]", b'{"boot":"boot"}', b'{"boot":"boot","ended":[1]}', b"\xff"]
)
def test_a_file_of_ended_sign_ins_that_is_spoilt_does_no_harm(tmp_path: Path, kept: bytes) -> None:
    path = tmp_path / "panel-signed-out"
    path.write_bytes(kept)
    memory = DeskMemory(path, "boot")
    memory.end("me", at(0))
    assert DeskMemory(path, "boot").has_ended("me")


def test_where_the_file_cannot_be_written_memory_holds(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    memory = DeskMemory(tmp_path / "no such folder" / "panel-signed-out", "boot")
    memory.end("me", at(0))
    assert memory.has_ended("me")
    assert "kept in memory only" in caplog.text
