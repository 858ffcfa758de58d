"""The main exchange as outside clients perform it: over HTTP, with real data, every step checked.

Imports nothing of the platform, so that what works here works for any department's system.
"""
