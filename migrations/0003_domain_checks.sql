-- Organisations whose web address was proven to be theirs, and how the daily look went since.
create table domain_checks (
    issuer_id text not null primary key references issuers (issuer_id),
    -- The host that was proven; it stays proven only while it is that of issuers.web_address.
    host text not null,
    -- Where the proof was last found: 'dns' or 'file'.
    way text not null,
    -- The last look, whatever it found.
    checked_at timestamptz not null,
    -- Looks in a row that found nothing.
    failures bigint not null,
    -- The first of them.
    failing_since timestamptz
);
create index domain_checks_checked_at on domain_checks (checked_at);
