"""web_panel.attempts and desk_memory: five failures, ten minutes; numbers shown for one."""

from __future__ import annotations

import threading

import pytest

from tests.support import at
from web_panel.attempts import MAX_KEPT, Attempts, BusyError, neighbourhood
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
    assert attempts.left("admin", "192.0.2.7") == 1
    attempts.right("admin", "192.0.2.7")
    assert attempts.left("admin", "192.0.2.7") == 5


def test_names_that_do_not_exist_share_one_count() -> None:
    attempts = Attempts()
    for n in range(5):
        attempts.begin(None, "192.0.2.7", at(n))
    assert attempts.begin(None, "192.0.2.7", at(6)) > 0


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
    assert len(attempts._tallies) == MAX_KEPT


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
