"""Payments, whatever they are for: what the bank got stays, and nothing is paid twice."""

from django.db import migrations

# The bank got what stands here: a payment that comes back is a row more, not a row less.
KEPT = {
    "payoutaccount": "UPDATE OR DELETE",
    "paymentfile": "UPDATE OR DELETE",
    "payment": "UPDATE OR DELETE",
    "returnedpayment": "UPDATE OR DELETE",
}
ONLY_GROWS = "".join(
    f"CREATE TRIGGER membership_only_grows BEFORE {change} OR TRUNCATE ON membership_{table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION membership_only_grows();\n"
    for table, change in KEPT.items()
)

PAYMENTS = """
-- What pays a row (all but dividends, which file and member name) pays it once, until it comes back. A dividend names
-- nobody it pays but who claims the estate of its holder; the same claimant is paid of each dividend once.
CREATE FUNCTION membership_payment_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
  EXECUTE 'SELECT a.id FROM added a LEFT JOIN membership_paymentfile f ON f.id = a.file_id
    WHERE f.kind IS NULL OR (f.kind <> ''dividend'' AND a.pays IS NULL)
      OR (f.kind = ''overpaid'') <> (a.member_id IS NULL) LIMIT 1' INTO wrong;
  IF wrong IS NULL AND EXISTS (SELECT FROM added WHERE pays IS NOT NULL) THEN
    EXECUTE 'SELECT a.id FROM added a JOIN membership_paymentfile f ON f.id = a.file_id
      JOIN membership_payment o ON o.pays = a.pays AND o.id <> a.id
      JOIN membership_paymentfile g ON g.id = o.file_id AND g.kind = f.kind
        AND (f.kind <> ''dividend'' OR g.reference = f.reference)
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

-- Whether a payment of a row was made and did not come back.
CREATE FUNCTION membership_stands(wanted text, paid bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM membership_payment p JOIN membership_paymentfile f ON f.id = p.file_id AND f.kind = wanted
    WHERE p.pays = paid AND NOT EXISTS (SELECT FROM membership_returnedpayment b WHERE b.payment_id = p.id))
$$;
"""
DROP = """
DROP FUNCTION membership_payment_stands, membership_stands CASCADE;
""" + "".join(f"DROP TRIGGER membership_only_grows ON membership_{table};\n" for table in KEPT)


class Migration(migrations.Migration):
    dependencies = [("membership", "0003_guards_of_shares")]
    operations = [migrations.RunSQL(ONLY_GROWS + PAYMENTS, DROP)]
