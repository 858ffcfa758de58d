"""Imports of catalogues against the database: what is known there, and what is written."""
