"""Who may do what, as the rules about people's data ask."""

from __future__ import annotations

import pytest

from firmware_app.roles import RIGHTS, ROLES, Right, Role, rights, role_of


def test_every_role_has_its_words_and_rights() -> None:
    assert RIGHTS.keys() == ROLES.keys() == set(Role)
    assert all(role_of(role.value) is role for role in Role)
    assert role_of("king") is None


def test_every_right_is_somebodys() -> None:
    assert set[Right]().union(*RIGHTS.values()) == set(Right)


@pytest.mark.parametrize("has_head", [True, False])
def test_a_technician_sees_nothing_of_people(has_head: bool) -> None:
    assert rights(Role.TECHNICIAN, has_head) == {Right.EQUIPMENT}


@pytest.mark.parametrize("has_head", [True, False])
def test_an_auditor_changes_nothing(has_head: bool) -> None:
    looks = {Right.LAST_FOUR, Right.CALLS, Right.FIGURES, Right.AUDIT, Right.EXPORT}
    assert rights(Role.AUDITOR, has_head) == looks


def test_an_administrator_stands_in_for_a_head_until_there_is_one() -> None:
    assert rights(Role.HEAD, True) <= rights(Role.ADMIN, has_head=False)
    assert not rights(Role.ADMIN, has_head=True) & {
        Right.WORK,
        Right.REVEAL,
        Right.LAST_FOUR,
        Right.EXPORT_FULL,
    }


def test_only_an_auditor_reads_who_did_what() -> None:
    assert [role for role in Role if Right.AUDIT in rights(role, has_head=True)] == [Role.AUDITOR]
