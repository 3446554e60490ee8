"""What was granted to a member before they died is settled with the estate: the moves for that, and the words of the states."""

from django.db import migrations, models

EXITS = """
DO $do$ DECLARE body text := pg_get_functiondef('membership_request_moves'::regproc);
BEGIN
  IF position($a$('paid', 'part'))$a$ IN body) = 0 THEN RAISE EXCEPTION 'no moves of requests'; END IF;
  EXECUTE replace(body, $a$('paid', 'part'))$a$, $a$('paid', 'part'), ('granted', 'estate'), ('part', 'estate'))
     OR (NEW.state = 'estate' AND (paid OR NOT EXISTS (
       SELECT FROM membership_estate WHERE member_id = NEW.member_id AND state = 'open')))$a$);
END $do$;
"""
EXCLUSIONS = """
DO $do$ DECLARE body text := pg_get_functiondef('membership_exclusion_moves'::regproc);
BEGIN
  IF position($a$('paid', 'to_pay'))$a$ IN body) = 0 THEN RAISE EXCEPTION 'no moves of exclusions'; END IF;
  EXECUTE replace(body, $a$('paid', 'to_pay')) THEN$a$, $a$('paid', 'to_pay'), ('to_pay', 'estate'))
     OR (NEW.state = 'estate' AND (membership_stands('exclusion', NEW.id) OR NOT EXISTS (
       SELECT FROM membership_estate WHERE member_id = NEW.member_id AND state = 'open'))) THEN$a$);
END $do$;
"""


class Migration(migrations.Migration):
    dependencies = [("membership", "0030_divided_payments")]

    operations = [
        migrations.AlterField(
            model_name="exitrequest",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "waits for the season"),
                    ("withdrawn", "taken back"),
                    ("overtaken", "ended by something else"),
                    ("granted", "granted"),
                    ("part", "granted in part"),
                    ("queued", "moved to the next season"),
                    ("refused", "refused"),
                    ("paid", "paid"),
                    ("estate", "paid through the estate"),
                ],
                default="waiting",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="exclusion",
            name="state",
            field=models.CharField(
                choices=[
                    ("proposed", "the member may answer"),
                    ("dropped", "dropped"),
                    ("kept", "the member stays"),
                    ("excluded", "to be notified"),
                    ("notified", "refund to be booked"),
                    ("to_pay", "to be paid"),
                    ("paid", "paid out"),
                    ("estate", "paid through the estate"),
                ],
                default="proposed",
                max_length=12,
            ),
        ),
        migrations.RunSQL(EXITS + EXCLUSIONS),
    ]
