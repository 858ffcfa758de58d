from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "exchange"

    def ready(self) -> None:
        # What this app tells the home page, the pages of entries and the open site.
        from accounts.worklist import register
        from catalog.portal.open_files import add_open_files
        from catalog.portal.panels import add_panels
        from exchange.datakeys import load_key
        from exchange.dataplane.sealed import KEYRING
        from exchange.portal.entry_panels import entry_panels
        from exchange.portal.open_data import open_files
        from exchange.portal.work import work

        KEYRING.load = load_key
        register(work)
        add_panels(entry_panels)
        add_open_files(open_files)
