from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "exchange"

    def ready(self) -> None:
        # Its ledger is sealed with the trail, and it is who brings checkpoints to other hosts.
        from accounts.checkpoints import send_with
        from accounts.ledgers import register as seal_ledger
        from exchange.models.use import LEDGER
        from exchange.witnesses import send_checkpoints

        seal_ledger(LEDGER)
        send_with(send_checkpoints)
        # What this app tells the home page, the pages of entries and the open site.
        from accounts.oidc import ask_through
        from accounts.twopersons import register as register_deed
        from accounts.worklist import register
        from catalog.portal.open_files import add_open_files
        from catalog.portal.panels import add_panels
        from exchange.datakeys import load_key
        from exchange.dataplane.sealed import KEYRING
        from exchange.identityprovider import ask_provider
        from exchange.portal.entry_panels import entry_panels
        from exchange.portal.open_data import open_files
        from exchange.portal.work import work
        from exchange.reveals import REVEAL
        from exchange.revocations import REVOKE_DEPARTMENT, REVOKE_SYSTEM

        KEYRING.load = load_key
        register(work)
        register_deed(REVOKE_SYSTEM)
        register_deed(REVOKE_DEPARTMENT)
        register_deed(REVEAL)
        ask_through(ask_provider)
        add_panels(entry_panels)
        add_open_files(open_files)
