"""Bulk bytes: formats, validation, diff, store and connectors; plain values, no Django inside."""
