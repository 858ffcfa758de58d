"""Shared language of the platform: refusals, states, paging, doors. No word of the domain."""
