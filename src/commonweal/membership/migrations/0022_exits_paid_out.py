"""Refunds of exit seasons go out through the payment files of all money that is paid; what was paid so far is carried over.

Where an account stood beside a payment, its number and holder now do: who is paid need not be a member with one. Each
season decided so far gets what it owes booked, each file made so far its posting, as they come from here on.
"""

from django.db import migrations, models

from commonweal.membership.migrations._carried import file_made, posted, texts

ACCOUNTS_GO_ALONG = """
ALTER TABLE membership_payment DISABLE TRIGGER membership_only_grows;
UPDATE membership_payment p SET iban = a.iban, holder = a.holder
  FROM membership_payoutaccount a WHERE a.id = p.account_id;
ALTER TABLE membership_payment ENABLE TRIGGER membership_only_grows;
"""

OWED = """
INSERT INTO ledger_account (code, unit) SELECT code, 'cent'
  FROM unnest(ARRAY['dividend-owed', 'refund-owed', 'share-refunds', 'paid-out']) AS code
  WHERE EXISTS (SELECT FROM ledger_account WHERE code = 'share-money') ON CONFLICT DO NOTHING;
INSERT INTO ledger_limit (account_id, starts_on, floor)
  SELECT code, '1900-01-01', 0 FROM unnest(ARRAY['dividend-owed', 'refund-owed']) AS code
  WHERE EXISTS (SELECT FROM ledger_account WHERE code = 'share-money')
    AND NOT EXISTS (SELECT FROM ledger_limit WHERE account_id = code);
"""

# What a season gave back, but for refunds that were undone and not paid.
SEASON_OWES = """
SELECT m.number, sum(f.cents)::bigint FROM membership_exitrefund f
JOIN membership_exitrequest r ON r.id = f.request_id JOIN membership_member m ON m.id = r.member_id
LEFT JOIN membership_exitpayment p ON p.request_id = r.id
WHERE r.season_id = %s AND (p.id IS NOT NULL OR NOT EXISTS (
  SELECT FROM ledger_operation o JOIN ledger_operation u ON u.reverses_id = o.id
  WHERE o.key = 'exit:' || r.season_id || ':' || r.id))
GROUP BY m.number HAVING sum(f.cents) > 0 ORDER BY m.number"""

FILE_PAYS = """
SELECT p.request_id, r.member_id, m.number, m.language, a.iban, a.holder, p.cents FROM membership_exitpayment p
JOIN membership_exitrequest r ON r.id = p.request_id JOIN membership_member m ON m.id = r.member_id
JOIN membership_payoutaccount a ON a.id = p.account_id WHERE p.file_id = %s ORDER BY p.id"""


def carry_over(apps, schema_editor):
    """Seasons with what they owe, files with their content, payments and postings."""
    cursor = schema_editor.connection.cursor()
    cursor.execute("SELECT id, year, effect_on FROM membership_exitseason WHERE state = 'decided' ORDER BY year")
    seasons, said = cursor.fetchall(), texts()
    # Opened with the statutes from here on; these were read in before.
    cursor.execute(OWED)
    for season, year, effect_on in seasons:
        reference = f"exit:{year}"
        cursor.execute(SEASON_OWES, [season])
        entries = [("refund-owed", number, cents) for number, cents in cursor.fetchall()]
        posted(cursor, "refund", f"refund-owed:{reference}", effect_on, reference, entries, "share-refunds")
        cursor.execute(
            "SELECT id, number, pay_on, made_at FROM membership_exitpaymentfile WHERE season_id = %s ORDER BY number",
            [season],
        )
        for file, number, pay_on, made_at in cursor.fetchall():
            cursor.execute(FILE_PAYS, [file])
            rows = [
                (f"EXIT-{year}-{request}", request, member_id, member, iban, holder, cents, said[language])
                for request, member_id, member, language, iban, holder, cents in cursor.fetchall()
            ]
            file_made(
                cursor, "exit", reference, number, f"EXIT-{year}-{number}", pay_on, made_at, rows, effect_on
            )


OLD_GUARD = "DROP FUNCTION membership_payment_is_due CASCADE;"

GUARDS = """
-- What pays a row (all but dividends, which file and member name) pays it once, until it comes back.
CREATE FUNCTION membership_payment_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
  EXECUTE 'SELECT a.id FROM added a LEFT JOIN membership_paymentfile f ON f.id = a.file_id
    WHERE f.kind IS NULL OR (f.kind = ''dividend'') <> (a.pays IS NULL) LIMIT 1' INTO wrong;
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
CREATE TRIGGER membership_payment_stands AFTER INSERT ON membership_payment REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION membership_payment_stands();

-- What is paid is what the request gives back, to the cent, while it is due, on an account of its member.
CREATE FUNCTION membership_exit_payment_is_due() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
  IF EXISTS (SELECT FROM added WHERE pays IS NOT NULL) THEN
    EXECUTE 'SELECT a.id FROM added a JOIN membership_paymentfile f ON f.id = a.file_id AND f.kind = ''exit''
      LEFT JOIN membership_exitrequest r ON r.id = a.pays LEFT JOIN membership_exitseason s ON s.id = r.season_id
      LEFT JOIN LATERAL (SELECT sum(cents) AS due FROM membership_exitrefund WHERE request_id = r.id) d ON true
      WHERE r.id IS NULL OR r.state NOT IN (''granted'', ''part'') OR d.due IS DISTINCT FROM a.cents
        OR r.member_id <> a.member_id OR f.reference <> ''exit:'' || s.year OR NOT EXISTS (
          SELECT FROM membership_payoutaccount p WHERE p.member_id = r.member_id AND p.iban = a.iban) LIMIT 1'
      INTO wrong;
  END IF;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'payment % does not pay what a granted request gives back, to its member', wrong
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exit_payment_is_due';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER membership_exit_payment_is_due AFTER INSERT ON membership_payment REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION membership_exit_payment_is_due();

CREATE OR REPLACE FUNCTION membership_request_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE paid boolean := EXISTS (
  SELECT FROM membership_payment p JOIN membership_paymentfile f ON f.id = p.file_id AND f.kind = 'exit'
  WHERE p.pays = NEW.id AND NOT EXISTS (SELECT FROM membership_returnedpayment b WHERE b.payment_id = p.id));
BEGIN
  IF (to_jsonb(NEW) - 'state' - 'closed_at') IS DISTINCT FROM (to_jsonb(OLD) - 'state' - 'closed_at')
     OR (OLD.closed_at IS NOT NULL AND NEW.closed_at IS DISTINCT FROM OLD.closed_at) THEN
    RAISE EXCEPTION 'what was asked stays as it was asked'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exit_request_frozen';
  END IF;
  IF (OLD.state, NEW.state) NOT IN (
       ('waiting', 'withdrawn'), ('waiting', 'overtaken'), ('waiting', 'granted'), ('waiting', 'part'),
       ('waiting', 'queued'), ('waiting', 'refused'), ('granted', 'paid'), ('part', 'paid'), ('paid', 'granted'),
       ('paid', 'part'))
     OR (NEW.state IN ('granted', 'part', 'queued', 'refused') AND NOT EXISTS (
       SELECT FROM membership_exitseason WHERE id = NEW.season_id AND state = 'decided'))
     OR (NEW.state = 'paid') <> paid
     OR (OLD.state = 'paid' AND (NEW.state = 'part') <> EXISTS (
       SELECT FROM membership_exitrequest WHERE follows_id = NEW.id)) THEN
    RAISE EXCEPTION 'request % cannot go from % to %', NEW.id, OLD.state, NEW.state
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exit_request_moves';
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("membership", "0021_packed_sheets"), ("ledger", "0002_guards")]

    operations = [
        migrations.AddField(
            model_name="payment", name="iban", field=models.CharField(max_length=34, default=""), preserve_default=False
        ),
        migrations.AddField(
            model_name="payment", name="holder", field=models.CharField(max_length=70, default=""), preserve_default=False
        ),
        migrations.AddField(
            model_name="payment", name="pays", field=models.BigIntegerField(blank=True, null=True)
        ),
        migrations.RunSQL(ACCOUNTS_GO_ALONG),
        migrations.RemoveField(model_name="payment", name="account"),
        migrations.AlterField(
            model_name="paymentfile",
            name="kind",
            field=models.CharField(
                choices=[("dividend", "dividend"), ("exit", "refund on leaving")], max_length=12
            ),
        ),
        migrations.RunPython(carry_over),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                condition=models.Q(("pays__isnull", False)), fields=["pays"], name="payment_of_row"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("iban", ""), _negated=True), models.Q(("holder", ""), _negated=True)
                ),
                name="payment_to_someone",
            ),
        ),
        migrations.RunSQL(OLD_GUARD),
        migrations.DeleteModel(name="ExitPayment"),
        migrations.DeleteModel(name="ExitPaymentFile"),
        migrations.RunSQL(GUARDS),
    ]
