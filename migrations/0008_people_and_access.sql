-- Who signs in, what they are to which organisation, and what came of it.

-- Somebody who signs in. The tenant is nobody: one account may work for several organisations, and
-- none of them owns it. An account without a place in any organisation is deleted.
create table accounts (
    account_id text not null primary key,
    -- The account's own key under the key-encryption key; what is sealed below is under it.
    key_sealed bytea not null,
    kek_id text not null,
    -- HMAC-SHA-256 of the e-mail address, under a key derived from the key-encryption key.
    lookup_hash bytea not null,
    -- The e-mail address as JSON.
    details_sealed bytea not null,
    -- Argon2id as a PHC string; null: none was chosen.
    password text,
    -- The secret of one-time codes (RFC 6238); null: none asked for.
    totp_sealed bytea,
    -- The last 30 seconds of which a code was taken: none is taken twice.
    totp_step bigint not null,
    created_at timestamptz not null
);
create unique index accounts_lookup on accounts (lookup_hash);

-- What gets somebody in who lost the device that shows one-time codes; each works once.
create table recovery_codes (
    account_id text not null references accounts (account_id),
    -- SHA-256 of the code, which has 80 random bits.
    code_hash bytea not null,
    primary key (account_id, code_hash)
);

-- Passkeys (WebAuthn). A public key and a counter: no secret.
create table passkeys (
    account_id text not null references accounts (account_id),
    -- The credential's id in base64url, as the authenticator chose it.
    passkey_id text not null,
    -- What its owner calls it.
    name text not null,
    -- As the library keeps it, in JSON.
    document text not null,
    created_at timestamptz not null,
    used_at timestamptz,
    primary key (account_id, passkey_id)
);
create unique index passkeys_id on passkeys (passkey_id);

-- Somebody's place in an organisation. A row stays when they go, so that the audit log can say who
-- it was.
create table members (
    issuer_id text not null references issuers (issuer_id),
    member_id text not null,
    -- Null once removed.
    account_id text references accounts (account_id),
    -- As colleagues know them. Staff, never a learner.
    name text not null,
    -- What they are: words with a space between.
    roles text not null,
    state text not null check (state in ('invited', 'active', 'suspended', 'removed')),
    created_at timestamptz not null,
    primary key (issuer_id, member_id),
    check ((account_id is null) = (state = 'removed'))
);
create unique index members_account on members (issuer_id, account_id);
create index members_of on members (account_id);

-- Links that let somebody in once: to join, or to choose another password.
create table invitations (
    issuer_id text not null,
    invitation_id text not null,
    member_id text not null,
    -- 'join' or 'reset'.
    kind text not null check (kind in ('join', 'reset')),
    -- SHA-256 of the link's token, which has 256 random bits.
    token_hash bytea not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    -- When it was used, or another one took its place.
    used_at timestamptz,
    primary key (issuer_id, invitation_id),
    foreign key (issuer_id, member_id) references members (issuer_id, member_id)
);
create unique index invitations_token on invitations (token_hash);

-- Who is signed in where: an account, or a learner of one organisation.
create table sessions (
    -- SHA-256 of the cookie's 256 random bits.
    token_hash bytea not null primary key,
    -- The name it is ended by from another device.
    session_id text not null,
    account_id text references accounts (account_id),
    -- The organisation that an account works for at the moment; a learner's own.
    issuer_id text references issuers (issuer_id),
    person_id text,
    -- 'code': the password was right, and a one-time code is still asked for; 'in': signed in.
    stage text not null check (stage in ('code', 'in')),
    -- Browser and system in a few words.
    client text not null,
    -- Why the operator looks in; null for everybody else.
    reason text,
    created_at timestamptz not null,
    seen_at timestamptz not null,
    expires_at timestamptz not null,
    foreign key (issuer_id, person_id) references people (issuer_id, person_id)
);
create unique index sessions_id on sessions (session_id);
create index sessions_account on sessions (account_id);
create index sessions_person on sessions (issuer_id, person_id);

-- Where members of an organisation may sign in from instead: OpenID Connect.
create table sign_in_providers (
    issuer_id text not null references issuers (issuer_id),
    provider_id text not null,
    -- What the button says.
    name text not null,
    -- The issuer's address, below which its configuration is found.
    address text not null,
    client_id text not null,
    -- Under the key-encryption key; null: none was given.
    secret_sealed bytea,
    kek_id text not null,
    created_at timestamptz not null,
    primary key (issuer_id, provider_id)
);

-- For whom somebody acted: the member who made an API key, or the organisation that was helped.
alter table audit add column on_behalf text;
-- Why, where somebody must say so.
alter table audit add column reason text;
-- The member who made the key; null: the operator.
alter table api_keys add column made_by text;
