-- What a verifier must remember of strangers' status lists, so that nobody can show it an old one
-- again. The tenant is nobody: lists belong to issuers elsewhere.
create table newest_lists (
    -- Where the list stands.
    url text not null primary key,
    -- From when the newest list holds that was ever read there.
    valid_from timestamptz not null,
    -- When that was.
    read_at timestamptz not null
);
create index newest_lists_read_at on newest_lists (read_at);
