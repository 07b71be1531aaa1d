"""Which browsers get one plain page instead of the panel: the name a browser gives itself in, yes or no out. Pure.

Internet Explorer, also as the "compatible mode" of browsers sold in China: it can show none of our pages.
"""

from __future__ import annotations

ENGINES = ("MSIE ", "Trident/")


def is_too_old(agent: str) -> bool:
    """agent: the header User-Agent."""
    return any(engine in agent for engine in ENGINES)
