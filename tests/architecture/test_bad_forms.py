"""What can be typed into the forms of pages: taken as it stands, or refused beside its field."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

from tests.architecture.bad_input import Bad
from tests.architecture.bad_values import MARK, TEXTS, TYPED
from tests.architecture.judging import TRIED, noted, unlike, unlike_parts
from tests.architecture.pages import Readers
from tests.architecture.portalforms import Form, forms_of
from tests.architecture.portalscene import PortalScene
from tests.architecture.safety import URLENCODED
from tests.architecture.watching import Memory, Watch

# Fields in which several are typed, in lines or with commas between; of the grid of items too.
LISTS = ("synonyms", "keywords", "related_codes", "codes")


def test_no_field_of_a_form_breaks_its_page_and_what_is_kept_is_what_was_sent(
    played: PortalScene, watch: Watch, is_whole: bool
) -> None:
    readers = Readers(played, 0 if is_whole else 1, 1 if is_whole else 6)
    dice, wrong, statuses = Random(7), [], Counter[int]()
    for form in forms_of(readers):
        browser = readers.browsers[form.role]
        tried = [(name, text) for name in form.values for text in (*TEXTS, *TYPED)]
        for name, text in tried if is_whole else dice.sample(tried, min(3, len(tried))):
            bad, memory = Bad(f"{name} = {text[:60]!r}", URLENCODED, b""), Memory()
            with watch.call():
                fault = typed(browser, form, name, text, watch, statuses)
            wrong += noted(form.action, bad, fault, memory)
    assert not wrong, "\n".join(wrong)
    assert statuses[302] > 5
    assert statuses[422] > 5


def typed(
    browser: Any, form: Form, name: str, text: str, watch: Watch, statuses: Counter[int]
) -> str:
    """What is wrong with what became of a form whose field was filled in so."""
    sent = {**form.values, name: [text]}
    try:
        answer = browser.post(form.action, sent)
    except Exception as broke:  # noqa: BLE001 - the test client hands on what would be a 500
        return repr(broke)
    statuses[answer.status_code] += 1
    if answer.status_code >= 500:
        return str(answer.status_code)
    if answer.status_code >= 400:
        changed = watch.changed() - TRIED
        return f"changed {changed}" if changed else ""
    if MARK not in text:
        return ""
    if name.rpartition("-")[2] in LISTS:
        return "; ".join(unlike_parts(watch, text))
    # A browser ends each line so, whatever was typed.
    lines = text.replace("\r\n", "\n")
    return "; ".join(unlike(watch, text) and unlike(watch, lines))
