"""Who may do what with people's ways in, systems' keys, evidence and incidents; read as
authorisation.py says."""

SAFETY: dict[str, tuple[str, ...]] = {
    "incident-close POST": ("......+-.",) * 3,
    "incident-detail GET": ("......++.",) * 3,
    "incident-grade POST": ("......+-.",) * 3,
    "incident-list GET": ("oooooo++o",) * 3,
    "incident-list POST": ("------+--",) * 3,
    "incident-report POST": ("......+-.",) * 3,
    # Whoever calls shows a client id and its secret in the form.
    "oauth-introspect POST": ("+++++++++",) * 3,
    "oauth-revoke POST": ("+++++++++",) * 3,
    "oauth-token POST": ("+++++++++",) * 3,
    "system-access GET": ("++++++++.", "++...+++.", "++...+++."),
    "system-access PUT": ("--+---+-.", "--...-+-.", "--...-+-."),
}
