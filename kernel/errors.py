"""Every refusal the platform can make, by family. Apps subclass; nobody here knows HTTP.

DomainError
├── Malformed      the input cannot be read
├── Invalid        the input can be read but breaks a rule
├── Unauthenticated  nobody knows yet who acts
├── Forbidden      the actor may not do this
├── NotFound       there is no such thing, or the actor may not see it
├── Conflict       the thing is in the wrong state for this
├── Gone           it was here and will not come back
├── TooLarge       more than the platform takes
├── RateLimited    too often
├── Unavailable    the platform cannot do it now
├── PeerFailed     another system, asked on the caller's behalf, did not answer as it should
└── PeerTimeout    it did not answer in time
"""


class DomainError(Exception):
    """Something the caller can understand and act on.

    ``facts`` become members of the problem document: plain JSON values only.
    """

    code = "domain-error"
    title = "The request could not be carried out"

    def __init__(self, detail: str = "", **facts: object) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.facts = facts


class Malformed(DomainError):
    """The input cannot be read."""

    code = "malformed"
    title = "The request cannot be read"


class Invalid(DomainError):
    """The input can be read but breaks a rule."""

    code = "invalid"
    title = "Some values are not right"

    @classmethod
    def field(cls, name: str, detail: str, code: str = "invalid") -> "Invalid":
        """One field is wrong, in the shape that forms and the API show."""
        return cls(errors=[{"pointer": f"#/{name}", "code": code, "detail": detail}])


class Unauthenticated(DomainError):
    """No valid credential was sent."""

    code = "unauthenticated"
    title = "Sign in or send a credential"


class Forbidden(DomainError):
    """The actor may not do this."""

    code = "forbidden"
    title = "You may not do this"


class FormExpired(Forbidden):
    """The form does not carry the token of the reader's session."""

    code = "form-expired"
    title = "This form has expired; open the page again"


class NotFound(DomainError):
    """There is no such thing, or the actor may not see it."""

    code = "not-found"
    title = "There is nothing at this address"


class Conflict(DomainError):
    """The thing is in the wrong state for this."""

    code = "conflict"
    title = "This does not fit the present state"


class IllegalMove(Conflict):
    """This step is not possible from the present state."""

    code = "illegal-move"
    title = "This step is not possible from here"


class Stale(Conflict):
    """Somebody changed it since the caller read it."""

    code = "stale"
    title = "It was changed since you read it"


class Unconditional(Invalid):
    """A change must say which version it changes (If-Match)."""

    code = "precondition-required"
    title = "Say which version you are changing: send If-Match with the ETag you read"


class Gone(DomainError):
    """It was here and will not come back."""

    code = "gone"
    title = "This is gone"


class TooLarge(DomainError):
    """More than the platform takes."""

    code = "too-large"
    title = "This is larger than the platform takes"


class RateLimited(DomainError):
    """Too often."""

    code = "rate-limited"
    title = "Too many requests"


class Unavailable(DomainError):
    """The platform cannot do it now; trying again later may help."""

    code = "unavailable"
    title = "The platform cannot do this now"


class PeerFailed(DomainError):
    """Another system, asked on the caller's behalf, did not answer as it should."""

    code = "peer-failed"
    title = "The system behind this address failed"


class PeerTimeout(DomainError):
    """Another system, asked on the caller's behalf, did not answer in time."""

    code = "peer-timeout"
    title = "The system behind this address did not answer in time"
