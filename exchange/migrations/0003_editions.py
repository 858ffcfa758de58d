from django.db import migrations

# What was asked for before had one resource each; what was granted is its own first edition.
APPLICATIONS = "UPDATE exchange_sharingrequest SET application = id"
EDITIONS = """
    INSERT INTO exchange_grantedition (
        id, created_at, updated_at, version, grant_id, number, request_id, items, verify_items,
        masks, condition, purposes, modes, systems, networks, calls_per_day, rows_per_day, ends_on)
    SELECT gen_random_uuid(), created_at, created_at, 1, id, edition, request_id, items,
        verify_items, masks, condition, purposes, modes, systems, networks, calls_per_day,
        rows_per_day, ends_on
    FROM exchange_grant
"""
# Order 809 Art. 29: whoever owns the tables keeps these rows for their time, too.
KEEP = """
    CREATE FUNCTION exchange_keep_record() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'records of use are kept and never changed' USING ERRCODE = '23514';
    END $$;
    CREATE TRIGGER exchange_userecord_kept BEFORE DELETE ON exchange_userecord
        FOR EACH ROW WHEN (OLD.keep_until >= CURRENT_DATE)
        EXECUTE FUNCTION exchange_keep_record();
    CREATE TRIGGER exchange_userecord_fixed BEFORE UPDATE ON exchange_userecord
        FOR EACH ROW EXECUTE FUNCTION exchange_keep_record();
    CREATE TRIGGER exchange_useentry_kept BEFORE DELETE ON exchange_useentry
        FOR EACH ROW WHEN (OLD.at > CURRENT_TIMESTAMP - interval '3 years')
        EXECUTE FUNCTION exchange_keep_record();
    CREATE TRIGGER exchange_useentry_fixed BEFORE UPDATE ON exchange_useentry
        FOR EACH ROW EXECUTE FUNCTION exchange_keep_record();
"""
LET_GO = """
    DROP TRIGGER exchange_useentry_fixed ON exchange_useentry;
    DROP TRIGGER exchange_useentry_kept ON exchange_useentry;
    DROP TRIGGER exchange_userecord_fixed ON exchange_userecord;
    DROP TRIGGER exchange_userecord_kept ON exchange_userecord;
    DROP FUNCTION exchange_keep_record();
"""


class Migration(migrations.Migration):
    dependencies = [("exchange", "0002_sharing")]

    operations = [
        migrations.RunSQL(APPLICATIONS, migrations.RunSQL.noop),
        migrations.RunSQL(EDITIONS, "DELETE FROM exchange_grantedition"),
        migrations.RunSQL(KEEP, LET_GO),
    ]
