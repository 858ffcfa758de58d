"""The register of information systems as a form: its columns, their cells, its files."""
