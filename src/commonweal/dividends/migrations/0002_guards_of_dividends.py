"""Dividends: proposed by one, reckoned once, approved by two others within both tests, booked as reckoned, paid to whom it
is due."""

from django.db import migrations

# What was shared out, who approved it and on what tests is looked up years later.
KEPT = {
    "dividendrun": "DELETE",
    "dividendapproval": "UPDATE OR DELETE",
    "dividendline": "UPDATE OR DELETE",
    "dividendtest": "UPDATE OR DELETE",
    "dividendcarry": "UPDATE OR DELETE",
}
ONLY_GROWS = "".join(
    f"CREATE TRIGGER dividends_only_grows BEFORE {change} OR TRUNCATE ON dividends_{table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION people_only_grows();\n"
    for table, change in KEPT.items()
)

RUNS = """
-- Refuses under the name of a guard; the functions behind it are about what they forbid.
CREATE FUNCTION dividend_refuse(what text, guard text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', what USING ERRCODE = 'check_violation', CONSTRAINT = guard; END $$;

CREATE TRIGGER begins_first BEFORE INSERT ON dividends_dividendrun
  FOR EACH ROW EXECUTE FUNCTION people_begins('proposed');

-- It begins proposed, with nothing reckoned and nothing booked.
CREATE FUNCTION dividend_run_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> 'proposed' OR NEW.reckoned_at IS NOT NULL OR NEW.booked_count > 0 OR NEW.booked_until > 0 THEN
    PERFORM dividend_refuse('a dividend begins as a proposal', 'dividend_run_moves');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER dividend_run_begins BEFORE INSERT ON dividends_dividendrun
  FOR EACH ROW EXECUTE FUNCTION dividend_run_begins();

-- A run rests on a whole financial year: no two of them share a day unless they are of the same one.
CREATE FUNCTION dividend_one_year() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM dividends_dividendrun r WHERE r.id <> NEW.id AND r.state <> 'withdrawn'
      AND r.year_starts_on <= NEW.year_ends_on AND r.year_ends_on >= NEW.year_starts_on
      AND (r.year_starts_on, r.year_ends_on) <> (NEW.year_starts_on, NEW.year_ends_on)) THEN
    PERFORM dividend_refuse('a financial year is not cut in parts', 'dividend_one_year');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER dividend_one_year BEFORE INSERT ON dividends_dividendrun
  FOR EACH ROW EXECUTE FUNCTION dividend_one_year();

-- A run moves as its table of states says, its figures are set once, all else stays as it was proposed.
CREATE FUNCTION dividend_run_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE loose text[] := ARRAY['state', 'reason', 'booked_count', 'booked_until'];
        figures text[] := ARRAY['reckoned_at', 'lines_count', 'gross_cents', 'tax_cents', 'by_class'];
BEGIN
  IF OLD.reckoned_at IS NULL THEN loose := loose || figures; END IF;
  IF to_jsonb(OLD) - loose <> to_jsonb(NEW) - loose THEN
    PERFORM dividend_refuse('what was proposed is not changed', 'dividend_run_fixed');
  END IF;
  -- What two approve and both tests are asked about is what the lines say, to the cent.
  IF OLD.reckoned_at IS NULL AND NEW.reckoned_at IS NOT NULL AND EXISTS (
      SELECT FROM (SELECT count(*) AS lines, coalesce(sum(gross_cents), 0) AS gross, coalesce(sum(tax_cents), 0) AS tax
        FROM dividends_dividendline WHERE run_id = NEW.id) its
      WHERE its.lines IS DISTINCT FROM NEW.lines_count OR its.gross IS DISTINCT FROM NEW.gross_cents
        OR its.tax IS DISTINCT FROM NEW.tax_cents) THEN
    PERFORM dividend_refuse('the figures of a dividend are those of its lines', 'dividend_figures_of_lines');
  END IF;
  IF NEW.booked_count < OLD.booked_count OR NEW.booked_until < OLD.booked_until
      OR (NEW.booked_count > OLD.booked_count AND OLD.state <> 'approved') THEN
    PERFORM dividend_refuse('only an approved dividend is booked, and only forward', 'dividend_run_fixed');
  END IF;
  -- What was booked are the lines of all members up to one: none is passed over, and none is booked twice.
  IF (NEW.booked_count, NEW.booked_until) <> (OLD.booked_count, OLD.booked_until) AND NEW.booked_count - OLD.booked_count
      <> (SELECT count(*) FROM dividends_dividendline
          WHERE run_id = NEW.id AND member_id > OLD.booked_until AND member_id <= NEW.booked_until) THEN
    PERFORM dividend_refuse('lines are booked in order, each once', 'dividend_run_fixed');
  END IF;
  IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (('proposed', 'approved'), ('proposed', 'withdrawn'),
      ('approved', 'paid_out'), ('closed', 'paid_out'), ('paid_out', 'closed')) THEN
    PERFORM dividend_refuse('no such step from ' || OLD.state || ' to ' || NEW.state, 'dividend_run_moves');
  END IF;
  IF OLD.state = 'proposed' AND NEW.state = 'approved' AND (NEW.reckoned_at IS NULL OR
      (SELECT count(*) FROM dividends_dividendapproval WHERE run_id = NEW.id) < 2) THEN
    PERFORM dividend_refuse('a dividend is approved by two, once it is reckoned', 'dividend_two_approvals');
  END IF;
  IF OLD.state <> 'paid_out' AND NEW.state = 'paid_out' AND NEW.booked_count < NEW.lines_count THEN
    PERFORM dividend_refuse('it is paid once all that is owed is booked', 'dividend_run_moves');
  END IF;
  IF NEW.state = 'withdrawn' AND NEW.reason = '' THEN
    PERFORM dividend_refuse('a dividend is withdrawn with a reason', 'dividend_run_moves');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER dividend_run_moves BEFORE UPDATE ON dividends_dividendrun
  FOR EACH ROW EXECUTE FUNCTION dividend_run_moves();
"""

APPROVALS = """
-- Two yeses are of two people (a constraint), neither of whom proposed it, to figures that are there.
CREATE FUNCTION dividend_approval_by_another() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE run dividends_dividendrun;
BEGIN
  SELECT * INTO run FROM dividends_dividendrun WHERE id = NEW.run_id FOR SHARE;
  IF run.proposed_by_id = NEW.person_id THEN
    PERFORM dividend_refuse('who proposed a dividend does not approve it', 'dividend_approval_by_another');
  END IF;
  IF run.state <> 'proposed' OR run.reckoned_at IS NULL THEN
    PERFORM dividend_refuse('only a reckoned proposal is approved', 'dividend_two_approvals');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER dividend_approval_by_another BEFORE INSERT ON dividends_dividendapproval
  FOR EACH ROW EXECUTE FUNCTION dividend_approval_by_another();

-- What other dividends and exit seasons were promised since a day, out of the same means.
CREATE FUNCTION dividend_promised_since(since date, but_run bigint) RETURNS numeric LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT sum(r.gross_cents) FROM dividends_dividendrun r
      WHERE r.state IN ('approved', 'paid_out', 'closed') AND r.id <> but_run
        AND greatest(r.decided_on, (SELECT (max(a.at) AT TIME ZONE 'Europe/Brussels')::date
          FROM dividends_dividendapproval a WHERE a.run_id = r.id)) >= since), 0)
    + coalesce((SELECT sum(f.cents) FROM membership_exitrefund f JOIN membership_exitrequest q ON q.id = f.request_id
      JOIN membership_exitseason s ON s.id = q.season_id AND s.state = 'decided'
      WHERE greatest(s.decided_on, (s.decided_at AT TIME ZONE 'Europe/Brussels')::date) >= since), 0)
$$;

-- Nobody has more exempt at source in an income year than the exemption, over all dividends that stand.
CREATE FUNCTION dividend_exempt_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM dividends_dividendrun WHERE id <> NEW.id AND at_source
      AND state IN ('approved', 'paid_out', 'closed') AND extract(year FROM pay_on) = extract(year FROM NEW.pay_on))
    AND EXISTS (SELECT FROM dividends_dividendline l JOIN dividends_dividendrun r ON r.id = l.run_id
      JOIN membership_member m ON m.id = l.member_id
      WHERE l.exempt_cents > 0 AND extract(year FROM r.pay_on) = extract(year FROM NEW.pay_on)
        AND (r.id = NEW.id OR r.state IN ('approved', 'paid_out', 'closed'))
      GROUP BY m.person_id HAVING sum(l.exempt_cents) > NEW.exempt_cents AND bool_or(r.id = NEW.id)) THEN
    PERFORM dividend_refuse('the exemption of a year is one, over all its dividends', 'dividend_exempt_once');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER dividend_exempt_once BEFORE UPDATE ON dividends_dividendrun FOR EACH ROW
  WHEN (OLD.state = 'proposed' AND NEW.state = 'approved' AND NEW.at_source) EXECUTE FUNCTION dividend_exempt_once();

-- It is approved with both tests, and within what the latest of each kind leaves beside what was promised since.
CREATE FUNCTION dividend_within_tests() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE kinds integer; room numeric;
BEGIN
  SELECT count(*), min(left_over) INTO kinds, room FROM (
    SELECT DISTINCT ON (kind) have_cents - keep_cents - dividend_promised_since(as_of, NEW.id) AS left_over
    FROM dividends_dividendtest WHERE run_id = NEW.id ORDER BY kind, id DESC) latest;
  IF kinds < 2 OR NEW.gross_cents > room THEN
    PERFORM dividend_refuse('both tests leave what is shared out', 'dividend_within_tests');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER dividend_within_tests BEFORE UPDATE ON dividends_dividendrun FOR EACH ROW
  WHEN (OLD.state = 'proposed' AND NEW.state = 'approved') EXECUTE FUNCTION dividend_within_tests();
"""

LINES = """
-- Lines come with the reckoning and never after it, for members that exist.
CREATE FUNCTION dividend_lines_come_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
  EXECUTE 'SELECT a.run_id FROM (SELECT DISTINCT run_id FROM added) a LEFT JOIN dividends_dividendrun r ON r.id = a.run_id
    WHERE r.state IS DISTINCT FROM ''proposed'' OR r.reckoned_at IS NOT NULL LIMIT 1' INTO wrong;
  IF wrong IS NOT NULL THEN
    PERFORM dividend_refuse('lines come while a proposal is reckoned', 'dividend_lines_come_once');
  END IF;
  EXECUTE 'SELECT a.member_id FROM added a LEFT JOIN membership_member m ON m.id = a.member_id
    WHERE m.id IS NULL LIMIT 1' INTO wrong;
  IF wrong IS NOT NULL THEN
    PERFORM dividend_refuse('a line is for a member', 'dividend_lines_come_once');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER dividend_lines_come_once AFTER INSERT ON dividends_dividendline REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION dividend_lines_come_once();
"""
PAYMENTS = """
-- Whoever died or was wound up is paid no dividend: those who claim their settled estate are, and nobody else in their name.
CREATE FUNCTION dividend_paid_to_heirs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong bigint;
BEGIN
  EXECUTE 'SELECT a.id FROM added a JOIN treasury_paymentfile f ON f.id = a.file_id AND f.kind = ''dividend''
    LEFT JOIN membership_member m ON m.number = a.owner
    LEFT JOIN membership_estate e ON e.member_id = m.id AND e.state <> ''withdrawn''
    LEFT JOIN membership_claimant c ON c.id = a.subject AND c.estate_id = e.id AND e.state <> ''open''
    WHERE (a.subject IS NULL) <> (e.id IS NULL) OR (a.subject IS NOT NULL AND c.id IS NULL) LIMIT 1' INTO wrong;
  IF wrong IS NOT NULL THEN
    PERFORM dividend_refuse('payment ' || wrong || ' is not to who claims the estate', 'dividend_paid_to_heirs');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER dividend_paid_to_heirs AFTER INSERT ON treasury_payment REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION dividend_paid_to_heirs();
"""
DROP = """
DROP FUNCTION dividend_run_begins, dividend_one_year, dividend_run_moves, dividend_approval_by_another,
  dividend_within_tests, dividend_exempt_once, dividend_promised_since, dividend_lines_come_once, dividend_paid_to_heirs CASCADE;
DROP FUNCTION dividend_refuse;
DROP TRIGGER begins_first ON dividends_dividendrun;
""" + "".join(f"DROP TRIGGER dividends_only_grows ON dividends_{table};\n" for table in KEPT)


class Migration(migrations.Migration):
    dependencies = [
        ("dividends", "0001_initial"),
        ("membership", "0008_guards_of_estates_and_exclusions"),
        ("people", "0004_guards_of_staff"),
    ]
    operations = [migrations.RunSQL(ONLY_GROWS + RUNS + APPROVALS + LINES + PAYMENTS, DROP)]
