import json
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import Heartbeat

pytestmark = pytest.mark.django_db


def test_a_failure_makes_the_exit_code_1_and_says_how_to_mend_it():
    Heartbeat.objects.all().delete()
    out = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("doctor", stdout=out)
    assert left.value.code == 1
    assert "FAIL  heartbeat" in out.getvalue()
    assert "-> Start one beat and at least one worker" in out.getvalue()


def test_json_is_for_machines():
    Heartbeat.objects.all().delete()
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", "--json", stdout=out)
    report = {finding["subject"]: finding for finding in json.loads(out.getvalue())}
    assert report["python"]["level"] == "ok"
    assert set(report["heartbeat"]) == {"subject", "level", "detail", "mend"}
