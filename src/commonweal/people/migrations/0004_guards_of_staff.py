"""Roles are given, ended and kept apart as the actions say; what two administrators do, two persons do; nothing is emptied.

Who may confirm what is asked of the same functions by `people.queries`, so that pages and database agree.
"""

from django.db import migrations

# Neither emptied, whoever asks: row triggers see no TRUNCATE.
NEVER_EMPTIED = ("staffappointment", "jointact", "message", "account", "position", "mandate", "apikey")
GUARD = """
-- Of those who take power from administrators at the same moment, one after the other.
CREATE FUNCTION people_administrators_turn() RETURNS void LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock(hashtext('people administrators')); END $$;

-- Nothing is dated before what was noted last; an hour of leeway between machines.
CREATE FUNCTION people_backdated(moment timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(moment < (SELECT at FROM people_event ORDER BY id DESC LIMIT 1) - interval '1 hour', false)
$$;

CREATE FUNCTION people_phone(phone text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN length(digits) >= 8 THEN right(digits, 8) END FROM (SELECT regexp_replace(phone, '\\D', '', 'g')) AS a(digits)
$$;

-- Whether two names are of the same words, in any order, or one has more words than the other ("Mme Ann Lee", "Lee, Ann").
CREATE FUNCTION people_same_name(one text, other text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT replace(public.commonweal_fold(one), ' ', '') = replace(public.commonweal_fold(other), ' ', '')
    OR ((a <@ b OR b <@ a) AND least(cardinality(a), cardinality(b)) > 1)
  FROM (SELECT string_to_array(public.commonweal_fold(one), ' ') AS a,
               string_to_array(public.commonweal_fold(other), ' ') AS b) words
$$;

-- What two persons share that one person with two accounts would; nothing where they are apart.
CREATE FUNCTION people_tie(one bigint, other bigint) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN a.id = b.id THEN 'person'
    WHEN array_remove(array_remove(ARRAY[lower(a.email), of_a.email], ''), NULL)
      && array_remove(array_remove(ARRAY[lower(b.email), of_b.email], ''), NULL) THEN 'email'
    WHEN people_same_name(a.given_name || ' ' || a.family_name, b.given_name || ' ' || b.family_name)
      AND coalesce(a.born_on = b.born_on, true) THEN 'name'
    WHEN people_phone(a.phone) = people_phone(b.phone) THEN 'phone'
    WHEN a.street <> '' AND public.commonweal_fold(a.street) = public.commonweal_fold(b.street)
      AND a.postcode = b.postcode THEN 'address'
  END
  FROM people_person a LEFT JOIN people_account of_a ON of_a.person_id = a.id,
    people_person b LEFT JOIN people_account of_b ON of_b.person_id = b.id
  WHERE a.id = one AND b.id = other
$$;

-- Somebody else on the staff who seems to be the same person.
CREATE FUNCTION people_namesake(who bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT min(held.person_id) FROM people_staffappointment held
  WHERE held.ends_on IS NULL AND held.person_id <> who AND people_tie(held.person_id, who) IN ('email', 'name')
$$;

CREATE FUNCTION people_is_administrator(who bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM people_staffappointment held LEFT JOIN people_account account ON account.person_id = held.person_id
    WHERE held.person_id = who AND held.role = 'administrator' AND held.ends_on IS NULL
      AND coalesce(account.is_active, true))
$$;

-- Whether two administrators did this together, or one and who runs the server.
CREATE FUNCTION people_done_jointly(what text, who bigint, which text, asker bigint, since timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM people_jointact WHERE kind = what AND person_id = who AND role = which
    AND asked_by_id = coalesce(asker, asked_by_id) AND confirmed_at >= since)
$$;

CREATE FUNCTION people_joint_act_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.confirmed_at IS NOT NULL OR NEW.dropped_at IS NOT NULL OR people_backdated(NEW.asked_at)
      OR NOT people_is_administrator(NEW.asked_by_id) OR people_tie(NEW.asked_by_id, NEW.person_id) IS NOT NULL
    THEN
      RAISE EXCEPTION 'an administrator asks this of somebody else, and does not confirm it' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' OR OLD.confirmed_at IS NOT NULL OR OLD.dropped_at IS NOT NULL
    OR (OLD.kind, OLD.person_id, OLD.role, OLD.why, OLD.asked_by_id, OLD.asked_at)
      IS DISTINCT FROM (NEW.kind, NEW.person_id, NEW.role, NEW.why, NEW.asked_by_id, NEW.asked_at)
  THEN
    RAISE EXCEPTION 'what two administrators do is confirmed or dropped once, and not rewritten'
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.confirmed_at IS NULL THEN
    RETURN NEW;
  END IF;
  PERFORM people_administrators_turn();
  IF NEW.confirmed_at < NEW.asked_at OR people_backdated(NEW.confirmed_at) OR NOT people_is_administrator(NEW.asked_by_id)
    OR NEW.confirmed_by_id IS NOT NULL AND (
      people_tie(NEW.confirmed_by_id, NEW.asked_by_id) IS NOT NULL
      OR people_tie(NEW.confirmed_by_id, NEW.person_id) IS NOT NULL
      OR NOT people_is_administrator(NEW.confirmed_by_id)
      -- As long as `rules.measures` says; who was set up on the server was made by nobody who could ask.
      OR NOT EXISTS (SELECT FROM people_staffappointment WHERE person_id = NEW.confirmed_by_id AND role = 'administrator'
        AND ends_on IS NULL AND (given_by_id IS NULL OR given_at <= NEW.asked_at - interval '24 hours')))
  THEN
    RAISE EXCEPTION 'another person confirms it, who was administrator before it was asked' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER people_joint_act_guard BEFORE INSERT OR UPDATE OR DELETE ON people_jointact
  FOR EACH ROW EXECUTE FUNCTION people_joint_act_guard();

-- A role is given today and stays as it was given; it is ended once, from today on, and never forgotten.
CREATE FUNCTION people_role_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.ends_on IS NOT NULL OR NEW.starts_on <> (NEW.given_at AT TIME ZONE 'Europe/Brussels')::date OR people_backdated(NEW.given_at) THEN
      RAISE EXCEPTION 'a role is given from the day on which it is given' USING ERRCODE = 'check_violation';
    END IF;
    IF people_namesake(NEW.person_id) IS NOT NULL THEN
      RAISE EXCEPTION 'one person has one account for all roles' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM people_administrators_turn();
    IF NEW.given_by_id IS NULL AND (SELECT count(*) FROM people_staffappointment WHERE role = 'administrator'
        AND people_is_administrator(person_id) AND ends_on IS NULL) >= 2
        -- Who runs the server adds an administrator, with their name, where both may have lost their second factor.
        AND NOT (NEW.role = 'administrator' AND coalesce(current_setting('commonweal.on_server', true), '') <> '')
      OR NEW.given_by_id IS NOT NULL
        AND NOT people_done_jointly('give_role', NEW.person_id, NEW.role, NEW.given_by_id, NEW.given_at)
    THEN
      RAISE EXCEPTION 'two administrators give a role' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' OR OLD.ends_on IS NOT NULL OR NEW.ends_on IS NULL OR NEW.ended_by_id IS NULL
    OR (OLD.person_id, OLD.role, OLD.starts_on, OLD.given_at, OLD.given_by_id)
      IS DISTINCT FROM (NEW.person_id, NEW.role, NEW.starts_on, NEW.given_at, NEW.given_by_id)
    OR people_backdated((NEW.ends_on + 2) :: timestamp AT TIME ZONE 'Europe/Brussels')
  THEN
    RAISE EXCEPTION 'a role that was given is ended once, from today on, and not rewritten' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.role = 'administrator' THEN
    PERFORM people_administrators_turn();
    IF NOT people_done_jointly('end_role', OLD.person_id, OLD.role, NEW.ended_by_id, OLD.given_at) THEN
      RAISE EXCEPTION 'two administrators end the role of a third' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT people_other_administrator(OLD.person_id) THEN
      RAISE EXCEPTION 'the last administrator stays' USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER people_role_guard BEFORE INSERT OR UPDATE OR DELETE ON people_staffappointment
  FOR EACH ROW EXECUTE FUNCTION people_role_guard();

CREATE FUNCTION people_roles_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('people roles'), NEW.person_id::int);
  IF EXISTS (
    SELECT 1 FROM people_staffappointment held
    WHERE held.person_id = NEW.person_id AND held.id <> NEW.id AND held.role <> NEW.role
      AND (held.role = 'administrator' OR NEW.role = 'administrator'
        OR (held.role, NEW.role) IN (('programme', 'counter'), ('counter', 'programme')))
      -- One that was taken back on its first day was held on none.
      AND held.starts_on <= coalesce(held.ends_on, 'infinity') AND NEW.starts_on <= coalesce(NEW.ends_on, 'infinity')
      AND held.starts_on <= coalesce(NEW.ends_on, 'infinity') AND NEW.starts_on <= coalesce(held.ends_on, 'infinity')
  ) THEN
    RAISE EXCEPTION 'these roles are not held together' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER people_roles_apart BEFORE INSERT OR UPDATE ON people_staffappointment
  FOR EACH ROW EXECUTE FUNCTION people_roles_apart();

-- Whether someone beside a person may still give roles. Caller has taken the turn of the administrators.
CREATE FUNCTION people_other_administrator(beside bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM people_staffappointment
    WHERE role = 'administrator' AND ends_on IS NULL AND person_id <> beside AND people_is_administrator(person_id))
$$;

CREATE FUNCTION people_administrators_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.is_active = NEW.is_active OR NOT EXISTS (SELECT FROM people_staffappointment
    WHERE person_id = OLD.person_id AND role = 'administrator' AND ends_on IS NULL)
  THEN
    RETURN NEW;
  END IF;
  PERFORM people_administrators_turn();
  IF NOT NEW.is_active AND NOT people_other_administrator(OLD.person_id) THEN
    RAISE EXCEPTION 'the account of the last administrator stays open' USING ERRCODE = 'check_violation';
  END IF;
  IF NOT NEW.is_active AND (NEW.blocked_by_id IS NULL
      OR NOT people_done_jointly('close', OLD.person_id, '', NEW.blocked_by_id, NEW.blocked_at))
    OR NEW.is_active AND NOT people_done_jointly('open', OLD.person_id, '', NULL, OLD.blocked_at)
  THEN
    RAISE EXCEPTION 'two administrators close the account of a third, and open it again' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER people_administrators_account BEFORE UPDATE ON people_account
  FOR EACH ROW EXECUTE FUNCTION people_administrators_account();

-- For every area: what refuses to change rows, under the name of the trigger that calls it.
CREATE FUNCTION people_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME
    USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
END $$;
CREATE FUNCTION people_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'this table is never emptied' USING ERRCODE = 'check_violation'; END $$;
""" + "".join(
    f"CREATE TRIGGER people_never_emptied BEFORE TRUNCATE ON people_{table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION people_never_emptied();\n"
    f"REVOKE TRUNCATE ON people_{table} FROM PUBLIC, CURRENT_USER;\n"
    for table in NEVER_EMPTIED
)
DROP = """
DROP FUNCTION people_administrators_turn, people_backdated, people_phone, people_same_name, people_tie, people_namesake,
  people_is_administrator, people_done_jointly, people_joint_act_guard, people_role_guard, people_roles_apart,
  people_other_administrator, people_administrators_account, people_never_emptied, people_only_grows CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0003_search")]
    operations = [migrations.RunSQL(GUARD, DROP)]
