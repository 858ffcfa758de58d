"""Exchange and census as outside clients perform them: over HTTP, every step checked.

Imports nothing of the platform, so that what works here works for any department's system.
"""
