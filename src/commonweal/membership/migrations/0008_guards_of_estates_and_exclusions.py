"""Leaving by death, winding up or exclusion: what was noted and decided stays, and goes to whom it is due, once."""

from django.db import migrations

# Why a membership ended is never taken away.
KEPT = {
    "estate": "DELETE",
    "exclusion": "DELETE",
}
ONLY_GROWS = "".join(
    f"CREATE TRIGGER membership_only_grows BEFORE {change} OR TRUNCATE ON membership_{table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION membership_only_grows();\n"
    for table, change in KEPT.items()
)

ESTATES = """
-- What ended a membership stays as it was noted; an estate is settled once everyone who claims it agreed, for the whole.
CREATE FUNCTION membership_estate_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.member_id, NEW.kind, NEW.ended_on, NEW.document, NEW.opened_at, NEW.opened_by_id, NEW.left_before,
      NEW.overtook_id)
     IS DISTINCT FROM (OLD.member_id, OLD.kind, OLD.ended_on, OLD.document, OLD.opened_at, OLD.opened_by_id,
      OLD.left_before, OLD.overtook_id)
     OR (OLD.state <> 'open' AND (to_jsonb(NEW) - 'state') IS DISTINCT FROM (to_jsonb(OLD) - 'state')) THEN
    RAISE EXCEPTION 'what ended a membership stays as it was noted'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'estate_frozen';
  END IF;
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
       ('open', 'withdrawn'), ('open', 'taken_over'), ('open', 'to_pay'), ('to_pay', 'paid'), ('paid', 'to_pay')) THEN
    RAISE EXCEPTION 'estate % cannot go from % to %', NEW.id, OLD.state, NEW.state
      USING ERRCODE = 'check_violation', CONSTRAINT = 'estate_moves';
  END IF;
  IF OLD.state = 'open' AND NEW.state IN ('taken_over', 'to_pay') AND (
       SELECT abs(coalesce(sum(numerator::numeric / denominator), 0) - 1) > 1e-12
         OR bool_or(agreed_on IS NULL) OR (NEW.state = 'taken_over' AND bool_or(heir_id IS NULL))
         OR (NEW.state = 'to_pay' AND (bool_or(iban = '' OR cents IS NULL) OR sum(cents) <> NEW.settled_cents))
       FROM membership_claimant WHERE estate_id = NEW.id) THEN
    RAISE EXCEPTION 'an estate is settled once everyone agreed and the parts make one whole'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'estate_agreed';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_estate_moves BEFORE UPDATE ON membership_estate
  FOR EACH ROW EXECUTE FUNCTION membership_estate_moves();

-- Who claims a settled estate stays as it was, but for another account once a payment came back.
CREATE FUNCTION membership_claimants_of_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted bigint; found text;
BEGIN
  wanted := CASE WHEN TG_OP = 'DELETE' THEN OLD.estate_id ELSE NEW.estate_id END;
  SELECT state INTO found FROM membership_estate WHERE id = wanted FOR SHARE;
  IF TG_OP = 'UPDATE' AND found = 'to_pay' AND to_jsonb(NEW) - 'iban' = to_jsonb(OLD) - 'iban'
      AND NOT treasury_stands('estate', NEW.id) AND EXISTS (
        SELECT FROM treasury_payment p JOIN treasury_paymentfile f ON f.id = p.file_id AND f.kind = 'estate'
        WHERE p.subject = NEW.id) THEN
    RETURN NEW;
  END IF;
  -- What else was owed to the member, as a dividend, is paid to them long after the estate is.
  IF TG_OP = 'UPDATE' AND found IN ('to_pay', 'paid', 'taken_over') AND to_jsonb(NEW) - 'iban' = to_jsonb(OLD) - 'iban'
      AND EXISTS (
        SELECT FROM treasury_payment p JOIN treasury_paymentfile f ON f.id = p.file_id AND f.kind = 'dividend'
        JOIN treasury_returnedpayment b ON b.payment_id = p.id
        WHERE p.subject = NEW.id AND NOT EXISTS (
          SELECT FROM treasury_payment q JOIN treasury_paymentfile g ON g.id = q.file_id
          WHERE q.subject = NEW.id AND g.reference = f.reference
            AND NOT EXISTS (SELECT FROM treasury_returnedpayment c WHERE c.payment_id = q.id))) THEN
    RETURN NEW;
  END IF;
  IF found <> 'open' OR (TG_OP = 'UPDATE' AND NEW.estate_id <> OLD.estate_id) THEN
    RAISE EXCEPTION 'who claims a settled estate stays as it was'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'claimants_of_open';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER membership_claimants_of_open BEFORE INSERT OR UPDATE OR DELETE ON membership_claimant
  FOR EACH ROW EXECUTE FUNCTION membership_claimants_of_open();
CREATE TRIGGER membership_claimants_stay BEFORE TRUNCATE ON membership_claimant
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_grows();

-- Whoever died or was wound up is paid nothing: those who claim their settled estate are.
CREATE FUNCTION membership_estates_are_paid() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
  EXECUTE 'SELECT a.id FROM added a
    JOIN treasury_paymentfile f ON f.id = a.file_id AND f.kind IN (''exit'', ''exclusion'')
    JOIN membership_member m ON m.number = a.owner
    JOIN membership_estate e ON e.member_id = m.id AND e.state <> ''withdrawn''
    LIMIT 1' INTO wrong;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'payment % is not to who claims the estate', wrong
      USING ERRCODE = 'check_violation', CONSTRAINT = 'estates_are_paid';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER membership_estates_are_paid AFTER INSERT ON treasury_payment REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION membership_estates_are_paid();
"""

EXCLUSIONS = """
-- The member answered what was proposed, and was told what was decided: neither is changed afterwards.
CREATE FUNCTION membership_exclusion_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.member_id, NEW.grounds, NEW.document, NEW.sent_on, NEW.sent_by, NEW.answer_until, NEW.opened_at,
      NEW.opened_by_id)
     IS DISTINCT FROM (OLD.member_id, OLD.grounds, OLD.document, OLD.sent_on, OLD.sent_by, OLD.answer_until,
      OLD.opened_at, OLD.opened_by_id)
     OR (OLD.state <> 'proposed' AND
      (NEW.answered_on, NEW.answer, NEW.asked_to_be_heard, NEW.heard_on, NEW.hearing, NEW.decided_on, NEW.decision,
       NEW.reasons, NEW.notify_until)
      IS DISTINCT FROM (OLD.answered_on, OLD.answer, OLD.asked_to_be_heard, OLD.heard_on, OLD.hearing,
       OLD.decided_on, OLD.decision, OLD.reasons, OLD.notify_until)) THEN
    RAISE EXCEPTION 'what was proposed and decided stays as it was'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exclusion_frozen';
  END IF;
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
       ('proposed', 'dropped'), ('proposed', 'kept'), ('proposed', 'excluded'), ('excluded', 'notified'),
       ('notified', 'to_pay'), ('to_pay', 'paid'), ('paid', 'to_pay'), ('to_pay', 'estate'))
     -- What was decided before a death is settled with the estate, unless it is paid.
     OR (NEW.state = 'estate' AND (treasury_stands('exclusion', NEW.id) OR NOT EXISTS (
       SELECT FROM membership_estate WHERE member_id = NEW.member_id AND state = 'open'))) THEN
    RAISE EXCEPTION 'exclusion % cannot go from % to %', NEW.id, OLD.state, NEW.state
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exclusion_moves';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_exclusion_moves BEFORE UPDATE ON membership_exclusion
  FOR EACH ROW EXECUTE FUNCTION membership_exclusion_moves();
"""

SETTLED = """
-- What is paid is what was settled or decided, to the cent, while it is to be paid, on an account that is theirs.
CREATE FUNCTION membership_settled_is_due() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
  IF EXISTS (SELECT FROM added a JOIN treasury_paymentfile f ON f.id = a.file_id
             WHERE f.kind IN ('estate', 'exclusion')) THEN
    EXECUTE 'SELECT a.id FROM added a JOIN treasury_paymentfile f ON f.id = a.file_id
      LEFT JOIN membership_claimant c ON f.kind = ''estate'' AND c.id = a.subject
      LEFT JOIN membership_estate e ON e.id = c.estate_id
      LEFT JOIN membership_exclusion x ON f.kind = ''exclusion'' AND x.id = a.subject
      LEFT JOIN membership_member m ON m.id = coalesce(e.member_id, x.member_id)
      WHERE (f.kind = ''estate'' AND (e.id IS NULL OR e.state <> ''to_pay'' OR c.cents <> a.cents OR c.iban <> a.iban
          OR m.number <> a.owner OR f.reference <> ''estate:'' || e.id))
        OR (f.kind = ''exclusion'' AND (x.id IS NULL OR x.state <> ''to_pay'' OR x.refund_cents <> a.cents
          OR m.number <> a.owner OR f.reference <> ''exclusion:'' || x.id OR NOT EXISTS (
            SELECT FROM treasury_payoutaccount p WHERE p.iban = a.iban
              AND (p.person_id = m.person_id OR p.organisation_id = m.organisation_id))))
      LIMIT 1' INTO wrong;
  END IF;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'payment % does not pay what was settled, to whom it is due', wrong
      USING ERRCODE = 'check_violation', CONSTRAINT = 'settled_is_due';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER membership_settled_is_due AFTER INSERT ON treasury_payment REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION membership_settled_is_due();

-- Paid is what has payments that stand, for everyone; once one came back it is to be paid again.
CREATE FUNCTION membership_settled_is_paid() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE paid boolean;
BEGIN
  IF TG_TABLE_NAME = 'membership_estate' THEN
    paid := NOT EXISTS (SELECT FROM membership_claimant c
      WHERE c.estate_id = NEW.id AND c.cents > 0 AND NOT treasury_stands('estate', c.id));
  ELSE
    paid := treasury_stands('exclusion', NEW.id) OR NOT EXISTS (
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
"""
DROP = """
DROP FUNCTION membership_estate_moves, membership_claimants_of_open, membership_estates_are_paid,
  membership_exclusion_moves, membership_settled_is_due, membership_settled_is_paid CASCADE;
""" + "".join(f"DROP TRIGGER membership_only_grows ON membership_{table};\n" for table in KEPT)


class Migration(migrations.Migration):
    dependencies = [("membership", "0007_guards_of_exits")]
    operations = [migrations.RunSQL(ONLY_GROWS + ESTATES + EXCLUSIONS + SETTLED, DROP)]
