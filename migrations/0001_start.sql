-- One text for SQLite and PostgreSQL. A released migration never changes: the next one does.
--
-- The organisation (issuer_id) comes first in every key, so that rows of one organisation lie
-- together and another organisation's row can not be referred to. Ids are 128 random bits as
-- text. Times are whole seconds, UTC, and always come from the program. A column named *_sealed
-- holds a nonce of 24 bytes followed by XChaCha20-Poly1305 ciphertext.

-- The organisations that issue.
create table issuers (
    issuer_id text not null primary key,
    name text not null,
    web_address text not null,
    -- The address of a picture, or a data: URL.
    logo text,
    -- How to reach the organisation: an e-mail address of the organisation, not of a person.
    contact text,
    -- 'key' or 'web'.
    did_method text not null,
    -- The DID that new credentials name as their issuer.
    did text not null,
    -- What must be found at web_address (DNS TXT or /.well-known/) to prove that it is theirs.
    domain_token text not null,
    -- Until this is set, every page says "unverified organisation".
    domain_proven_at timestamptz,
    -- Whether the organisation puts the names of its assessors into credentials.
    name_assessors boolean not null,
    created_at timestamptz not null
);
create index issuers_did on issuers (did);

-- The signing keys of the organisations. A row stays for ever: the public half keeps verifying.
create table issuer_keys (
    issuer_id text not null references issuers (issuer_id),
    -- The public key in Multikey form (z6Mk…): the id is the key, so that an id can not be used
    -- for a second key.
    key_id text not null,
    -- The DID this key signs for; with did:key it is made of the key.
    did text not null,
    -- 'pending' (published, not used yet), 'active', 'retired' (seed destroyed) or 'revoked'.
    state text not null check (state in ('pending', 'active', 'retired', 'revoked')),
    -- The private seed under the key-encryption key; null once destroyed.
    seed_sealed bytea,
    -- Which key-encryption key sealed it.
    kek_id text not null,
    created_at timestamptz not null,
    activated_at timestamptz,
    retired_at timestamptz,
    revoked_at timestamptz,
    primary key (issuer_id, key_id),
    check ((seed_sealed is null) = (state in ('retired', 'revoked'))),
    -- A name such as key-0 could be given to another key later.
    check (key_id like 'z6Mk%')
);
-- No two organisations ever share a key.
create unique index issuer_keys_public on issuer_keys (key_id);
create index issuer_keys_did on issuer_keys (did);
-- One key signs at a time.
create unique index issuer_keys_active on issuer_keys (issuer_id) where state = 'active';

-- What credentials are about: the Achievement of Open Badges 3.0.
create table achievements (
    issuer_id text not null references issuers (issuer_id),
    achievement_id text not null,
    name text not null,
    -- 'performance' (task, rubric and evidence) or 'participation'.
    kind text not null check (kind in ('performance', 'participation')),
    -- The organisation's own name for this edition.
    version text not null,
    -- The Achievement object as JSON text, as credentials will carry it.
    document text not null,
    created_at timestamptz not null,
    primary key (issuer_id, achievement_id)
);

-- People we keep a sealed record of. Destroying a person's key erases the person everywhere,
-- backups included.
create table people (
    issuer_id text not null references issuers (issuer_id),
    person_id text not null,
    -- The person's own key under the key-encryption key; null once the person is erased.
    key_sealed bytea,
    kek_id text not null,
    -- Name, e-mail address and the like as JSON, under the person's key.
    details_sealed bytea,
    -- HMAC-SHA-256 of what the organisation finds the person by (an e-mail address, a number of
    -- its own), under a key derived from the key-encryption key; null once erased.
    lookup_hash bytea,
    created_at timestamptz not null,
    erased_at timestamptz,
    primary key (issuer_id, person_id)
);
create unique index people_lookup on people (issuer_id, lookup_hash);

-- Bitstring Status Lists: 131,072 entries or more each.
create table status_lists (
    issuer_id text not null references issuers (issuer_id),
    status_list_id text not null,
    -- 'revocation': the one entry that strict Open Badges 3.0 allows.
    purpose text not null,
    -- How many entries the list has, taken or not.
    entries bigint not null,
    -- How many are taken; entries are taken by chance, so this says nothing about which.
    taken bigint not null,
    -- Counts the changes of state; the published document says up to which it knows.
    changes bigint not null,
    created_at timestamptz not null,
    primary key (issuer_id, status_list_id),
    check (taken <= entries)
);
create index status_lists_id on status_lists (status_list_id);

-- One entry of a list for one credential. A row is never deleted, not even with its credential,
-- so that no number is ever given out twice.
create table status_entries (
    issuer_id text not null,
    status_list_id text not null,
    status_index bigint not null check (status_index >= 0),
    -- No foreign key: the entry outlives the credential.
    credential_id text not null,
    -- 'ok', 'suspended' (bit set, can be undone) or 'revoked' (bit set for good).
    state text not null check (state in ('ok', 'suspended', 'revoked')),
    changed_at timestamptz not null,
    primary key (issuer_id, status_list_id, status_index),
    foreign key (issuer_id, status_list_id) references status_lists (issuer_id, status_list_id)
);
create unique index status_entries_credential on status_entries (issuer_id, credential_id);

-- The list as published: a signed credential, byte for byte.
create table status_documents (
    issuer_id text not null,
    status_list_id text not null,
    -- 1, 2, 3 …
    version bigint not null,
    -- The value of status_lists.changes it was made from.
    changes bigint not null,
    document text not null,
    published_at timestamptz not null,
    primary key (issuer_id, status_list_id, version),
    foreign key (issuer_id, status_list_id) references status_lists (issuer_id, status_list_id)
);

-- Credentials: first what was promised (everything that shapes the bytes), then what was signed.
create table credentials (
    issuer_id text not null references issuers (issuer_id),
    credential_id text not null,
    -- The credential's own id: https://…/c/{credential_id} or urn:uuid:….
    public_id text not null,
    achievement_id text not null,
    -- Whose it is, if we know; never in the signed document.
    person_id text,
    -- The recipient as a keyed hash, for telling the same promise made twice; null: not known.
    recipient_hash bytea,
    -- Which occasion this is, when one person may earn the same achievement more than once.
    issue_event text not null,
    -- Credentials that were promised together share this; null: on its own.
    batch text,
    status_list_id text not null,
    status_index bigint not null,
    -- The key that signs, fixed with the promise so that signing again gives the same bytes.
    key_id text not null,
    valid_from timestamptz not null,
    valid_until timestamptz,
    -- The proof's "created".
    proof_created timestamptz not null,
    -- What was ordered: results, levels, evidence, assessor, as JSON sealed for the organisation.
    order_sealed bytea,
    -- SHA-256 of the unsigned document that was checked before signing; null until then.
    unsigned_sha256 bytea,
    -- 'pending', 'issued' or 'failed'.
    state text not null check (state in ('pending', 'issued', 'failed')),
    -- Why it failed, in words without anything of a person.
    problem text,
    -- The signed credential as JSON, byte for byte, and the same as a compact JWT.
    document text,
    document_sha256 bytea,
    jwt text,
    issued_at timestamptz,
    primary key (issuer_id, credential_id),
    foreign key (issuer_id, achievement_id) references achievements (issuer_id, achievement_id),
    foreign key (issuer_id, person_id) references people (issuer_id, person_id),
    foreign key (issuer_id, key_id) references issuer_keys (issuer_id, key_id),
    foreign key (issuer_id, status_list_id, status_index)
        references status_entries (issuer_id, status_list_id, status_index),
    check ((state = 'issued') = (document is not null)),
    check (document is null or (document_sha256 is not null and issued_at is not null))
);
create index credentials_id on credentials (credential_id);
create index credentials_public_id on credentials (public_id);
create index credentials_batch on credentials (issuer_id, batch);
create index credentials_person on credentials (issuer_id, person_id);
-- The same person, achievement and occasion are one credential, whoever asks and how often.
create unique index credentials_natural
    on credentials (issuer_id, achievement_id, recipient_hash, issue_event);

-- Evidence records. The file itself is never signed: its digest is.
create table evidence (
    issuer_id text not null,
    evidence_id text not null,
    credential_id text not null,
    name text not null,
    description text,
    -- Multihash in multibase, as digestMultibase carries it; null for what is not a file.
    digest text,
    media_type text,
    created_at timestamptz not null,
    primary key (issuer_id, evidence_id),
    foreign key (issuer_id, credential_id) references credentials (issuer_id, credential_id)
);
create index evidence_credential on evidence (issuer_id, credential_id);

-- Which request an Idempotency-Key came with, so that it is not used for another one. The answer
-- to a repeated request is what was stored in credentials: the same bytes.
create table idempotency (
    issuer_id text not null references issuers (issuer_id),
    -- SHA-256 of the key.
    key_hash bytea not null,
    -- SHA-256 of the request's body.
    request_hash bytea not null,
    created_at timestamptz not null,
    primary key (issuer_id, key_hash)
);

-- Secrets that programs show: skm_…; only their hash is kept.
create table api_keys (
    issuer_id text not null references issuers (issuer_id),
    api_key_id text not null,
    -- What the organisation calls it.
    name text not null,
    -- SHA-256 of the whole secret, which has 256 random bits.
    secret_hash bytea not null,
    -- What it may do: words with a space between.
    scopes text not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    primary key (issuer_id, api_key_id)
);
create unique index api_keys_secret on api_keys (secret_hash);

-- Credentials a learner shows together, behind a secret link.
create table portfolios (
    issuer_id text not null references issuers (issuer_id),
    portfolio_id text not null,
    person_id text,
    title text not null,
    -- SHA-256 of the link's token (128 random bits or more): 32 bytes.
    token_hash bytea not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    primary key (issuer_id, portfolio_id),
    foreign key (issuer_id, person_id) references people (issuer_id, person_id)
);
create unique index portfolios_token on portfolios (token_hash);

-- Which credentials a portfolio shows, in which order.
create table portfolio_members (
    issuer_id text not null,
    portfolio_id text not null,
    credential_id text not null,
    position bigint not null,
    primary key (issuer_id, portfolio_id, credential_id),
    foreign key (issuer_id, portfolio_id) references portfolios (issuer_id, portfolio_id),
    foreign key (issuer_id, credential_id) references credentials (issuer_id, credential_id)
);

-- Who did what, when. Nothing of a learner: subjects are ids.
create table audit (
    issuer_id text not null references issuers (issuer_id),
    audit_id text not null,
    at timestamptz not null,
    -- An API key's id, or 'cli' for whoever is at the machine itself.
    actor text not null,
    -- Such as 'credential.issue' or 'key.rotate'.
    action text not null,
    -- The id of what it was done to.
    subject text not null,
    primary key (issuer_id, audit_id)
);
create index audit_at on audit (issuer_id, at);
