"""What a refusal says: English for machines and rows, the reader's language on pages."""

from collections.abc import Collection, Iterable
from typing import Any, Self


class Text(str):
    """An English text with named values, ``Text("at most {most} bytes", most=5)``.

    It is the English text itself, so that the API, logs and rows hold one language whoever asks;
    spoken() says it in the reader's. What has no values needs no Text.
    """

    pattern: str
    values: dict[str, Any]

    def __new__(cls, pattern: str, /, **values: Any) -> Self:
        """The pattern with its values; a list stands with commas."""
        text = super().__new__(cls, pattern.format(**_written(values)) if values else pattern)
        text.pattern, text.values = pattern, values
        return text


def gettext(text: str) -> str:
    """Django's; not at the top, for parsers in processes of their own start without Django."""
    from django.utils import translation

    return translation.gettext(text)


def spoken(text: str) -> str:
    """The text in the language of now; what has no translation stays as it is."""
    if isinstance(text, Text):
        said = {name: _spoken_value(value) for name, value in text.values.items()}
        return gettext(text.pattern).format(**said) if said else gettext(text.pattern)
    return gettext(text) if text else ""


def listed(values: Iterable[object]) -> str:
    """The values behind one another, as the language of now separates them."""
    return gettext(", ").join(str(value) for value in values)


def _written(values: dict[str, Any]) -> dict[str, Any]:
    return {name: ", ".join(map(str, v)) if _is_list(v) else v for name, v in values.items()}


def _spoken_value(value: Any) -> Any:
    if _is_list(value):
        return listed(value)
    return spoken(value) if isinstance(value, Text) else value


def _is_list(value: Any) -> bool:
    return isinstance(value, Collection) and not isinstance(value, str)
