-- Takes the place of newest_lists, which kept the addresses themselves and as many of them as
-- anybody cared to make up. What stood there is forgotten once, and read again; the old table stays,
-- empty, for a program that has not been replaced yet.
create table list_notes (
    -- The SHA-256 of the address at which the list stands: what strangers call things is not kept.
    list_sha256 bytea not null primary key,
    -- The SHA-256 of the last two labels of its host, so that notes are counted by who pays for them.
    site_sha256 bytea not null,
    -- From when the newest list holds that was ever read there.
    valid_from timestamptz not null,
    -- When that was.
    read_at timestamptz not null
);
create index list_notes_site on list_notes (site_sha256, read_at);
create index list_notes_read_at on list_notes (read_at);
delete from newest_lists;
