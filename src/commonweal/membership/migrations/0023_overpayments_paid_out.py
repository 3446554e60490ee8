"""What was paid too much is paid back in the same payment files; who paid it need not be a member."""

import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
CREATE OR REPLACE FUNCTION membership_payment_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
  EXECUTE 'SELECT a.id FROM added a LEFT JOIN membership_paymentfile f ON f.id = a.file_id
    WHERE f.kind IS NULL OR (f.kind = ''dividend'') <> (a.pays IS NULL)
      OR (f.kind = ''overpaid'') <> (a.member_id IS NULL) LIMIT 1' INTO wrong;
  IF wrong IS NULL AND EXISTS (SELECT FROM added WHERE pays IS NOT NULL) THEN
    EXECUTE 'SELECT a.id FROM added a JOIN membership_paymentfile f ON f.id = a.file_id
      JOIN membership_payment o ON o.pays = a.pays AND o.id <> a.id
      JOIN membership_paymentfile g ON g.id = o.file_id AND g.kind = f.kind
      WHERE NOT EXISTS (SELECT FROM membership_returnedpayment b WHERE b.payment_id = o.id) LIMIT 1' INTO wrong;
  END IF;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'payment % pays nothing, or what is paid already', wrong
      USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_stands_once';
  END IF;
  RETURN NULL;
END $$;

-- What is paid back is what was too much, to the cent, on the account it came from, while it is open.
CREATE FUNCTION membership_overpaid_is_due() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
  IF EXISTS (SELECT FROM added WHERE pays IS NOT NULL) THEN
    EXECUTE 'SELECT a.id FROM added a JOIN membership_paymentfile f ON f.id = a.file_id AND f.kind = ''overpaid''
      LEFT JOIN membership_refund r ON r.id = a.pays LEFT JOIN membership_handling h ON h.id = r.handling_id
      LEFT JOIN membership_bankmovement m ON m.id = h.movement_id
      WHERE r.id IS NULL OR r.made_on IS NOT NULL OR r.cents <> a.cents OR m.payer_iban <> a.iban LIMIT 1' INTO wrong;
  END IF;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'payment % does not pay back what was too much', wrong
      USING ERRCODE = 'check_violation', CONSTRAINT = 'overpaid_is_due';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER membership_overpaid_is_due AFTER INSERT ON membership_payment REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION membership_overpaid_is_due();

-- It is made once; it opens again when its payment came back, never by hand.
CREATE FUNCTION membership_refund_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE paid boolean := EXISTS (
  SELECT FROM membership_payment p JOIN membership_paymentfile f ON f.id = p.file_id AND f.kind = 'overpaid'
  WHERE p.pays = NEW.id AND NOT EXISTS (SELECT FROM membership_returnedpayment b WHERE b.payment_id = p.id));
  back boolean := EXISTS (
  SELECT FROM membership_returnedpayment b JOIN membership_payment p ON p.id = b.payment_id
  JOIN membership_paymentfile f ON f.id = p.file_id AND f.kind = 'overpaid' WHERE p.pays = NEW.id);
BEGIN
  IF (NEW.handling_id, NEW.cents) <> (OLD.handling_id, OLD.cents)
     OR (OLD.taken_back_id IS NOT NULL AND NEW.taken_back_id IS DISTINCT FROM OLD.taken_back_id)
     OR (OLD.made_on IS NOT NULL AND NEW.made_on IS DISTINCT FROM OLD.made_on AND (
       NEW.made_on IS NOT NULL OR paid OR NOT back)) THEN
    RAISE EXCEPTION 'refund % stays as it is', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_moves';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_refund_moves BEFORE UPDATE ON membership_refund
  FOR EACH ROW EXECUTE FUNCTION membership_refund_moves();

-- All that is paid back of a movement is at most what came with it, also when two note it at the same moment.
CREATE FUNCTION membership_refund_within() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE came bigint; noted bigint;
BEGIN
  SELECT m.amount_cents INTO came FROM membership_handling h JOIN membership_bankmovement m ON m.id = h.movement_id
    WHERE h.id = NEW.handling_id FOR UPDATE OF h;
  SELECT coalesce(sum(cents), 0) INTO noted FROM membership_refund
    WHERE handling_id = NEW.handling_id AND taken_back_id IS NULL;
  IF noted + NEW.cents > came THEN
    RAISE EXCEPTION 'more would be paid back than came'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_within_what_came';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_refund_within BEFORE INSERT ON membership_refund
  FOR EACH ROW EXECUTE FUNCTION membership_refund_within();
"""


class Migration(migrations.Migration):
    dependencies = [("membership", "0022_exits_paid_out")]

    operations = [
        migrations.AlterField(
            model_name="payment",
            name="member",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="membership.member",
            ),
        ),
        migrations.AlterField(
            model_name="paymentfile",
            name="kind",
            field=models.CharField(
                choices=[
                    ("dividend", "dividend"),
                    ("exit", "refund on leaving"),
                    ("overpaid", "money paid back"),
                ],
                max_length=12,
            ),
        ),
        migrations.RunSQL(GUARDS),
    ]
