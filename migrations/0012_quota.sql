-- How many credentials an organisation promised on a day (UTC), so that one day's have a limit.
create table issue_days (
    issuer_id text not null references issuers (issuer_id),
    -- As 2026-03-01.
    day text not null,
    promised bigint not null,
    primary key (issuer_id, day)
);
