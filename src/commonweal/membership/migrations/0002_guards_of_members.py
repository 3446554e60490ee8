"""Households and guardianships: days that were noted stay, and each only ever gets an end."""

from django.db import migrations

SHARED = """
-- What refuses to change rows, of the tables of all subjects: rows are added, and are looked up as they were.
CREATE FUNCTION membership_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME
    USING ERRCODE = 'check_violation', CONSTRAINT = 'membership_only_grows';
END $$;
"""

# Who shared post and who had a guardian is known for every day: rows end, and are never taken away.
KEPT = {
    "household": "UPDATE OR DELETE",
    "householdmember": "DELETE",
    "householdproposal": "DELETE",
    "guardianship": "DELETE",
}
ONLY_GROWS = "".join(
    f"CREATE TRIGGER membership_only_grows BEFORE {change} OR TRUNCATE ON membership_{table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION membership_only_grows();\n"
    for table, change in KEPT.items()
)

# In which states what is asked, proposed or brought in begins, whatever subject it is of.
BEGINS = {
    "application": "'asked', 'awaiting'",
    "conversionrequest": "'asked'",
    "estate": "'open'",
    "exclusion": "'proposed'",
    "exitrequest": "'waiting'",
    "exitseason": "'collecting'",
    "householdproposal": "'proposed'",
    "import": "'checking'",
    "shareoffer": "'offered'",
}
FIRST = "".join(
    f"CREATE TRIGGER begins_first BEFORE INSERT ON membership_{table} "
    f"FOR EACH ROW EXECUTE FUNCTION people_begins({states});\n"
    for table, states in BEGINS.items()
)

MEMBERS = """
-- A number and the first day of membership are what the register says: whoever errs there, and when somebody leaves, is seen.
CREATE TRIGGER membership_number_stays BEFORE UPDATE ON membership_member FOR EACH ROW
  WHEN ((NEW.number, NEW.joined_on) IS DISTINCT FROM (OLD.number, OLD.joined_on))
  EXECUTE FUNCTION membership_only_grows();
"""

HOUSEHOLDS = """
-- A household is of persons, and a member is in one of them a day.
CREATE FUNCTION membership_household_starts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM membership_member WHERE id = NEW.member_id AND person_id IS NOT NULL) THEN
    RAISE EXCEPTION 'only persons form a household'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'household_of_persons';
  END IF;
  IF EXISTS (SELECT FROM membership_householdmember
             WHERE member_id = NEW.member_id AND ends_on > NEW.starts_on) THEN
    RAISE EXCEPTION 'a member is in one household a day'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'household_one_a_day';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_household_starts BEFORE INSERT ON membership_householdmember
  FOR EACH ROW EXECUTE FUNCTION membership_household_starts();

-- Sharing post gets an end, once; on which day it began stays.
CREATE FUNCTION membership_household_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (to_jsonb(NEW) - 'ends_on') IS DISTINCT FROM (to_jsonb(OLD) - 'ends_on') OR OLD.ends_on IS NOT NULL THEN
    RAISE EXCEPTION 'sharing post only ever gets an end'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'household_frozen';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_household_ends BEFORE UPDATE ON membership_householdmember
  FOR EACH ROW EXECUTE FUNCTION membership_household_ends();

-- Both agreed to what was proposed, so the proposal stays as both saw it.
CREATE FUNCTION membership_household_answered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'proposed' OR (NEW.asker_id, NEW.other_id, NEW.proposed_at)
     IS DISTINCT FROM (OLD.asker_id, OLD.other_id, OLD.proposed_at) THEN
    RAISE EXCEPTION 'a proposal is answered once, as it was made'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'household_proposal_frozen';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_household_answered BEFORE UPDATE ON membership_householdproposal
  FOR EACH ROW EXECUTE FUNCTION membership_household_answered();
"""

GUARDIANSHIPS = """
-- Whoever acts for a member does so by a document: all but the end stays as it was noted.
CREATE FUNCTION membership_guardianship_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (to_jsonb(NEW) - 'ends_on') IS DISTINCT FROM (to_jsonb(OLD) - 'ends_on') OR OLD.ends_on IS NOT NULL THEN
    RAISE EXCEPTION 'a guardianship only ever gets an end'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'guardianship_frozen';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER membership_guardianship_ends BEFORE UPDATE ON membership_guardianship
  FOR EACH ROW EXECUTE FUNCTION membership_guardianship_ends();
"""
DROP = """
DROP FUNCTION membership_only_grows, membership_household_starts, membership_household_ends,
  membership_household_answered, membership_guardianship_ends CASCADE;
""" + "".join(f"DROP TRIGGER begins_first ON membership_{table};\n" for table in BEGINS)


class Migration(migrations.Migration):
    dependencies = [("membership", "0001_initial"), ("people", "0002_guards_of_events")]
    operations = [migrations.RunSQL(SHARED + ONLY_GROWS + FIRST + MEMBERS + HOUSEHOLDS + GUARDIANSHIPS, DROP)]
