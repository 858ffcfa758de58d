"""Refusals about people who sign in, and about deeds that need two of them."""

from kernel.errors import Conflict, Forbidden


class SecondFactorNeeded(Forbidden):
    """The password was right; now comes a code of the app or one on paper, or a security key."""

    code = "second-factor-needed"
    title = "Show your second factor as well"


class SecondFactorMissing(Forbidden):
    """This role signs in with a second factor; it is set up on the page of one's account."""

    code = "second-factor-missing"
    title = "Your role needs a second factor; set one up in the portal"


class WrongCode(Forbidden):
    """The code is wrong, has expired or was used already."""

    code = "code-refused"
    title = "The code is not right"


class PasswordChangeNeeded(Forbidden):
    """The password was chosen by somebody else, or is older than this platform allows."""

    code = "password-change-needed"
    title = "Choose a password of your own first"


class PasswordsOff(Forbidden):
    """People of this platform sign in at the identity provider alone."""

    code = "passwords-off"
    title = "Sign in through the identity provider"


class IdentityRefused(Forbidden):
    """The identity provider's answer is not sound, or belongs to nobody here."""

    code = "identity-refused"
    title = "The identity provider's answer opens no account here"


class IdentityTaken(Conflict):
    """An identity of the provider belongs to one person."""

    code = "identity-taken"
    title = "This identity belongs to somebody already"


class SecondPersonNeeded(Forbidden):
    """A dangerous deed is proposed by one person and confirmed by another before it is done."""

    code = "second-person-needed"
    title = "Another person has to confirm this first"


class AlreadyProposed(Conflict):
    """The same deed waits already, or may be done already."""

    code = "already-proposed"
    title = "You have proposed this already"
