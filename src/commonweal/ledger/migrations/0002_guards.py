"""The guards of the ledger: whatever role writes, rows only come, balanced, once, within limits, and sealed.

The checks run once a statement over all its rows, so a load of a million rows is a few joins.
"""

from django.db import migrations

CONTENT = """
-- All an operation says, as 32 bytes. Moments are counted in microseconds, so no session's time zone matters.
CREATE FUNCTION ledger_content(said ledger_operation, postings text) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(convert_to(jsonb_build_array(
    said.id, said.kind, said.key, said.effective_on, (extract(epoch FROM said.recorded_at) * 1000000)::bigint,
    said.author, said.document, said.note, said.reverses_id, postings)::text, 'UTF8'))
$$;
CREATE FUNCTION ledger_link(before bytea, content bytea, start bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN RETURN sha256(coalesce(before, start) || content); END $$;
CREATE AGGREGATE ledger_chain(bytea, bytea) (SFUNC = ledger_link, STYPE = bytea);
"""

GUARDS = """
CREATE FUNCTION ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME
    USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_only_grows';
END $$;
CREATE FUNCTION ledger_sealed_by_postings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() < 2 THEN
    RAISE EXCEPTION 'seals are set by the postings alone'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_sealed_by_postings';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_sealed_by_postings BEFORE INSERT ON ledger_seal
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_sealed_by_postings();
-- No operation is committed without a seal, and none is sealed without its postings.
ALTER TABLE ledger_operation ADD CONSTRAINT ledger_operation_sealed
  FOREIGN KEY (id) REFERENCES ledger_seal (operation_id) DEFERRABLE INITIALLY DEFERRED;
"""

TABLES = ("account", "limit", "operation", "posting", "seal")
ONLY_GROWS = "".join(
    f"CREATE TRIGGER ledger_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_{table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_grows();\n"
    f"REVOKE DELETE, TRUNCATE ON ledger_{table} FROM PUBLIC, CURRENT_USER;\n"
    for table in TABLES
) + "REVOKE UPDATE ON ledger_posting FROM PUBLIC, CURRENT_USER;\n"

# Each check is run by EXECUTE, so that it is planned for the number of rows at hand.
TAKE_IN = """
CREATE FUNCTION ledger_take_in() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong record; last record;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'the ledger is written in READ COMMITTED only, so that each writer sees the one before'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_read_committed';
  END IF;
  -- One writer at a time from here to the end of the transaction: balances and the chain need it.
  PERFORM pg_advisory_xact_lock(hashtext('ledger'));

  EXECUTE 'SELECT a.operation_id, c.unit, sum(a.quantity) AS total, min(a.account_id) AS account FROM added a
    LEFT JOIN ledger_account c ON c.code = a.account_id
    GROUP BY a.operation_id, c.unit HAVING sum(a.quantity) <> 0 OR c.unit IS NULL LIMIT 1' INTO wrong;
  IF wrong.operation_id IS NOT NULL AND wrong.unit IS NULL THEN
    RAISE EXCEPTION 'account % does not exist', wrong.account
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_posting_known';
  ELSIF wrong.operation_id IS NOT NULL THEN
    RAISE EXCEPTION 'operation % does not balance: % %', wrong.operation_id, wrong.total, wrong.unit
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_balanced';
  END IF;

  EXECUTE 'SELECT a.operation_id FROM added a LEFT JOIN ledger_operation o ON o.id = a.operation_id
    WHERE o.effective_on IS DISTINCT FROM a.effective_on LIMIT 1' INTO wrong;
  IF wrong.operation_id IS NOT NULL THEN
    RAISE EXCEPTION 'operation % does not exist, or takes effect on another day', wrong.operation_id
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'ledger_posting_known';
  END IF;

  EXECUTE 'SELECT o.id FROM (SELECT DISTINCT operation_id FROM added) a
    JOIN ledger_operation o ON o.id = a.operation_id LEFT JOIN ledger_operation r ON r.id = o.reverses_id
    WHERE o.reverses_id IS NOT NULL AND (r.id IS NULL OR r.reverses_id IS NOT NULL
      OR r.effective_on <> o.effective_on OR EXISTS (
        SELECT FROM (SELECT account_id, owner, quantity FROM ledger_posting WHERE operation_id = o.id) n
        FULL JOIN (SELECT account_id, owner, quantity FROM ledger_posting WHERE operation_id = r.id) w
        USING (account_id, owner)
        WHERE n.quantity IS DISTINCT FROM -w.quantity)) LIMIT 1' INTO wrong;
  IF wrong.id IS NOT NULL THEN
    RAISE EXCEPTION 'operation % is no mirror of what it reverses', wrong.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_mirror';
  END IF;

  -- The window's rows of one day are peers, so each sees the balance at the end of its day.
  EXECUTE 'WITH limits AS (
      SELECT account_id, starts_on, floor, ceiling,
        lead(starts_on) OVER (PARTITION BY account_id ORDER BY starts_on) AS next_on FROM ledger_limit),
    touched AS (
      SELECT account_id, owner, min(effective_on) AS since, bool_or(quantity > 0) AS grows
      FROM added WHERE account_id IN (SELECT account_id FROM limits) GROUP BY 1, 2),
    running AS (
      SELECT t.*, p.effective_on, sum(p.quantity) OVER (PARTITION BY p.owner, p.account_id ORDER BY p.effective_on) AS balance
      FROM touched t JOIN ledger_posting p ON p.owner = t.owner AND p.account_id = t.account_id)
    SELECT r.account_id, r.owner, r.effective_on, r.balance FROM running r
    JOIN limits l ON l.account_id = r.account_id AND l.starts_on <= r.effective_on
      AND (l.next_on IS NULL OR l.next_on > r.effective_on)
    WHERE r.effective_on >= r.since AND (r.balance < l.floor OR (r.grows AND r.balance > l.ceiling))
    LIMIT 1' INTO wrong;
  IF wrong.account_id IS NOT NULL THEN
    RAISE EXCEPTION 'owner % would hold % of % on %', wrong.owner, wrong.balance, wrong.account_id,
      wrong.effective_on USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_within_limits';
  END IF;

  SELECT number, digest INTO last FROM ledger_seal ORDER BY number DESC LIMIT 1;
  EXECUTE 'INSERT INTO ledger_seal (number, operation_id, digest)
    SELECT $1 + row_number() OVER w, id, ledger_chain(content, $2) OVER (w ROWS UNBOUNDED PRECEDING) FROM (
      SELECT o.id, ledger_content(o, p.postings) AS content FROM ledger_operation o JOIN (
        SELECT operation_id, string_agg(account_id || ''/'' || owner || '':'' || quantity, '' ''
          ORDER BY owner, account_id COLLATE "C") AS postings
        FROM added GROUP BY operation_id
      ) p ON p.operation_id = o.id) said WINDOW w AS (ORDER BY id)'
    USING coalesce(last.number, 0), coalesce(last.digest, sha256(''));
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_take_in AFTER INSERT ON ledger_posting REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_take_in();
"""

DROP = (
    "ALTER TABLE ledger_operation DROP CONSTRAINT ledger_operation_sealed;"
    "DROP TRIGGER ledger_take_in ON ledger_posting; DROP FUNCTION ledger_take_in;"
    "DROP TRIGGER ledger_sealed_by_postings ON ledger_seal; DROP FUNCTION ledger_sealed_by_postings;"
    + "".join(f"DROP TRIGGER ledger_only_grows ON ledger_{table};" for table in TABLES)
    + "DROP FUNCTION ledger_only_grows; DROP AGGREGATE ledger_chain (bytea, bytea);"
    "DROP FUNCTION ledger_link; DROP FUNCTION ledger_content;"
)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunSQL(CONTENT + GUARDS + ONLY_GROWS + TAKE_IN, DROP)]
