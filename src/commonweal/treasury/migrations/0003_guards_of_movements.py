"""What the bank told and what was decided about it is never taken away; what was too much is paid back once."""

from django.db import migrations

# The accounts rest on what came from outside and on what was decided about it.
KEPT = {
    "bankmovement": "UPDATE OR DELETE OR TRUNCATE",
    "accountstatement": "UPDATE OR DELETE OR TRUNCATE",
    "repeatedmovement": "UPDATE OR DELETE OR TRUNCATE",
    "handling": "UPDATE OR DELETE OR TRUNCATE",
    "refund": "DELETE OR TRUNCATE",
    "bankfile": "TRUNCATE",
    "takenpart": "UPDATE OR DELETE OR TRUNCATE",
}
ONLY_GROWS = "".join(
    f"CREATE TRIGGER treasury_only_grows BEFORE {change} ON treasury_{table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION people_only_grows();\n"
    for table, change in KEPT.items()
)

FILES = """
-- A file that was looked at and not read in may go; one that was read in is an accounting document. What it holds stays.
CREATE TRIGGER treasury_read_in_stays BEFORE DELETE ON treasury_bankfile
  FOR EACH ROW WHEN (OLD.confirmed_at IS NOT NULL) EXECUTE FUNCTION people_only_grows();
CREATE TRIGGER treasury_read_in_once BEFORE UPDATE OF name, uploaded_by_id, uploaded_at, confirmed_by_id, confirmed_at
  ON treasury_bankfile FOR EACH ROW WHEN (OLD.confirmed_at IS NOT NULL) EXECUTE FUNCTION people_only_grows();
CREATE TRIGGER treasury_begins BEFORE INSERT ON treasury_bankfile
  FOR EACH ROW WHEN (NEW.confirmed_at IS NOT NULL) EXECUTE FUNCTION people_begins_open();
CREATE TRIGGER treasury_file_stays BEFORE UPDATE OF digest, content, reading ON treasury_bankfile
  FOR EACH STATEMENT EXECUTE FUNCTION people_only_grows();
"""

REFUNDS = """
-- What is paid back is what was too much, to the cent, on the account it came from, while it is open, and while nothing that
-- went to that account waits for a decision: the bank may have taken it back.
CREATE FUNCTION treasury_overpaid_is_due() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
  IF EXISTS (SELECT FROM added WHERE subject IS NOT NULL) THEN
    EXECUTE 'SELECT a.id FROM added a JOIN treasury_paymentfile f ON f.id = a.file_id AND f.kind = ''overpaid''
      LEFT JOIN treasury_refund r ON r.id = a.subject LEFT JOIN treasury_handling h ON h.id = r.handling_id
      LEFT JOIN treasury_bankmovement m ON m.id = h.movement_id
      WHERE r.id IS NULL OR r.made_on IS NOT NULL OR r.taken_back_id IS NOT NULL OR r.cents <> a.cents OR m.payer_iban <> a.iban OR a.owner <> 0
        OR EXISTS (SELECT FROM treasury_bankmovement n WHERE n.payer_iban = m.payer_iban AND n.amount_cents < 0
          AND n.booked_on >= m.booked_on
          AND (SELECT count(*) % 2 = 0 FROM treasury_handling d WHERE d.movement_id = n.id))
        OR EXISTS (SELECT FROM treasury_payment o JOIN treasury_paymentfile g ON g.id = o.file_id AND g.kind = f.kind
          WHERE o.subject = a.subject AND o.id <> a.id
            AND NOT EXISTS (SELECT FROM treasury_returnedpayment b WHERE b.payment_id = o.id)) LIMIT 1' INTO wrong;
  END IF;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'payment % does not pay back what was too much', wrong
      USING ERRCODE = 'check_violation', CONSTRAINT = 'overpaid_is_due';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER treasury_overpaid_is_due AFTER INSERT ON treasury_payment REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION treasury_overpaid_is_due();

CREATE TRIGGER treasury_begins BEFORE INSERT ON treasury_refund
  FOR EACH ROW WHEN (NEW.made_on IS NOT NULL OR NEW.taken_back_id IS NOT NULL) EXECUTE FUNCTION people_begins_open();

-- It is made once; it opens again when its payment came back, never by hand, and never of a decision that was undone.
CREATE FUNCTION treasury_refund_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE paid boolean := EXISTS (
  SELECT FROM treasury_payment p JOIN treasury_paymentfile f ON f.id = p.file_id AND f.kind = 'overpaid'
  WHERE p.subject = NEW.id AND NOT EXISTS (SELECT FROM treasury_returnedpayment b WHERE b.payment_id = p.id));
  back boolean := EXISTS (
  SELECT FROM treasury_returnedpayment b JOIN treasury_payment p ON p.id = b.payment_id
  JOIN treasury_paymentfile f ON f.id = p.file_id AND f.kind = 'overpaid' WHERE p.subject = NEW.id);
BEGIN
  IF (NEW.id, NEW.handling_id, NEW.cents) <> (OLD.id, OLD.handling_id, OLD.cents)
     OR NEW.taken_back_id = NEW.handling_id
     OR NEW.made_on < (SELECT m.booked_on FROM treasury_handling h JOIN treasury_bankmovement m ON m.id = h.movement_id
       WHERE h.id = NEW.handling_id)
     OR (OLD.taken_back_id IS NOT NULL AND NEW.taken_back_id IS DISTINCT FROM OLD.taken_back_id)
     OR (OLD.made_on IS NOT NULL AND NEW.made_on IS DISTINCT FROM OLD.made_on AND (
       NEW.made_on IS NOT NULL OR paid OR NOT back
       OR NEW.taken_back_id IS DISTINCT FROM (SELECT id FROM treasury_handling WHERE undoes_id = OLD.handling_id))) THEN
    RAISE EXCEPTION 'refund % stays as it is', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_moves';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER treasury_refund_moves BEFORE UPDATE ON treasury_refund
  FOR EACH ROW EXECUTE FUNCTION treasury_refund_moves();

-- All that is paid back of a movement is at most what came with it and the bank did not take back, also when two note it at
-- the same moment.
CREATE FUNCTION treasury_refund_within() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE came bigint; noted bigint; payment bigint;
BEGIN
  SELECT m.amount_cents, m.id INTO came, payment FROM treasury_handling h
    JOIN treasury_bankmovement m ON m.id = h.movement_id WHERE h.id = NEW.handling_id FOR UPDATE OF h;
  SELECT came - coalesce(sum(cents), 0) INTO came FROM treasury_takenpart WHERE payment_id = payment;
  IF EXISTS (SELECT FROM treasury_handling WHERE undoes_id = NEW.handling_id) THEN came := 0; END IF;
  SELECT coalesce(sum(cents), 0) INTO noted FROM treasury_refund
    WHERE handling_id = NEW.handling_id AND taken_back_id IS NULL;
  IF noted + NEW.cents > came THEN
    RAISE EXCEPTION 'more would be paid back than came'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_within_what_came';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER treasury_refund_within BEFORE INSERT ON treasury_refund
  FOR EACH ROW EXECUTE FUNCTION treasury_refund_within();
"""
TAKEN = """
-- What the bank took back of a payment in parts, and what was or is to be paid back of it, are together at most what came.
-- A payment taken back whole, or divided, has no such parts: its parts have.
CREATE FUNCTION treasury_taken_within() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE came bigint; went bigint; taken bigint; gone bigint; noted bigint;
BEGIN
  SELECT amount_cents INTO came FROM treasury_bankmovement WHERE id = NEW.payment_id FOR UPDATE;
  -- A refund locks the decision it is of and no movement: whoever closes a request holds that, who decides wants it.
  PERFORM FROM treasury_handling WHERE movement_id = NEW.payment_id ORDER BY id FOR UPDATE;
  SELECT -m.amount_cents INTO went FROM treasury_handling h JOIN treasury_bankmovement m ON m.id = h.movement_id
    WHERE h.id = NEW.handling_id AND h.outcome = 'undo' AND h.undoes_id IS NULL FOR UPDATE OF h;
  SELECT coalesce(sum(cents), 0) INTO taken FROM treasury_takenpart WHERE payment_id = NEW.payment_id;
  SELECT coalesce(sum(cents), 0) INTO gone FROM treasury_takenpart WHERE handling_id = NEW.handling_id;
  SELECT coalesce(sum(r.cents), 0) INTO noted FROM treasury_refund r JOIN treasury_handling h ON h.id = r.handling_id
    WHERE h.movement_id = NEW.payment_id AND r.taken_back_id IS NULL;
  IF came IS NULL OR went IS NULL OR taken + noted + NEW.cents > came OR gone + NEW.cents > went
     OR EXISTS (SELECT FROM treasury_bankmovement WHERE part_of_id = NEW.payment_id)
     OR EXISTS (SELECT FROM treasury_handling d JOIN treasury_handling u ON u.undoes_id = d.id AND u.outcome = 'undo'
       WHERE d.movement_id = NEW.payment_id) THEN
    RAISE EXCEPTION 'more of movement % would be gone than came', NEW.payment_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'taken_within_what_came';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER treasury_taken_within BEFORE INSERT ON treasury_takenpart
  FOR EACH ROW EXECUTE FUNCTION treasury_taken_within();

-- What the bank takes back is the whole of one payment of which nothing was taken before, or parts that make it up.
CREATE FUNCTION treasury_takes_what_came() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE went bigint; came bigint;
BEGIN
  SELECT -amount_cents INTO went FROM treasury_bankmovement WHERE id = NEW.movement_id;
  IF NEW.undoes_id IS NULL THEN
    SELECT sum(cents) INTO came FROM treasury_takenpart WHERE handling_id = NEW.id;
  ELSE
    SELECT m.amount_cents INTO came FROM treasury_handling d JOIN treasury_bankmovement m ON m.id = d.movement_id
      WHERE d.id = NEW.undoes_id AND NOT EXISTS (SELECT FROM treasury_takenpart WHERE payment_id = m.id);
  END IF;
  IF came IS DISTINCT FROM went THEN
    RAISE EXCEPTION 'movement % takes back what did not come', NEW.movement_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'takes_what_came';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER treasury_takes_what_came AFTER INSERT ON treasury_handling
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.outcome = 'undo')
  EXECUTE FUNCTION treasury_takes_what_came();
"""
PARTS = """
-- Parts of a movement go the way it went, are at most what came, also when two divide it at the same moment, and are made
-- before anything is decided about it.
CREATE FUNCTION treasury_parts_within() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE whole treasury_bankmovement; noted bigint;
BEGIN
  IF NEW.part_of_id IS NULL THEN RETURN NEW; END IF;
  SELECT * INTO whole FROM treasury_bankmovement WHERE id = NEW.part_of_id FOR UPDATE;
  SELECT coalesce(sum(amount_cents), 0) INTO noted FROM treasury_bankmovement WHERE part_of_id = NEW.part_of_id;
  IF whole.id IS NULL OR whole.part_of_id IS NOT NULL OR sign(NEW.amount_cents) <> sign(whole.amount_cents)
     OR NEW.amount_cents = 0 OR abs(noted + NEW.amount_cents) > abs(whole.amount_cents) THEN
    RAISE EXCEPTION 'the parts of movement % are more than it', NEW.part_of_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'parts_within_what_came';
  END IF;
  IF (NEW.statement_id, NEW.file_id, NEW.account, NEW.booked_on, NEW.payer_iban, NEW.payer_name)
     <> (whole.statement_id, whole.file_id, whole.account, whole.booked_on, whole.payer_iban, whole.payer_name)
     OR (SELECT count(*) % 2 = 1 FROM treasury_handling WHERE movement_id = NEW.part_of_id) THEN
    RAISE EXCEPTION 'this is no part of movement %', NEW.part_of_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'part_of_what_waits';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER treasury_parts_within BEFORE INSERT ON treasury_bankmovement
  FOR EACH ROW EXECUTE FUNCTION treasury_parts_within();

-- What has parts counts for nothing itself, and its parts are all of it; what has none is not divided.
CREATE FUNCTION treasury_parts_are_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE came bigint; noted bigint; takes_parts_back boolean;
BEGIN
  SELECT amount_cents INTO came FROM treasury_bankmovement WHERE id = NEW.movement_id FOR UPDATE;
  SELECT sum(amount_cents) INTO noted FROM treasury_bankmovement WHERE part_of_id = NEW.movement_id;
  takes_parts_back := EXISTS (SELECT FROM treasury_handling WHERE id = NEW.undoes_id AND outcome = 'divided');
  IF (noted IS NOT NULL) <> (NEW.outcome = 'divided' OR takes_parts_back) OR noted <> came
     OR (noted IS NOT NULL AND NEW.subject <> '') THEN
    RAISE EXCEPTION 'the parts of movement % are not the whole of it', NEW.movement_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'parts_are_the_whole';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER treasury_parts_are_whole BEFORE INSERT ON treasury_handling
  FOR EACH ROW EXECUTE FUNCTION treasury_parts_are_whole();
"""
TURNS = """
-- Rows about a movement follow one another: one decides, the next undoes that one and no other, as a mistake. What the
-- bank took back, and what was paid back, is no mistake of ours to undo.
CREATE FUNCTION treasury_decisions_in_turn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last treasury_handling;
BEGIN
  PERFORM FROM treasury_bankmovement WHERE id = NEW.movement_id FOR UPDATE;
  SELECT * INTO last FROM treasury_handling WHERE movement_id = NEW.movement_id ORDER BY turn DESC LIMIT 1;
  IF NEW.turn <> coalesce(last.turn, 0) + 1 OR (NEW.turn % 2 = 0) <> (NEW.outcome = 'again')
     OR (NEW.outcome = 'again' AND (NEW.undoes_id IS DISTINCT FROM last.id
       OR last.outcome NOT IN ('accept', 'wait', 'refund', 'aside', 'same')
       OR EXISTS (SELECT FROM treasury_refund WHERE handling_id = last.id AND made_on IS NOT NULL))) THEN
    RAISE EXCEPTION 'the decisions about movement % do not follow one another', NEW.movement_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'decisions_in_turn';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER treasury_decisions_in_turn BEFORE INSERT ON treasury_handling
  FOR EACH ROW EXECUTE FUNCTION treasury_decisions_in_turn();
"""
DROP = """
DROP TRIGGER treasury_begins ON treasury_bankfile;
DROP TRIGGER treasury_begins ON treasury_refund;
DROP TRIGGER treasury_read_in_stays ON treasury_bankfile;
DROP TRIGGER treasury_read_in_once ON treasury_bankfile;
DROP TRIGGER treasury_file_stays ON treasury_bankfile;
DROP FUNCTION treasury_decisions_in_turn, treasury_overpaid_is_due, treasury_refund_moves, treasury_refund_within,
  treasury_parts_within, treasury_parts_are_whole, treasury_taken_within, treasury_takes_what_came CASCADE;
""" + "".join(f"DROP TRIGGER treasury_only_grows ON treasury_{table};\n" for table in KEPT)


class Migration(migrations.Migration):
    dependencies = [("treasury", "0002_guards_of_payments")]
    operations = [migrations.RunSQL(ONLY_GROWS + FILES + REFUNDS + TAKEN + PARTS + TURNS, DROP)]
