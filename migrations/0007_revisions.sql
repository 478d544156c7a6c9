-- Counts every change of an organisation, its keys or its people that a public answer may depend on;
-- changes of status are counted by status_lists.changes.
alter table issuers add column revision bigint not null default 0;
