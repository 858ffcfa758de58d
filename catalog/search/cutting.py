"""Chinese text cut into words. Pure."""

from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import rjieba


@cache
def _cutter() -> "rjieba.Jieba":
    """Made at the first need: its dictionary takes 30 MB, which most workers never look at."""
    import rjieba

    return rjieba.Jieba()


@lru_cache(maxsize=20_000)
def cut(run: str) -> tuple[str, ...]:
    """The words of a run of Chinese characters, one behind the other."""
    return tuple(_cutter().cut(run))
