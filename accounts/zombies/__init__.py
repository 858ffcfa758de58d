"""The five criteria of a zombie system (国办发〔2017〕39号) as pure functions of evidence.

Evidence and thresholds in, findings out: no database, no clock, nothing that is not told. A day
for which nothing was told is never taken for a day without use.
"""
