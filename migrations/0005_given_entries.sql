-- Places in status lists of credentials that others wrote and an organisation only signed (VC-API).
-- What such a credential says is not kept: only which places are its own.
create table given_entries (
    issuer_id text not null references issuers (issuer_id),
    -- SHA-256 of the credential's own id.
    given_hash bytea not null,
    -- 'revocation' or 'suspension': one place for each.
    purpose text not null,
    -- The name of its row in status_entries.
    credential_id text not null,
    created_at timestamptz not null,
    primary key (issuer_id, given_hash, purpose)
);
