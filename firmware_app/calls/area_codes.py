"""China's area codes without the trunk 0: facts, as a set. Pure.

Needed only where the trunk 0 is missing; a number that has it is believed without this list, so a new code does no harm.
Source: the national numbering plan as public lists print it; two-digit codes have eight-digit local numbers.
"""

from __future__ import annotations

_RANGES = """
310-319 335 349-359 370-379 391-396 398
410-419 421 427 429 431-439 451-459 464 467-469 470-479 482 483
510-519 523 527 530-539 543 546 550-559 561-564 566 570-580 591-599
631-635 660 662 663 668 691 692
701 710-719 722 724 728 730 731 734-739 743-746 750-760 762 763 766 768 769 770-779 790-799
812 813 816-818 825-827 830-839 851-859 870-879 883 886-888 891-898
901-903 906 908 909 911-917 919 930-939 941 943 951-955 970-977 979 990-999
"""


def _expanded(ranges: str) -> frozenset[str]:
    codes: set[str] = set()
    for part in ranges.split():
        first, _, last = part.partition("-")
        codes.update(str(code) for code in range(int(first), int(last or first) + 1))
    return frozenset(codes)


SHORT_CODES = frozenset({"10", "20", "21", "22", "23", "24", "25", "27", "28", "29"})
AREA_CODES = SHORT_CODES | _expanded(_RANGES)
