"""What was asked, uploaded, decided and paid to us is never taken away; what was too much is paid back once."""

from django.db import migrations

BANK = """
-- What refuses to change what came from outside and what was decided about it: the accounts rest on it.
CREATE FUNCTION membership_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER membership_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_informationnote
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();
CREATE TRIGGER membership_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_bankmovement
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();
CREATE TRIGGER membership_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_accountstatement
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();
CREATE TRIGGER membership_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_repeatedmovement
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();
CREATE TRIGGER membership_only_added BEFORE DELETE OR TRUNCATE ON membership_application
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();
CREATE TRIGGER membership_only_added BEFORE TRUNCATE ON membership_bankfile
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();
-- A file that was looked at and not read in may go; one that was read in is an accounting document.
CREATE TRIGGER membership_read_in_stays BEFORE DELETE ON membership_bankfile
  FOR EACH ROW WHEN (OLD.confirmed_at IS NOT NULL) EXECUTE FUNCTION membership_only_added();
CREATE TRIGGER membership_read_in_once BEFORE UPDATE OF name, uploaded_by_id, uploaded_at, confirmed_by_id, confirmed_at
  ON membership_bankfile FOR EACH ROW WHEN (OLD.confirmed_at IS NOT NULL) EXECUTE FUNCTION membership_only_added();
CREATE TRIGGER membership_only_added BEFORE DELETE OR TRUNCATE ON membership_handling
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();
CREATE TRIGGER membership_only_added BEFORE DELETE OR TRUNCATE ON membership_refund
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();

-- What a file holds, what was asked and for what money counts never changes; only where it stands does.
CREATE TRIGGER membership_file_stays BEFORE UPDATE OF digest, content, reading ON membership_bankfile
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();
CREATE TRIGGER membership_asked_stays BEFORE UPDATE OF communication, person_id, organisation_id, share_class, count,
  price_cents, note_id, asked_at ON membership_application
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();
CREATE TRIGGER membership_decision_stays BEFORE UPDATE ON membership_handling
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();
"""

REFUNDS = """
-- What is paid back is what was too much, to the cent, on the account it came from, while it is open, and while nothing that
-- went to that account waits for a decision: the bank may have taken it back.
CREATE FUNCTION membership_overpaid_is_due() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
  IF EXISTS (SELECT FROM added WHERE subject IS NOT NULL) THEN
    EXECUTE 'SELECT a.id FROM added a JOIN treasury_paymentfile f ON f.id = a.file_id AND f.kind = ''overpaid''
      LEFT JOIN membership_refund r ON r.id = a.subject LEFT JOIN membership_handling h ON h.id = r.handling_id
      LEFT JOIN membership_bankmovement m ON m.id = h.movement_id
      WHERE r.id IS NULL OR r.made_on IS NOT NULL OR r.taken_back_id IS NOT NULL OR r.cents <> a.cents OR m.payer_iban <> a.iban OR a.owner <> 0
        OR EXISTS (SELECT FROM membership_bankmovement n WHERE n.payer_iban = m.payer_iban AND n.amount_cents < 0
          AND n.booked_on >= m.booked_on
          AND (SELECT count(*) % 2 = 0 FROM membership_handling d WHERE d.movement_id = n.id))
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
CREATE TRIGGER membership_overpaid_is_due AFTER INSERT ON treasury_payment REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION membership_overpaid_is_due();

-- It is made once; it opens again when its payment came back, never by hand.
CREATE FUNCTION membership_refund_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE paid boolean := EXISTS (
  SELECT FROM treasury_payment p JOIN treasury_paymentfile f ON f.id = p.file_id AND f.kind = 'overpaid'
  WHERE p.subject = NEW.id AND NOT EXISTS (SELECT FROM treasury_returnedpayment b WHERE b.payment_id = p.id));
  back boolean := EXISTS (
  SELECT FROM treasury_returnedpayment b JOIN treasury_payment p ON p.id = b.payment_id
  JOIN treasury_paymentfile f ON f.id = p.file_id AND f.kind = 'overpaid' WHERE p.subject = NEW.id);
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

-- All that is paid back of a movement is at most what came with it and the bank did not take back, also when two note it at
-- the same moment.
CREATE FUNCTION membership_refund_within() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE came bigint; noted bigint; payment bigint;
BEGIN
  SELECT m.amount_cents, m.id INTO came, payment FROM membership_handling h
    JOIN membership_bankmovement m ON m.id = h.movement_id WHERE h.id = NEW.handling_id FOR UPDATE OF h;
  SELECT came - coalesce(sum(cents), 0) INTO came FROM membership_takenpart WHERE payment_id = payment;
  IF EXISTS (SELECT FROM membership_handling WHERE undoes_id = NEW.handling_id) THEN came := 0; END IF;
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
TAKEN = """
-- What the bank took back of a payment in parts, and what was or is to be paid back of it, are together at most what came.
-- A payment taken back whole, or divided, has no such parts: its parts have.
CREATE FUNCTION membership_taken_within() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE came bigint; went bigint; taken bigint; gone bigint; noted bigint;
BEGIN
  SELECT amount_cents INTO came FROM membership_bankmovement WHERE id = NEW.payment_id FOR UPDATE;
  -- A refund locks the decision it is of and no movement: whoever closes a request holds that, who decides wants it.
  PERFORM FROM membership_handling WHERE movement_id = NEW.payment_id ORDER BY id FOR UPDATE;
  SELECT -m.amount_cents INTO went FROM membership_handling h JOIN membership_bankmovement m ON m.id = h.movement_id
    WHERE h.id = NEW.handling_id AND h.outcome = 'undo' AND h.undoes_id IS NULL FOR UPDATE OF h;
  SELECT coalesce(sum(cents), 0) INTO taken FROM membership_takenpart WHERE payment_id = NEW.payment_id;
  SELECT coalesce(sum(cents), 0) INTO gone FROM membership_takenpart WHERE handling_id = NEW.handling_id;
  SELECT coalesce(sum(r.cents), 0) INTO noted FROM membership_refund r JOIN membership_handling h ON h.id = r.handling_id
    WHERE h.movement_id = NEW.payment_id AND r.taken_back_id IS NULL;
  IF came IS NULL OR went IS NULL OR taken + noted + NEW.cents > came OR gone + NEW.cents > went
     OR EXISTS (SELECT FROM membership_bankmovement WHERE part_of_id = NEW.payment_id)
     OR EXISTS (SELECT FROM membership_handling d JOIN membership_handling u ON u.undoes_id = d.id AND u.outcome = 'undo'
       WHERE d.movement_id = NEW.payment_id) THEN
    RAISE EXCEPTION 'more of movement % would be gone than came', NEW.payment_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'taken_within_what_came';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_taken_within BEFORE INSERT ON membership_takenpart
  FOR EACH ROW EXECUTE FUNCTION membership_taken_within();
CREATE TRIGGER membership_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_takenpart
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_added();

-- What the bank takes back is the whole of one payment of which nothing was taken before, or parts that make it up.
CREATE FUNCTION membership_takes_what_came() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE went bigint; came bigint;
BEGIN
  SELECT -amount_cents INTO went FROM membership_bankmovement WHERE id = NEW.movement_id;
  IF NEW.undoes_id IS NULL THEN
    SELECT sum(cents) INTO came FROM membership_takenpart WHERE handling_id = NEW.id;
  ELSE
    SELECT m.amount_cents INTO came FROM membership_handling d JOIN membership_bankmovement m ON m.id = d.movement_id
      WHERE d.id = NEW.undoes_id AND NOT EXISTS (SELECT FROM membership_takenpart WHERE payment_id = m.id);
  END IF;
  IF came IS DISTINCT FROM went THEN
    RAISE EXCEPTION 'movement % takes back what did not come', NEW.movement_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'takes_what_came';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER membership_takes_what_came AFTER INSERT ON membership_handling
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.outcome = 'undo')
  EXECUTE FUNCTION membership_takes_what_came();
"""
PARTS = """
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
     OR (SELECT count(*) % 2 = 1 FROM membership_handling WHERE movement_id = NEW.part_of_id) THEN
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
     OR (noted IS NOT NULL AND NEW.subject <> '') THEN
    RAISE EXCEPTION 'the parts of movement % are not the whole of it', NEW.movement_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'parts_are_the_whole';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_parts_are_whole BEFORE INSERT ON membership_handling
  FOR EACH ROW EXECUTE FUNCTION membership_parts_are_whole();
"""
TURNS = """
-- Rows about a movement follow one another: one decides, the next undoes that one and no other, as a mistake. What the
-- bank took back, and what was paid back, is no mistake of ours to undo.
CREATE FUNCTION membership_decisions_in_turn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last membership_handling;
BEGIN
  PERFORM FROM membership_bankmovement WHERE id = NEW.movement_id FOR UPDATE;
  SELECT * INTO last FROM membership_handling WHERE movement_id = NEW.movement_id ORDER BY turn DESC LIMIT 1;
  IF NEW.turn <> coalesce(last.turn, 0) + 1 OR (NEW.turn % 2 = 0) <> (NEW.outcome = 'again')
     OR (NEW.outcome = 'again' AND (NEW.undoes_id IS DISTINCT FROM last.id
       OR last.outcome NOT IN ('accept', 'wait', 'refund', 'aside', 'same')
       OR EXISTS (SELECT FROM membership_refund WHERE handling_id = last.id AND made_on IS NOT NULL))) THEN
    RAISE EXCEPTION 'the decisions about movement % do not follow one another', NEW.movement_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'decisions_in_turn';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_decisions_in_turn BEFORE INSERT ON membership_handling
  FOR EACH ROW EXECUTE FUNCTION membership_decisions_in_turn();
"""
APPLICATIONS = """
-- Money that counts for an application counts for one that is there: it is named by kind and number, and never goes away.
CREATE FUNCTION membership_application_is_there() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM membership_application WHERE id = split_part(NEW.subject, ':', 2)::bigint) THEN
    RAISE EXCEPTION 'there is no %', NEW.subject
      USING ERRCODE = 'check_violation', CONSTRAINT = 'application_is_there';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_application_is_there BEFORE INSERT ON membership_handling
  FOR EACH ROW WHEN (NEW.subject ~ '^application:[0-9]{1,18}$') EXECUTE FUNCTION membership_application_is_there();
"""
DROP = """
DROP FUNCTION membership_application_is_there, membership_decisions_in_turn, membership_only_added,
  membership_overpaid_is_due, membership_refund_moves, membership_refund_within, membership_parts_within, membership_parts_are_whole,
  membership_taken_within, membership_takes_what_came CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("membership", "0003_guards_of_shares"), ("treasury", "0002_guards_of_payments")]
    operations = [migrations.RunSQL(BANK + REFUNDS + TAKEN + PARTS + TURNS + APPLICATIONS, DROP)]
