-- #region roles
-- Run this as the role that runs the migrations; my_app is the role that your program logs in as.
grant usage on schema _bearmq to my_app;
grant select, insert, update, delete on all tables in schema _bearmq to my_app;
alter default privileges in schema _bearmq grant select, insert, update, delete on tables to my_app;
-- #endregion roles
