"""A payment may be divided: its parts are decided about one by one, and together they are what came."""

import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
-- Parts of a movement go the way it went, are at most what came, also when two divide it at the same moment, and are made
-- before anything is decided about it.
CREATE FUNCTION membership_parts_within() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE whole membership_bankmovement; noted bigint;
BEGIN
  IF NEW.part_of_id IS NULL THEN RETURN NEW; END IF;
  SELECT * INTO whole FROM membership_bankmovement WHERE id = NEW.part_of_id FOR UPDATE;
  SELECT coalesce(sum(amount_cents), 0) INTO noted FROM membership_bankmovement WHERE part_of_id = NEW.part_of_id;
  IF whole.id IS NULL OR whole.part_of_id IS NOT NULL OR sign(NEW.amount_cents) <> sign(whole.amount_cents)
     OR NEW.amount_cents = 0 OR abs(noted + NEW.amount_cents) > abs(whole.amount_cents) THEN
    RAISE EXCEPTION 'the parts of movement % are more than it', NEW.part_of_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'parts_within_what_came';
  END IF;
  IF (NEW.statement_id, NEW.file_id, NEW.account, NEW.booked_on, NEW.payer_iban, NEW.payer_name)
     <> (whole.statement_id, whole.file_id, whole.account, whole.booked_on, whole.payer_iban, whole.payer_name)
     OR EXISTS (SELECT FROM membership_handling WHERE movement_id = NEW.part_of_id) THEN
    RAISE EXCEPTION 'this is no part of movement %', NEW.part_of_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'part_of_what_waits';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_parts_within BEFORE INSERT ON membership_bankmovement
  FOR EACH ROW EXECUTE FUNCTION membership_parts_within();

-- What has parts counts for nothing itself, and its parts are all of it; what has none is not divided.
CREATE FUNCTION membership_parts_are_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE came bigint; noted bigint; takes_parts_back boolean;
BEGIN
  SELECT amount_cents INTO came FROM membership_bankmovement WHERE id = NEW.movement_id FOR UPDATE;
  SELECT sum(amount_cents) INTO noted FROM membership_bankmovement WHERE part_of_id = NEW.movement_id;
  takes_parts_back := EXISTS (SELECT FROM membership_handling WHERE id = NEW.undoes_id AND outcome = 'divided');
  IF (noted IS NOT NULL) <> (NEW.outcome = 'divided' OR takes_parts_back) OR noted <> came
     OR (noted IS NOT NULL AND NEW.application_id IS NOT NULL) THEN
    RAISE EXCEPTION 'the parts of movement % are not the whole of it', NEW.movement_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'parts_are_the_whole';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_parts_are_whole BEFORE INSERT ON membership_handling
  FOR EACH ROW EXECUTE FUNCTION membership_parts_are_whole();
"""
DROP = """
DROP TRIGGER membership_parts_are_whole ON membership_handling;
DROP FUNCTION membership_parts_are_whole;
DROP TRIGGER membership_parts_within ON membership_bankmovement;
DROP FUNCTION membership_parts_within;
"""
OUTCOMES = [
    ("accept", "Count it for the shares"),
    ("wait", "Keep it and wait for the rest"),
    ("refund", "Pay all of it back"),
    ("aside", "It is not about shares"),
    ("same", "It is the same money, shown twice"),
    ("undo", "Undo what was paid"),
    ("owe", "Owe it again"),
    ("divided", "Divided among several requests"),
]


class Migration(migrations.Migration):
    dependencies = [("membership", "0029_places_abroad")]

    operations = [
        migrations.AddField(
            model_name="bankmovement",
            name="part_of",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="membership.bankmovement",
            ),
        ),
        migrations.AlterField(
            model_name="handling",
            name="outcome",
            field=models.CharField(choices=OUTCOMES, max_length=8),
        ),
        migrations.RunSQL(GUARDS, DROP),
    ]
