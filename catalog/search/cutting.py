"""Chinese text cut into words. Pure."""

from functools import lru_cache

import rjieba

_CUTTER = rjieba.Jieba()


@lru_cache(maxsize=20_000)
def cut(run: str) -> tuple[str, ...]:
    """The words of a run of Chinese characters, one behind the other."""
    return tuple(_CUTTER.cut(run))
