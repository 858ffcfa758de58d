"""The rules of a zombie case as pure functions: what an answer and a decision have to say, by when.

Criteria and duty: 国办发〔2017〕39号, task 1. The document sets no terms; these are the platform's.
"""

from datetime import date, timedelta

from accounts.vocabulary import Answer
from kernel.errors import Invalid
from kernel.texts import Text

ANSWER_WORKDAYS = 15
LEAST_WORKDAYS, MOST_WORKDAYS = 5, 60
LONGEST_EXEMPTION = timedelta(days=365)
# A rectified system gets this long to show in its evidence that it lives, before it is suspected.
RECOVERY = timedelta(days=90)
FREEING = (Answer.MERGE, Answer.RETIRE)


def check_workdays(workdays: int) -> None:
    """Invalid unless a department gets a fair term to answer."""
    if not LEAST_WORKDAYS <= workdays <= MOST_WORKDAYS:
        detail = Text(
            "must be {least} to {most} workdays", least=LEAST_WORKDAYS, most=MOST_WORKDAYS
        )
        raise Invalid.field("workdays", detail, "out-of-range")


def check_answer(
    answer: str, reason: str, promised_on: date | None, has_target: bool, today: date
) -> None:
    """Invalid unless the answer says what its kind needs: keep a reason, rectify a date, merge
    a system to merge into; a date that is said lies ahead."""
    if answer == Answer.KEEP and not reason.strip():
        raise Invalid.field("reason", "say why the system is to be kept", "required")
    if answer == Answer.KEEP and promised_on is not None:
        raise Invalid.field("promised_on", "a system that is kept has no such date", "not-wanted")
    if answer == Answer.RECTIFY and promised_on is None:
        raise Invalid.field("promised_on", "say by when it will be rectified", "required")
    if promised_on is not None and promised_on <= today:
        raise Invalid.field("promised_on", "must be after today", "in-the-past")
    check_target(answer, has_target)


def check_decision(decision: str, due_on: date, has_target: bool, today: date) -> None:
    """Invalid unless the decision's day lies ahead, an exemption at most a year."""
    check_ahead("due_on", due_on, today)
    if decision == Answer.KEEP:
        check_exemption("due_on", due_on, today)
    check_target(decision, has_target)


def check_target(choice: str, has_target: bool) -> None:
    """Invalid unless a merge names a system to merge into, and nothing else does."""
    if choice == Answer.MERGE and not has_target:
        raise Invalid.field("merge_into", "name the system to merge into", "required")
    if choice != Answer.MERGE and has_target:
        raise Invalid.field("merge_into", "only a merge names a system", "not-wanted")


def check_ahead(name: str, day: date, today: date) -> None:
    """Invalid unless the day is after today."""
    if day <= today:
        raise Invalid.field(name, "must be after today", "in-the-past")


def check_exemption(name: str, until: date, today: date) -> None:
    """Invalid if a system were exempt for longer than a year without another look."""
    check_ahead(name, until, today)
    if until > today + LONGEST_EXEMPTION:
        detail = Text("an exemption lasts at most {days} days", days=LONGEST_EXEMPTION.days)
        raise Invalid.field(name, detail, "too-long")
