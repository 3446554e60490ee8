"""What the database itself keeps about leaving: decided seasons and what was asked stay as they are, nothing is lost."""

from django.db import migrations

ONLY_GROWS = """
CREATE TRIGGER membership_only_grows BEFORE DELETE OR TRUNCATE ON membership_exitseason
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_grows();
CREATE TRIGGER membership_only_grows BEFORE DELETE OR TRUNCATE ON membership_exitrequest
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_grows();
CREATE TRIGGER membership_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_seasontest
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_grows();
CREATE TRIGGER membership_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_exitrefund
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_grows();
CREATE TRIGGER membership_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_exitpaymentfile
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_grows();
CREATE TRIGGER membership_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON membership_exitpayment
  FOR EACH STATEMENT EXECUTE FUNCTION membership_only_grows();
"""

SEASON = """
CREATE FUNCTION membership_season_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'collecting' THEN
    RAISE EXCEPTION 'a decided season stays as it is'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exit_season_frozen';
  END IF;
  IF (NEW.year, NEW.opens_on, NEW.closes_on, NEW.effect_on, NEW.pay_by)
     IS DISTINCT FROM (OLD.year, OLD.opens_on, OLD.closes_on, OLD.effect_on, OLD.pay_by)
     OR NEW.state <> 'decided' OR NEW.decided_on <= NEW.closes_on THEN
    RAISE EXCEPTION 'a season is decided once, after its window closed'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exit_season_decided_once';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_season_guard BEFORE UPDATE ON membership_exitseason
  FOR EACH ROW EXECUTE FUNCTION membership_season_guard();

-- When the deciding transaction ends, nobody of the season may still be waiting for an answer.
CREATE FUNCTION membership_season_answers_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM membership_exitrequest WHERE season_id = NEW.id AND state = 'waiting') THEN
    RAISE EXCEPTION 'requests of season % were left without an answer', NEW.year
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exit_season_answers_all';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER membership_season_answers_all AFTER UPDATE ON membership_exitseason
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION membership_season_answers_all();
"""

REQUEST = """
CREATE FUNCTION membership_request_comes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
  -- Waits for a decision that is being booked, and then sees it.
  SELECT state INTO found FROM membership_exitseason WHERE id = NEW.season_id FOR SHARE;
  IF found <> 'collecting' OR NEW.state <> 'waiting' THEN
    RAISE EXCEPTION 'a request comes to a season that still collects'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exit_request_in_time';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_request_comes BEFORE INSERT ON membership_exitrequest
  FOR EACH ROW EXECUTE FUNCTION membership_request_comes();

CREATE FUNCTION membership_request_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (to_jsonb(NEW) - 'state' - 'closed_at') IS DISTINCT FROM (to_jsonb(OLD) - 'state' - 'closed_at')
     OR (OLD.closed_at IS NOT NULL AND NEW.closed_at IS DISTINCT FROM OLD.closed_at) THEN
    RAISE EXCEPTION 'what was asked stays as it was asked'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exit_request_frozen';
  END IF;
  IF (OLD.state, NEW.state) NOT IN (
       ('waiting', 'withdrawn'), ('waiting', 'overtaken'), ('waiting', 'granted'), ('waiting', 'part'),
       ('waiting', 'queued'), ('waiting', 'refused'), ('granted', 'paid'), ('part', 'paid'))
     OR (NEW.state IN ('granted', 'part', 'queued', 'refused') AND NOT EXISTS (
       SELECT FROM membership_exitseason WHERE id = NEW.season_id AND state = 'decided'))
     OR (NEW.state = 'paid' AND NOT EXISTS (
       SELECT FROM membership_exitpayment WHERE request_id = NEW.id)) THEN
    RAISE EXCEPTION 'request % cannot go from % to %', NEW.id, OLD.state, NEW.state
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exit_request_moves';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_request_moves BEFORE UPDATE ON membership_exitrequest
  FOR EACH ROW EXECUTE FUNCTION membership_request_moves();

CREATE FUNCTION membership_refund_is_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added a JOIN membership_exitrequest r ON r.id = a.request_id
             WHERE r.state NOT IN ('granted', 'part')) THEN
    RAISE EXCEPTION 'a refund rests on a granted request'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exit_refund_is_due';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER membership_refund_is_due AFTER INSERT ON membership_exitrefund
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION membership_refund_is_due();

-- What is paid is what the request gives back, to the cent, and only while it is due.
CREATE FUNCTION membership_payment_is_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added a JOIN membership_exitrequest r ON r.id = a.request_id
             JOIN membership_exitpaymentfile f ON f.id = a.file_id
             JOIN membership_payoutaccount p ON p.id = a.account_id
             LEFT JOIN LATERAL (SELECT sum(cents) AS due FROM membership_exitrefund WHERE request_id = r.id) d ON true
             WHERE r.state NOT IN ('granted', 'part') OR d.due IS DISTINCT FROM a.cents
               OR f.season_id <> r.season_id OR p.member_id <> r.member_id) THEN
    RAISE EXCEPTION 'a payment pays what a granted request gives back, to its member'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exit_payment_is_due';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER membership_payment_is_due AFTER INSERT ON membership_exitpayment
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION membership_payment_is_due();
"""

DROP = """
DROP TRIGGER membership_payment_is_due ON membership_exitpayment;
DROP FUNCTION membership_payment_is_due;
DROP TRIGGER membership_refund_is_due ON membership_exitrefund;
DROP FUNCTION membership_refund_is_due;
DROP TRIGGER membership_request_moves ON membership_exitrequest;
DROP FUNCTION membership_request_moves;
DROP TRIGGER membership_request_comes ON membership_exitrequest;
DROP FUNCTION membership_request_comes;
DROP TRIGGER membership_season_answers_all ON membership_exitseason;
DROP FUNCTION membership_season_answers_all;
DROP TRIGGER membership_season_guard ON membership_exitseason;
DROP FUNCTION membership_season_guard;
DROP TRIGGER membership_only_grows ON membership_exitpayment;
DROP TRIGGER membership_only_grows ON membership_exitpaymentfile;
DROP TRIGGER membership_only_grows ON membership_exitrefund;
DROP TRIGGER membership_only_grows ON membership_seasontest;
DROP TRIGGER membership_only_grows ON membership_exitrequest;
DROP TRIGGER membership_only_grows ON membership_exitseason;
"""


class Migration(migrations.Migration):
    dependencies = [("membership", "0009_exits")]
    operations = [migrations.RunSQL(ONLY_GROWS + SEASON + REQUEST, DROP)]
