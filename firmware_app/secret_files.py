"""A secret of the configuration in, its value or why it cannot be had out. Nothing here prints or logs a value."""

from __future__ import annotations

import stat
from pathlib import Path

from firmware_app.reminding import Reminder, Secret
from firmware_app.wording import Text

LONGEST = 4096  # bytes


def read(secret: Secret) -> str | Text:
    """The value, without blanks around it; or what is wrong with its file."""
    if not secret.file:
        return secret.value
    try:
        content = Path(secret.file).read_bytes()[:LONGEST].decode("ascii").strip()
    except OSError as error:
        why = error.strerror or type(error).__name__
        return Text(f"读不了 {secret.file}：{why}", f"cannot read {secret.file}: {why}")
    except ValueError:
        return Text(f"{secret.file} 里不是普通文字", f"{secret.file} does not hold plain text")
    fit = content.isprintable() and " " not in content
    return (
        content if content and fit else Text(f"{secret.file} 须只有一行", f"{secret.file} must hold one line")
    )


def complaints(reminder: Reminder) -> list[Text]:
    """What is wrong, or unwise, with the files of its secrets, for whoever checks the configuration."""
    found = []
    for secret in reminder.secrets:
        told = read(secret)
        if isinstance(told, Text):
            found.append(Text(f"{reminder.name}：{told.zh}", f"{reminder.name}: {told.en}"))
        elif secret.file and Path(secret.file).stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
            found.append(
                Text(
                    f"{reminder.name}：所有用户都能读 {secret.file}，请执行 chmod 640",
                    f"{reminder.name}: every user can read {secret.file}; chmod 640 it",
                )
            )
    return found
