"""Signals of systems as the platform keeps them: a number a day in year arrays."""

from datetime import date, timedelta

from accounts.models import SignalYear


def tell(system, kind, today, number):
    """Tell a kind of fact for three years up to today: ``number`` of a day's age, None for
    nothing; a plain number is told each day."""
    at = number if callable(number) else lambda ago: number
    for year in range(today.year - 3, today.year + 1):
        new_year = date(year, 1, 1)
        days = [
            at((today - day).days) if timedelta(0) <= today - day < timedelta(1095) else None
            for day in (new_year + timedelta(n) for n in range(366))
        ]
        if (date(year, 12, 31) - new_year).days == 364:
            days[365] = None
        if any(n is not None for n in days):
            SignalYear.objects.create(system=system, kind=kind, year=year, days=days)
