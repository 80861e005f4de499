-- The three roles of Kinkeeper in PostgreSQL, and its database. Once, before `kinkeeper setup`:
--
--   sudo -u postgres psql -f deploy/roles.sql
--
-- Then give each a password (\password kinkeeper, \password kinkeeper_app, \password kinkeeper_backup).

-- Owns the tables and alters them: `setup`, `upgrade`, `migrate` and `restore` sign in with it (KINKEEPER_OWNER_DATABASE_URL).
CREATE ROLE kinkeeper LOGIN;
-- Serves the pages and does the jobs (KINKEEPER_DATABASE_URL). It owns nothing: the second wall stands before it.
CREATE ROLE kinkeeper_app LOGIN;
-- Copies everything and changes nothing (KINKEEPER_BACKUP_DATABASE_URL).
CREATE ROLE kinkeeper_backup LOGIN BYPASSRLS;

CREATE DATABASE kinkeeper OWNER kinkeeper ENCODING 'UTF8' TEMPLATE template0;
REVOKE CONNECT, TEMPORARY ON DATABASE kinkeeper FROM PUBLIC;
GRANT CONNECT ON DATABASE kinkeeper TO kinkeeper, kinkeeper_app, kinkeeper_backup;
