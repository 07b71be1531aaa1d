"""A number in, the name of the clip that says it out. Pure: "您有三个未接来电" is one clip, recorded by a person, for each number."""

from __future__ import annotations

MORE = "more"
CLIPS = (*(str(number) for number in range(1, 10)), MORE)  # what may be recorded, by name


def clip_for(number: int) -> str:
    """One of CLIPS."""
    return str(number) if 1 <= number <= 9 else MORE
