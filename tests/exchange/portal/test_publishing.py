"""Publishing by hand: looked at first, wrong rows named, then the same publication as the API's."""

import io

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from exchange.models import Batch, Dataset, Upload
from tests.factories.exchange import csv_bytes, row
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def steward(world):
    return browser_of(world.people["steward"])


def send(browser, world, data: bytes, kind: str = "snapshot", name: str = "rows.bin"):
    sent = {"body": SimpleUploadedFile(name, data), "kind": kind}
    return browser.post(f"/datasets/{world.dataset.pk}/publish", sent)


def test_a_file_is_looked_at_and_then_published(steward, world, trail):
    answer = send(steward, world, csv_bytes([row("110101"), row("110102")]))
    assert answer.status_code == 302
    page = text(steward.get(answer["Location"]))
    assert 'class="count">2<' in page
    assert not Batch.objects.exists()
    done = steward.post(answer["Location"] + "/confirm")
    assert done["Location"] == f"/datasets/{world.dataset.pk}/batches/1"
    batch = Batch.objects.get()
    assert (batch.received, batch.accepted, batch.inserted) == (2, 2, 2)
    assert batch.publisher_id == world.people["steward"].user_id
    assert "batch.published" in trail()
    assert Upload.objects.get().state == "finished"


def test_a_workbook_and_gb18030_are_taken_as_they_are(steward, world):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for number, record in enumerate([row("110101"), row("110102")]):
            sheet.write_row(0, 0, list(record))
            sheet.write_row(number + 1, 0, list(record.values()))
    for data in (out.getvalue(), csv_bytes([row("110101", "示例县")], "gb18030")):
        answer = send(steward, world, data)
        assert answer.status_code == 302
        assert steward.post(answer["Location"] + "/confirm").status_code == 302
    assert Batch.objects.count() == 2


def test_wrong_rows_are_named_with_line_column_cause_and_cure(steward, world):
    answer = send(steward, world, csv_bytes([row("110101"), row("11"), row("110103", "")]))
    page = text(steward.get(answer["Location"]))
    assert "/confirm" not in page
    assert r"须符合 \d{6}。" in page
    assert 'class="number">3</td>' in page
    assert "没有值。" in page
    for kind in ("csv", "xlsx", "ndjson"):
        file = steward.get(f"{answer['Location']}/rejects?as={kind}")
        assert file.status_code == 200
        assert file.getvalue()
    assert steward.post(answer["Location"] + "/confirm").status_code == 422
    assert not Batch.objects.exists()
    assert Upload.objects.get().state == "open"


def test_where_rows_may_be_set_aside_the_right_ones_are_published(steward, world):
    Dataset.objects.update(on_reject="quarantine", max_rejected_percent=60)
    answer = send(steward, world, csv_bytes([row("110101"), row("11")]))
    page = text(steward.get(answer["Location"]))
    assert "/confirm" in page
    done = steward.post(answer["Location"] + "/confirm")
    batch = Batch.objects.get()
    assert (batch.accepted, batch.rejected) == (1, 1)
    page = text(steward.get(done["Location"]))
    assert "/batches/1/rejects?as=csv" in page
    told = steward.get(f"{done['Location']}/rejects?as=csv").getvalue().decode()
    assert '"11"' in told


def test_what_cannot_be_read_is_said_with_its_place(steward, world):
    answer = send(steward, world, b"code,nome\n1,a\n")
    assert answer.status_code == 302
    page = steward.get(answer["Location"])
    assert page.status_code == 400
    assert 'role="alert"' in text(page)
    assert "数据集没有该列" in text(page)
    refused = send(steward, world, b"\x1f\x8bpacked")
    assert refused.status_code == 400
    assert Upload.objects.count() == 1


def test_the_same_again_says_that_nothing_changed(steward, world):
    for _ in range(2):
        answer = send(steward, world, csv_bytes([row("110101")]))
        page = text(steward.get(answer["Location"]))
        done = steward.post(answer["Location"] + "/confirm")
    assert "/confirm" not in page
    assert done["Location"] == f"/datasets/{world.dataset.pk}"
    assert Batch.objects.count() == 1


def test_a_file_is_given_up(steward, world):
    answer = send(steward, world, csv_bytes([row("110101")]))
    assert answer["Location"].rpartition("/")[2] in text(
        steward.get(f"/datasets/{world.dataset.pk}/publish")
    )
    assert steward.post(answer["Location"] + "/cancel").status_code == 302
    assert Upload.objects.get().state == "cancelled"
    assert steward.post(answer["Location"] + "/confirm").status_code == 409
    assert not Batch.objects.exists()


def test_who_may_not_publish_is_refused_by_every_address(world, steward):
    made = send(steward, world, csv_bytes([row("110101")]))["Location"]
    head = browser_of(world.people["head"])
    asker = browser_of(world.people["asker"])
    world.grant()
    for browser in (head, asker):
        for answer in (
            send(browser, world, csv_bytes([row("110101")])),
            browser.get(made),
            browser.post(made + "/confirm"),
            browser.get(made + "/rejects"),
        ):
            assert answer.status_code == 403
    assert Upload.objects.count() == 1
    assert not Batch.objects.exists()


def test_an_empty_form_says_what_is_missing(steward, world):
    answer = steward.post(f"/datasets/{world.dataset.pk}/publish", {"kind": "snapshot"})
    assert answer.status_code == 422
    assert 'href="#publish_body"' in text(answer)
