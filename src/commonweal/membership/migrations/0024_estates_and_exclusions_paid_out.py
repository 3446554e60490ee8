"""Estates and exclusions are paid in the same payment files; what was taken to the bank before is carried over.

Until now their file was made whenever someone took it out, for that day, and nothing of it was kept but the event. Where
one was taken, the last one is what the bank got: it becomes a file with its payments, so that nobody is paid twice and what
comes back can be booked.
"""

from django.db import migrations, models

from commonweal.membership.migrations._carried import file_made, posted, texts

TAKEN = """(SELECT max(e.at) FROM people_event e WHERE e.name = '{name}' AND e.subject = 'member:' || x.member_id
  AND (e.data->>'{key}')::bigint = x.id)"""
UNDONE = """EXISTS (SELECT FROM ledger_operation o JOIN ledger_operation u ON u.reverses_id = o.id
  WHERE o.key LIKE '{key}:' || x.id || ':%%')"""

ESTATES = f"""
SELECT x.id, x.state, x.ended_on, x.settled_cents, x.settled_at, x.member_id, m.number, m.language,
  {TAKEN.format(name="EstateFileTaken", key="estate")}, {UNDONE.format(key="estate")}
FROM membership_estate x JOIN membership_member m ON m.id = x.member_id
WHERE x.state IN ('to_pay', 'paid') AND x.settled_cents > %s ORDER BY x.id"""

EXCLUSIONS = f"""
SELECT x.id, x.state, x.decided_on, x.refund_cents, x.member_id, m.number, m.language,
  {TAKEN.format(name="ExclusionFileTaken", key="exclusion")}, {UNDONE.format(key="exclusion")}
FROM membership_exclusion x JOIN membership_member m ON m.id = x.member_id
WHERE x.state IN ('to_pay', 'paid') AND x.refund_cents > %s ORDER BY x.id"""

ACCOUNT = """SELECT iban, holder FROM membership_payoutaccount WHERE member_id = %s AND since <= %s ORDER BY id DESC LIMIT 1"""


def carry_over(apps, schema_editor):
    """What is owed, and the file that was taken, where one was."""
    cursor, said = schema_editor.connection.cursor(), texts()
    cursor.execute(ESTATES, [0])
    for pk, state, day, cents, settled_at, member, number, language, taken, undone in cursor.fetchall():
        if taken is None and (state == "paid" or undone):
            continue
        reference = f"estate:{pk}"
        owed = [("refund-owed", number, cents)]
        posted(cursor, "refund", f"refund-owed:{reference}", day, reference, owed, "share-refunds")
        if taken is not None:
            cursor.execute(
                "SELECT id, iban, name, cents FROM membership_claimant WHERE estate_id = %s AND cents > 0 ORDER BY id",
                [pk],
            )
            rows = [
                (f"ESTATE-{pk}-{each}", each, member, number, iban, name, part, said[language])
                for each, iban, name, part in cursor.fetchall()
            ]
            day_taken = _day(taken)
            file_made(cursor, "estate", reference, 1, f"ESTATE-{pk}", day_taken, settled_at, rows, day)
    cursor.execute(EXCLUSIONS, [0])
    for pk, state, day, cents, member, number, language, taken, undone in cursor.fetchall():
        if taken is None and (state == "paid" or undone):
            continue
        reference = f"exclusion:{pk}"
        owed = [("refund-owed", number, cents)]
        posted(cursor, "refund", f"refund-owed:{reference}", day, reference, owed, "share-refunds")
        if taken is not None:
            cursor.execute(ACCOUNT, [member, taken])
            iban, holder = cursor.fetchone()
            rows = [(f"EXCLUSION-{pk}", pk, member, number, iban, holder, cents, said[language])]
            file_made(cursor, "exclusion", reference, 1, f"EXCLUSION-{pk}", _day(taken), taken, rows, day)


def _day(moment):
    from django.utils import timezone

    return timezone.localdate(moment)


GUARDS = """
CREATE FUNCTION membership_stands(wanted text, paid bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM membership_payment p JOIN membership_paymentfile f ON f.id = p.file_id AND f.kind = wanted
    WHERE p.pays = paid AND NOT EXISTS (SELECT FROM membership_returnedpayment b WHERE b.payment_id = p.id))
$$;

-- What is paid is what was settled or decided, to the cent, while it is to be paid, on an account that is theirs.
CREATE FUNCTION membership_settled_is_due() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
  IF EXISTS (SELECT FROM added WHERE pays IS NOT NULL) THEN
    EXECUTE 'SELECT a.id FROM added a JOIN membership_paymentfile f ON f.id = a.file_id
      LEFT JOIN membership_claimant c ON f.kind = ''estate'' AND c.id = a.pays
      LEFT JOIN membership_estate e ON e.id = c.estate_id
      LEFT JOIN membership_exclusion x ON f.kind = ''exclusion'' AND x.id = a.pays
      WHERE (f.kind = ''estate'' AND (e.id IS NULL OR e.state <> ''to_pay'' OR c.cents <> a.cents OR c.iban <> a.iban
          OR e.member_id <> a.member_id OR f.reference <> ''estate:'' || e.id))
        OR (f.kind = ''exclusion'' AND (x.id IS NULL OR x.state <> ''to_pay'' OR x.refund_cents <> a.cents
          OR x.member_id <> a.member_id OR f.reference <> ''exclusion:'' || x.id OR NOT EXISTS (
            SELECT FROM membership_payoutaccount p WHERE p.member_id = x.member_id AND p.iban = a.iban)))
      LIMIT 1' INTO wrong;
  END IF;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'payment % does not pay what was settled, to whom it is due', wrong
      USING ERRCODE = 'check_violation', CONSTRAINT = 'settled_is_due';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER membership_settled_is_due AFTER INSERT ON membership_payment REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION membership_settled_is_due();

-- Paid is what has payments that stand, for everyone; once one came back it is to be paid again.
CREATE FUNCTION membership_settled_is_paid() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE paid boolean;
BEGIN
  IF TG_TABLE_NAME = 'membership_estate' THEN
    paid := NOT EXISTS (SELECT FROM membership_claimant c
      WHERE c.estate_id = NEW.id AND c.cents > 0 AND NOT membership_stands('estate', c.id));
  ELSE
    paid := membership_stands('exclusion', NEW.id) OR NOT EXISTS (
      SELECT FROM membership_exclusion WHERE id = NEW.id AND refund_cents > 0);
  END IF;
  IF (NEW.state = 'paid') <> paid THEN
    RAISE EXCEPTION '% % is not paid, or is so still', TG_TABLE_NAME, NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'settled_is_paid';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_settled_is_paid BEFORE UPDATE ON membership_estate FOR EACH ROW
  WHEN ((OLD.state, NEW.state) IN (('to_pay', 'paid'), ('paid', 'to_pay'))) EXECUTE FUNCTION membership_settled_is_paid();
CREATE TRIGGER membership_settled_is_paid BEFORE UPDATE ON membership_exclusion FOR EACH ROW
  WHEN ((OLD.state, NEW.state) IN (('to_pay', 'paid'), ('paid', 'to_pay'))) EXECUTE FUNCTION membership_settled_is_paid();

-- Who claims a settled estate stays as it was, but for another account once a payment came back.
CREATE OR REPLACE FUNCTION membership_claimants_of_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted bigint; found text;
BEGIN
  wanted := CASE WHEN TG_OP = 'DELETE' THEN OLD.estate_id ELSE NEW.estate_id END;
  SELECT state INTO found FROM membership_estate WHERE id = wanted FOR SHARE;
  IF TG_OP = 'UPDATE' AND found = 'to_pay' AND to_jsonb(NEW) - 'iban' = to_jsonb(OLD) - 'iban'
      AND NOT membership_stands('estate', NEW.id) AND EXISTS (
        SELECT FROM membership_payment p JOIN membership_paymentfile f ON f.id = p.file_id AND f.kind = 'estate'
        WHERE p.pays = NEW.id) THEN
    RETURN NEW;
  END IF;
  -- A dividend is paid to them long after the estate is.
  IF TG_OP = 'UPDATE' AND found IN ('to_pay', 'paid', 'taken_over') AND to_jsonb(NEW) - 'iban' = to_jsonb(OLD) - 'iban'
      AND EXISTS (
        SELECT FROM membership_payment p JOIN membership_paymentfile f ON f.id = p.file_id AND f.kind = 'dividend'
        JOIN membership_returnedpayment b ON b.payment_id = p.id
        WHERE p.pays = NEW.id AND NOT EXISTS (
          SELECT FROM membership_payment q JOIN membership_paymentfile g ON g.id = q.file_id
          WHERE q.pays = NEW.id AND g.reference = f.reference
            AND NOT EXISTS (SELECT FROM membership_returnedpayment c WHERE c.payment_id = q.id))) THEN
    RETURN NEW;
  END IF;
  IF found <> 'open' OR (TG_OP = 'UPDATE' AND NEW.estate_id <> OLD.estate_id) THEN
    RAISE EXCEPTION 'who claims a settled estate stays as it was'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'claimants_of_open';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""


def _moves(function, table, more):
    """The table of moves of a guard that is there already, with one move more."""
    return f"""
DO $do$ DECLARE body text := pg_get_functiondef('{function}'::regproc);
BEGIN
  IF position($a$('to_pay', 'paid'))$a$ IN body) = 0 THEN RAISE EXCEPTION 'no moves of {table}'; END IF;
  EXECUTE replace(body, $a$('to_pay', 'paid'))$a$, $a$('to_pay', 'paid'), {more})$a$);
END $do$;
"""


class Migration(migrations.Migration):
    dependencies = [("membership", "0023_overpayments_paid_out"), ("people", "0002_guards")]

    operations = [
        migrations.AlterField(
            model_name="paymentfile",
            name="kind",
            field=models.CharField(
                choices=[
                    ("dividend", "dividend"),
                    ("exit", "refund on leaving"),
                    ("estate", "refund of an estate"),
                    ("exclusion", "refund on exclusion"),
                    ("overpaid", "money paid back"),
                ],
                max_length=12,
            ),
        ),
        migrations.RunPython(carry_over),
        migrations.RunSQL(
            GUARDS
            + _moves("membership_estate_moves", "estates", "('paid', 'to_pay')")
            + _moves("membership_exclusion_moves", "exclusions", "('paid', 'to_pay')")
        ),
    ]
