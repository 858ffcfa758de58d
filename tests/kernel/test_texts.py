"""Details of refusals: English for machines, the reader's language on pages."""

import copy
import pickle

from django.utils import translation

from kernel.errors import Invalid, NotFound
from kernel.problems import refusal, told_errors
from kernel.texts import Text, listed, spoken


def test_a_text_is_english_whoever_reads():
    with translation.override("zh-hans"):
        said = Text("the grant names {known}", known=["api", "push"])
        assert said == "the grant names api, push"
        assert f"{said}" == "the grant names api, push"


def test_it_is_spoken_in_the_readers_language_with_its_values():
    said = Text("the grant names {known}", known=["api", "push"])
    with translation.override("zh-hans"):
        assert spoken(said) == "授权列明：api、push"
        assert spoken("ask for a new grant") == "请重新申请授权"
    with translation.override("en"):
        assert spoken(said) == "the grant names api, push"


def test_a_text_within_a_text_is_spoken_too():
    said = Text("{item}: {what}", item="建设单位", what=Text("must be said"))
    assert said == "建设单位: must be said"
    with translation.override("zh-hans"):
        assert spoken(said) == "建设单位：须填写"


def test_values_are_never_read_as_patterns():
    said = Text("the code {code} is taken", code="{0}{secret}")
    assert said == "the code {0}{secret} is taken"
    with translation.override("zh-hans"):
        assert spoken(said) == "代码 {0}{secret} 已被使用"


def test_what_has_no_translation_stays_as_it_is():
    with translation.override("zh-hans"):
        assert spoken("fe_sendauth: no password supplied") == "fe_sendauth: no password supplied"
        assert spoken("") == ""


def test_a_copy_speaks_as_well():
    said = Text("at most {most}", most=3)
    for other in (copy.deepcopy(said), pickle.loads(pickle.dumps(said))):  # noqa: S301
        assert (other, other.pattern, other.values) == ("at most 3", "at most {most}", {"most": 3})


def test_a_refusal_tells_its_detail_and_its_faults():
    wrong = Invalid.field("batch", Text("at most {most}", most=3), "too-many")
    with translation.override("zh-hans"):
        assert refusal(NotFound("there is no such resource")).detail == "没有该信息资源"
        told = [{"pointer": "#/batch", "code": "too-many", "detail": "最多 3 项"}]
        assert refusal(wrong).facts["errors"] == told_errors(wrong) == told
    assert wrong.facts["errors"][0]["detail"] == "at most 3"


def test_lists_are_joined_as_the_language_does_it():
    with translation.override("zh-hans"):
        assert listed(["甲", "乙"]) == "甲、乙"
    with translation.override("en"):
        assert listed(["甲", 2]) == "甲, 2"
