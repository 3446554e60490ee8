"""Leaving in a season: what was asked and decided stays as it is, everyone gets an answer, and what is due is paid."""

from django.db import migrations

# Who asked to leave, what was decided on what tests and what was given back stays to be looked up.
KEPT = {
    "exitseason": "DELETE",
    "exitrequest": "DELETE",
    "seasontest": "UPDATE OR DELETE",
    "exitrefund": "UPDATE OR DELETE",
}
ONLY_GROWS = "".join(
    f"CREATE TRIGGER membership_only_grows BEFORE {change} OR TRUNCATE ON membership_{table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION membership_only_grows();\n"
    for table, change in KEPT.items()
)

SEASONS = """
-- A season is decided once, after its window closed; from then on it stays as it is.
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
DECLARE paid numeric; kinds integer; room numeric;
BEGIN
  IF EXISTS (SELECT FROM membership_exitrequest WHERE season_id = NEW.id AND state = 'waiting') THEN
    RAISE EXCEPTION 'requests of season % were left without an answer', NEW.year
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exit_season_answers_all';
  END IF;
  -- Within both tests of the law, as recorded last. What else was promised out of the same means stands in areas above.
  SELECT coalesce(sum(f.cents), 0) INTO paid FROM membership_exitrefund f
    JOIN membership_exitrequest r ON r.id = f.request_id WHERE r.season_id = NEW.id;
  SELECT count(*), min(left_over) INTO kinds, room FROM (SELECT DISTINCT ON (kind) have_cents - keep_cents AS left_over
    FROM membership_seasontest WHERE season_id = NEW.id ORDER BY kind, id DESC) latest;
  IF paid > 0 AND (kinds < 2 OR paid > room) THEN
    RAISE EXCEPTION 'both tests leave what season % pays', NEW.year
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exit_season_within_tests';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER membership_season_answers_all AFTER UPDATE ON membership_exitseason
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION membership_season_answers_all();
"""

REQUESTS = """
-- A request comes while its season still collects.
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

-- It gets the answer of its season, and is paid while a payment of it stands: once that came back it is due again.
CREATE FUNCTION membership_request_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE paid boolean := EXISTS (
  SELECT FROM treasury_payment p JOIN treasury_paymentfile f ON f.id = p.file_id AND f.kind = 'exit'
  WHERE p.subject = NEW.id AND NOT EXISTS (SELECT FROM treasury_returnedpayment b WHERE b.payment_id = p.id));
BEGIN
  IF (to_jsonb(NEW) - 'state' - 'closed_at') IS DISTINCT FROM (to_jsonb(OLD) - 'state' - 'closed_at')
     OR (OLD.closed_at IS NOT NULL AND NEW.closed_at IS DISTINCT FROM OLD.closed_at
       AND (OLD.state, NEW.state) <> ('overtaken', 'waiting')) THEN
    RAISE EXCEPTION 'what was asked stays as it was asked'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exit_request_frozen';
  END IF;
  IF (OLD.state, NEW.state) NOT IN (
       ('waiting', 'withdrawn'), ('waiting', 'overtaken'), ('waiting', 'granted'), ('waiting', 'part'),
       ('waiting', 'queued'), ('waiting', 'refused'), ('granted', 'paid'), ('part', 'paid'), ('paid', 'granted'),
       ('paid', 'part'), ('overtaken', 'waiting'), ('granted', 'estate'), ('part', 'estate'))
     -- What was granted before a death is settled with the estate, unless it is paid.
     OR (NEW.state = 'estate' AND (paid OR NOT EXISTS (
       SELECT FROM membership_estate WHERE member_id = NEW.member_id AND state = 'open')))
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
CREATE TRIGGER membership_request_moves BEFORE UPDATE ON membership_exitrequest
  FOR EACH ROW EXECUTE FUNCTION membership_request_moves();

CREATE FUNCTION membership_request_waits_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM membership_exitseason WHERE id = NEW.season_id AND state = 'collecting')
     OR NOT EXISTS (SELECT FROM membership_estate WHERE overtook_id = NEW.id AND state = 'withdrawn') THEN
    RAISE EXCEPTION 'a request waits again only where an estate was noted by mistake, in a season that collects'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exit_request_moves';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_request_waits_again BEFORE UPDATE ON membership_exitrequest FOR EACH ROW
  WHEN (OLD.state = 'overtaken' AND NEW.state = 'waiting') EXECUTE FUNCTION membership_request_waits_again();
"""

REFUNDS = """
-- A refund rests on a granted request.
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

-- What is paid is what the request gives back, to the cent, while it is due, on an account of its member.
CREATE FUNCTION membership_exit_payment_is_due() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
  IF EXISTS (SELECT FROM added a JOIN treasury_paymentfile f ON f.id = a.file_id WHERE f.kind = 'exit') THEN
    EXECUTE 'SELECT a.id FROM added a JOIN treasury_paymentfile f ON f.id = a.file_id AND f.kind = ''exit''
      LEFT JOIN membership_exitrequest r ON r.id = a.subject LEFT JOIN membership_exitseason s ON s.id = r.season_id
      LEFT JOIN membership_member m ON m.id = r.member_id
      LEFT JOIN LATERAL (SELECT sum(cents) AS due FROM membership_exitrefund WHERE request_id = r.id) d ON true
      WHERE r.id IS NULL OR r.state NOT IN (''granted'', ''part'') OR d.due IS DISTINCT FROM a.cents
        OR m.number <> a.owner OR f.reference <> ''exit:'' || s.year OR NOT EXISTS (
          SELECT FROM treasury_payoutaccount p WHERE p.iban = a.iban
            AND (p.person_id = m.person_id OR p.organisation_id = m.organisation_id)) LIMIT 1'
      INTO wrong;
  END IF;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'payment % does not pay what a granted request gives back, to its member', wrong
      USING ERRCODE = 'check_violation', CONSTRAINT = 'exit_payment_is_due';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER membership_exit_payment_is_due AFTER INSERT ON treasury_payment REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION membership_exit_payment_is_due();
"""
DROP = """
DROP FUNCTION membership_season_guard, membership_season_answers_all, membership_request_comes,
  membership_request_moves, membership_request_waits_again, membership_refund_is_due, membership_exit_payment_is_due CASCADE;
""" + "".join(f"DROP TRIGGER membership_only_grows ON membership_{table};\n" for table in KEPT)


class Migration(migrations.Migration):
    dependencies = [("membership", "0005_guards_of_joining")]
    operations = [migrations.RunSQL(ONLY_GROWS + SEASONS + REQUESTS + REFUNDS, DROP)]
