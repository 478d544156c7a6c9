-- What waits while somebody signs in, for a few minutes. The tenant is nobody: who signs in has not
-- said yet for whom.
create table sign_in_tries (
    -- SHA-256 of the token that the answer comes with.
    token_hash bytea not null primary key,
    -- Whose new passkey it is for; null: for signing in.
    account_id text,
    -- What has to be known when the answer comes, in JSON.
    state text not null,
    expires_at timestamptz not null
);
create index sign_in_tries_expires on sign_in_tries (expires_at);

-- The sign-in provider that let somebody in. What the provider of one organisation says counts there
-- and nowhere else: such a session opens no other organisation, and changes nothing of the account.
alter table sessions add column provider_id text;
