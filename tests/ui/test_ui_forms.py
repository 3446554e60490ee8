"""Every form ties its labels, hints and errors together, and its fields read what people write."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import override

from commonweal.kernel.money import ShareValue
from commonweal.ui import fields, widgets
from commonweal.ui.forms import ReasonForm
from commonweal.ui.gallery import SampleForm, wrong_form


class Small(forms.Form):
    name = fields.CleanCharField(label="Name", help_text="As people call it", max_length=10)
    amount = fields.AmountField(label="Amount", min_cents=50_000, max_cents=500_000)
    born = fields.DatePartsField(label="Born", required=False, help_text="For example 27 3 1958")
    kind = forms.ChoiceField(
        label="Kind", choices=[("a", "A"), ("b", "B")], widget=widgets.ChoiceCards(hints={"a": "First"})
    )
    agree = forms.BooleanField(label="I agree", required=False, help_text="You may change this")


GOOD = {
    "name": "Tea",
    "amount": "1 250",
    "born_day": "27",
    "born_month": "3",
    "born_year": "1958",
    "kind": "a",
}


def ids_of(html: str) -> set[str]:
    return set(re.findall(r'\bid="([^"]+)"', html))


def test_what_describes_a_field_is_on_the_page() -> None:
    html = str(Small({}))
    described = {one for each in re.findall(r'aria-describedby="([^"]+)"', html) for one in each.split()}
    assert described >= {
        "id_name_helptext",
        "id_name_error",
        "id_born_helptext",
        "id_kind_error",
        "id_kind_0_hint",
    }
    assert described <= ids_of(html)


def test_every_label_belongs_to_a_control_that_exists_once() -> None:
    for form in (Small(), Small({}), SampleForm(), wrong_form()):
        html = str(form)
        found = re.findall(r'\bid="([^"]+)"', html)
        assert len(found) == len(set(found))
        assert set(re.findall(r'<label for="([^"]+)"', html)) <= set(found)


def test_a_wrong_field_says_so_to_screen_readers_with_a_sign_and_words() -> None:
    with override("en"):
        html = str(Small({})["name"].as_field_group())
    assert 'aria-invalid="true"' in html
    assert "This answer is still missing." in html
    assert '<svg class="icon"' in html
    assert "data-wrong" in html


def test_a_good_field_carries_no_error() -> None:
    html = str(Small(GOOD)["name"].as_field_group())
    assert "aria-invalid" not in html
    assert "data-wrong" not in html


def test_groups_are_fieldsets_with_a_legend() -> None:
    html = str(Small()["born"].as_field_group())
    assert html.count("<fieldset") == html.count("<legend>") == 1
    assert [part in html for part in ("Day", "Month", "Year")] == [True, True, True]


def test_optional_questions_say_so_and_required_ones_carry_no_star() -> None:
    with override("en"):
        assert "(optional)" in str(Small()["born"].as_field_group())
        assert "(optional)" not in str(Small()["name"].as_field_group())
    assert "*" not in str(Small())


def test_autocomplete_is_kept_and_placeholders_are_not() -> None:
    class Mail(forms.Form):
        email = forms.EmailField(
            widget=forms.EmailInput(attrs={"autocomplete": "email", "placeholder": "E-mail"})
        )

    html = str(Mail())
    assert 'autocomplete="email"' in html
    assert "placeholder" not in html


def test_general_errors_stand_above_the_form_unless_the_summary_lists_them() -> None:
    from commonweal.ui.templatetags.ui import form_errors

    with override("en"):
        form = wrong_form()
        assert "The call closed" in str(form)
        listed = form_errors(form)
        assert "The call closed" not in str(form)
    assert listed[0] == {"text": "The call closed while you were writing. Your text is kept.", "target": ""}
    assert {each["target"] for each in listed[1:]} <= ids_of(str(form))


def test_the_summary_names_the_question_each_error_belongs_to() -> None:
    from commonweal.ui.templatetags.ui import form_errors

    with override("en"):
        assert {"text": "Name: This answer is still missing.", "target": "id_name"} in form_errors(Small({}))
        assert {"text": "Kind: This answer is still missing.", "target": "id_kind_0"} in form_errors(
            Small({})
        )


def test_a_form_that_is_right_gives_clean_values() -> None:
    form = Small(GOOD)
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {
        "name": "Tea", "amount": 125_000, "born": date(1958, 3, 27), "kind": "a", "agree": False,
    }  # fmt: skip


@pytest.mark.parametrize(("text", "cents"), [("500", 50_000), ("€ 1.234,56", 123_456), ("1 250", 125_000)])
def test_an_amount_is_read_as_people_write_it(text: str, cents: int) -> None:
    assert fields.AmountField().clean(text) == cents


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *(("", "required"), ("ten", "no_amount"), ("499", "too_little"), ("5000,01", "too_much")),
        *(
            ("1,250", "two_readings"),
            ("1234,567", "part_of_a_cent"),
            ("-700", "negative"),
            ("700-", "negative"),
        ),
        *(("1\n250", "no_amount"), ("12€50", "no_amount")),
    ],
)
def test_an_amount_that_cannot_be_says_why(text: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        fields.AmountField(min_cents=50_000, max_cents=500_000).clean(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "“48,203” can be read in two ways: do you mean 48.20 or 48 203?"),
        ("fr", "« 48,203 » se lit de deux façons : voulez-vous dire 48,20 ou 48 203 ?"),
        ("nl", "‘48,203’ kan op twee manieren gelezen worden: bedoelt u 48,20 of 48 203?"),
        ("de", "„48,203“ kann man auf zwei Arten lesen: Meinen Sie 48,20 oder 48 203?"),
    ],
)
def test_an_amount_that_could_be_two_is_asked_about_in_the_language_of_the_reader(
    language: str, question: str
) -> None:
    class Form(forms.Form):
        amount = fields.AmountField()

    with override(language):
        form = Form({"amount": "48,203"})
        assert question in " ".join(str(form.errors["amount"][0]).split())
        # What was typed stays.
        assert 'value="48,203"' in str(form["amount"])


@pytest.mark.parametrize(("text", "units"), [("48,2031", 482_031), ("€ 37.5", 375_000), ("0,125", 1_250)])
def test_the_value_of_a_share_is_read_with_four_decimals(text: str, units: int) -> None:
    assert fields.ShareValueField().clean(text) == ShareValue(units)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *(("", "required"), ("48,203", "two_readings"), ("1,23456", "part_of_a_cent"), ("-1", "negative")),
        *(("x", "no_amount"), ("1000001", "too_much")),
    ],
)
def test_what_is_no_value_of_a_share_says_why(text: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        fields.ShareValueField().clean(text)
    assert refused.value.code == code


def test_a_value_of_a_share_may_be_left_out_and_comes_back_as_text_to_edit() -> None:
    field = fields.ShareValueField(required=False)
    assert field.clean("") is None
    with override("fr"):
        assert field.prepare_value(ShareValue(482_000)) == "48,2000"
    assert field.prepare_value("48,203") == "48,203"
    assert field.to_python(ShareValue(1)) == ShareValue(1)


def test_a_rate_is_read_in_hundredths_of_a_percent() -> None:
    field = fields.RateField(required=False)
    assert (field.clean("3,25 %"), field.clean("3"), field.clean("")) == (3_25, 3_00, None)
    assert (field.clean(3_25), field.prepare_value("x")) == (3_25, "x")
    with override("nl"):
        assert field.prepare_value(3_25) == "3,25"
    for text, code in (("3,125", "two_readings"), ("three", "no_amount"), ("-3", "negative")):
        with pytest.raises(ValidationError) as refused:
            field.clean(text)
        assert refused.value.code == code


def test_a_count_with_a_point_is_not_taken_for_one() -> None:
    field = fields.CountField()
    assert (field.clean("1000"), field.clean(12)) == (1000, 12)
    for text in ("1.000", "1,000", "1_000"):
        with pytest.raises(ValidationError) as refused:
            field.clean(text)
        assert refused.value.code == "no_count"


def test_a_stored_amount_comes_back_as_text_to_edit() -> None:
    with override("fr"):
        assert fields.AmountField().prepare_value(125_050) == "1250,50"
    with override("en"):
        assert fields.AmountField().prepare_value(125_000) == "1250"
        assert fields.AmountField().prepare_value("12x") == "12x"


def test_the_same_amount_in_another_spelling_is_no_change() -> None:
    field = fields.AmountField()
    assert not field.has_changed(125_000, "1 250,00")
    assert field.has_changed(125_000, "1251")
    assert field.has_changed(125_000, "none")


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (["", "", ""], "required"),
        (["31", "2", "2027"], "no_day"),
        (["1", "", "2027"], "incomplete"),
        (["1", "1", "27"], "no_year"),
        (["one", "1", "2027"], "no_day"),
        (["٣", "1", "2027"], "no_day"),
        (["1", "1", "2019"], "too_early"),
        (["1", "1", "2031"], "too_late"),
    ],
)
def test_a_day_that_cannot_be_says_why(parts: list[str], code: str) -> None:
    field = fields.DatePartsField(earliest=date(2020, 1, 1), latest=date(2030, 1, 1))
    with pytest.raises(ValidationError) as refused:
        field.clean(parts)
    assert refused.value.code == code


def test_a_day_already_stored_fills_its_three_parts() -> None:
    html = str(Small(initial={"born": date(1958, 3, 27)})["born"])
    assert [f'value="{part}"' in html for part in (27, 3, 1958)] == [True, True, True]


def test_text_is_cleaned_and_too_long_a_text_is_counted_not_cut() -> None:
    field = fields.CleanCharField(max_length=5)
    assert field.clean(" a\u202eb\x00\n c ") == "ab c"
    with override("en"), pytest.raises(ValidationError) as refused:
        field.clean("123456789")
    assert refused.value.message == "This is 4 characters too long. There is room for 5."
    assert "maxlength" not in str(Small()["name"])


def test_lines_are_kept_where_lines_are_asked() -> None:
    assert fields.CleanCharField(max_length=9, lines=True).clean("a\r\nb") == "a\nb"
    assert fields.CleanCharField(max_length=9, required=False).clean(None) == ""


def test_a_single_tick_box_stands_before_its_label() -> None:
    html = str(Small()["agree"].as_field_group())
    assert html.index("<input") < html.index("<label")
    assert html.count("I agree") == 1


def test_what_was_typed_is_still_there_after_an_error() -> None:
    data: Any = MultiValueDict({key: [value] for key, value in {**GOOD, "amount": "1.2.3"}.items()})
    assert 'value="1.2.3"' in str(Small(data))


def test_a_reason_is_asked_for_in_the_words_of_its_page_and_is_never_empty() -> None:
    form = ReasonForm({"reason": " "}, label="Why is it dropped?", help_text="The member reads it.")
    assert form.errors["reason"]
    assert "Why is it dropped?" in form.as_p()
    assert "The member reads it." in form.as_p()
    assert ReasonForm(label="Why?")["reason"].label == "Why?"
