-- The service's own keys, with which it signs verification receipts. The tenant is nobody: they
-- belong to no issuer, and sign no credential.
create table receipt_keys (
    -- The public key in Multikey form (z6Mk…), which is its id.
    key_id text not null primary key check (key_id like 'z6Mk%'),
    -- 'active', 'retired' (seed destroyed) or 'revoked'.
    state text not null check (state in ('active', 'retired', 'revoked')),
    -- The private seed under the key-encryption key; null once destroyed.
    seed_sealed bytea,
    -- Which key-encryption key sealed it.
    kek_id text not null,
    created_at timestamptz not null,
    retired_at timestamptz,
    revoked_at timestamptz,
    check ((seed_sealed is null) = (state in ('retired', 'revoked')))
);
-- One key signs at a time, whoever makes the first one at the same moment.
create unique index receipt_keys_active on receipt_keys (state) where state = 'active';
