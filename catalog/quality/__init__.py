"""How good an entry is, as pure functions: what it says, how fresh its data are.

Plain values in, numbers with their reasons out: no database and no clock that is not told.
"""
