"""Who may do what with people's ways in, systems' keys, evidence and incidents; read as
authorisation.py says."""

SAFETY: dict[str, tuple[str, ...]] = {
    "incident-close POST": ("......+-.",) * 3,
    "incident-detail GET": ("......++.",) * 3,
    "incident-grade POST": ("......+-.",) * 3,
    "incident-list GET": ("oooooo++o",) * 3,
    "incident-list POST": ("------+--",) * 3,
    "incident-report POST": ("......+-.",) * 3,
    "me-sign-in-detail GET": (".........",) * 3,
    "me-sign-in-end POST": (".........",) * 3,
    "me-sign-in-end-others POST": ("++++++++-",) * 3,
    "me-sign-in-list GET": ("ooooooooo",) * 3,
    "member-end-sign-ins POST": ("-.-...+-.", "-.....+-.", "-.....+-."),
    "member-link-identity POST": ("+.-...--.", "+.....--.", "+.....--."),
    "member-reopen POST": ("+.+...--.", "+.....--.", "+.....--."),
    "member-reset-factors POST": ("-.-...+-.", "-.....+-.", "-.....+-."),
    "member-reset-password POST": ("+.+...--.", "+.....--.", "+.....--."),
    "proposal-confirm POST": (".+....+-.",) * 3,
    "proposal-detail GET": (".+....++.",) * 3,
    "proposal-list GET": ("o+oooo++o",) * 3,
    "proposal-list POST": ("-+----+--",) * 3,
    "proposal-refuse POST": (".+....+-.",) * 3,
    "proposal-withdraw POST": (".-....--.",) * 3,
    # Whoever calls shows a client id and its secret in the form.
    "oauth-introspect POST": ("+++++++++",) * 3,
    "oauth-revoke POST": ("+++++++++",) * 3,
    "oauth-token POST": ("+++++++++",) * 3,
    "system-access GET": ("++++++++.", "++...+++.", "++...+++."),
    "system-access PUT": ("--+---+-.", "--...-+-.", "--...-+-."),
}
