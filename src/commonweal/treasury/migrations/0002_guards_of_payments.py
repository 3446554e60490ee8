"""Payments, whatever they are for: what the bank got stays, and nothing is paid twice."""

from django.db import migrations

# The bank got what stands here: a payment that comes back is a row more, not a row less.
ONLY_GROWS = "".join(
    f"CREATE TRIGGER treasury_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON treasury_{table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION people_only_grows();\n"
    for table in ("payoutaccount", "paymentfile", "payment", "returnedpayment")
)

PAYMENTS = """
-- What pays a row pays it once under its reference, until it comes back.
CREATE FUNCTION treasury_payment_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
  EXECUTE 'SELECT a.id FROM added a LEFT JOIN treasury_paymentfile f ON f.id = a.file_id
    WHERE f.id IS NULL LIMIT 1' INTO wrong;
  IF wrong IS NULL AND EXISTS (SELECT FROM added WHERE subject IS NOT NULL) THEN
    EXECUTE 'SELECT a.id FROM added a JOIN treasury_paymentfile f ON f.id = a.file_id
      JOIN treasury_payment o ON o.subject = a.subject AND o.id <> a.id
      JOIN treasury_paymentfile g ON g.id = o.file_id AND g.reference = f.reference
      WHERE NOT EXISTS (SELECT FROM treasury_returnedpayment b WHERE b.payment_id = o.id) LIMIT 1' INTO wrong;
  END IF;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'payment % pays nothing, or what is paid already', wrong
      USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_stands_once';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER treasury_payment_stands AFTER INSERT ON treasury_payment REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION treasury_payment_stands();

-- Whether a payment of a row was made and did not come back.
CREATE FUNCTION treasury_stands(wanted text, paid bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM treasury_payment p JOIN treasury_paymentfile f ON f.id = p.file_id AND f.kind = wanted
    WHERE p.subject = paid AND NOT EXISTS (SELECT FROM treasury_returnedpayment b WHERE b.payment_id = p.id))
$$;
"""
DROP = """
DROP FUNCTION treasury_payment_stands, treasury_stands CASCADE;
""" + "".join(
    f"DROP TRIGGER treasury_only_grows ON treasury_{table};\n"
    for table in ("payoutaccount", "paymentfile", "payment", "returnedpayment")
)


class Migration(migrations.Migration):
    dependencies = [("treasury", "0001_initial"), ("people", "0004_guards_of_staff")]
    operations = [migrations.RunSQL(ONLY_GROWS + PAYMENTS, DROP)]
