"""Bodies of publications on their way in, sent at once or in parts."""

from pathlib import Path

from exchange import faults
from exchange.dataplane import intake
from exchange.errors import DatasetClosed, WrongKind
from exchange.models import Batch, Dataset
from exchange.storage import limits
from kernel.texts import Text

_KINDS = {
    Dataset.Kind.TABLE: (Batch.Kind.SNAPSHOT, Batch.Kind.CHANGES),
    Dataset.Kind.EVENTS: (Batch.Kind.APPEND,),
}


def require_takes(dataset: Dataset, kind: str) -> None:
    """DatasetClosed, or WrongKind unless the dataset takes publications of this kind."""
    if dataset.state != "open":
        raise DatasetClosed()
    known = _KINDS[Dataset.Kind(dataset.kind)]
    if kind not in known:
        raise WrongKind(Text("this dataset takes {known}", known=" or ".join(known)), kind=kind)


def unpacked(path: Path, coding: str, out: Path) -> Path:
    """The body as its records: itself, or what it unpacks to, written to ``out``."""
    if coding:
        faults.guarded(lambda: intake.expand(path, coding, out, limits()))
    return out if coding else path
